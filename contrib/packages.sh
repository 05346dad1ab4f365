# packages.sh - what contrib/try and contrib/check share; sourced, not run

# as_root COMMAND… - as root, or with sudo
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "needs root or sudo to run: $*" >&2
		return 1
	fi
}

# missing_packages KIND… - names of those that are not installed, one a line
missing_packages() {
	for kind; do
		awk -v kind="$kind" '$1 == kind { print $2 }' contrib/packages
	done | sort -u | while read -r package; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
		    grep -q ' installed$' || echo "$package"
	done
}

# policy_rc_d deny|restore - no service is started by its installation
policy_file=/usr/sbin/policy-rc.d
policy_is_ours=no
policy_rc_d() {
	case $1 in
	deny)
		[ -e $policy_file ] && return 0
		printf '#!/bin/sh\nexit 101\n' |
		    as_root tee $policy_file >/dev/null &&
		    as_root chmod 755 $policy_file && policy_is_ours=yes
		;;
	restore)
		[ $policy_is_ours = yes ] || return 0
		as_root rm -f $policy_file
		policy_is_ours=no
		;;
	esac
}

# apt_install LOG PACKAGE… - quiet, asks nothing, removes nothing
apt_install() {
	apt_log=$1
	shift
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
	    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 --no-remove \
	    --no-install-recommends install "$@" >>"$apt_log" 2>&1 </dev/null
}

# install_packages LOG KIND… - what is missing, with a line of progress;
# postfix never in the place of a mail server that is there already
install_packages() {
	log=$1
	shift
	: >"$log"
	missing=$(missing_packages "$@" | tr '\n' ' ')
	if [ -z "$missing" ]; then
		echo "packages: all there"
		return 0
	fi
	echo "packages: installing $missing"
	as_root apt-get -q -o DPkg::Lock::Timeout=300 update \
	    >>"$log" 2>&1 </dev/null ||
	    echo "packages: apt-get update failed, going on with what is known"
	with_postfix=no
	most=
	for package in $missing; do
		case $package in
		postfix) with_postfix=yes ;;
		*) most="$most $package" ;;
		esac
	done
	policy_rc_d deny
	packages_failed=no
	# shellcheck disable=SC2086 # a list of words
	if [ -n "$most" ] && ! apt_install "$log" $most; then
		tail -20 "$log" >&2
		echo "packages: cannot be installed, the whole log: $log" >&2
		packages_failed=yes
	fi
	if [ $with_postfix = yes ]; then
		echo "postfix postfix/main_mailer_type select No configuration" |
		    as_root debconf-set-selections >>"$log" 2>&1 || :
		apt_install "$log" postfix || echo \
		    "packages: no postfix (another mail server?): its tests are skipped"
	fi
	policy_rc_d restore
	[ $packages_failed = no ]
}
