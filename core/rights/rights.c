/*
 * rights.c - user, groups, capabilities
 *
 * The kernel's own calls, because libcap would be a library for two of them.
 */
#include "core/core.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "core/rights/rights.h"

enum rc
rights_find(
    char *user, const char *group, struct rights_user *out, struct err *e)
{
	const struct passwd *pw;
	const struct group *gr = NULL;

	memset(out, 0, sizeof(*out));
	if (*user == '\0') {
		if (*group != '\0')
			return err_set(
			    e, RC_BADINPUT, "group is set and user is not");
		return RC_OK;
	}
	pw = getpwnam(user);
	if (pw == NULL)
		return err_set(e, RC_BADINPUT, "there is no user '%s'", user);
	if (*group != '\0') {
		gr = getgrnam(group);
		if (gr == NULL)
			return err_set(
			    e, RC_BADINPUT, "there is no group '%s'", group);
	}
	*out = (struct rights_user){ true, pw->pw_uid,
		gr ? gr->gr_gid : pw->pw_gid, user };
	if (out->uid == 0 || out->gid == 0)
		return err_set(e, RC_BADINPUT, "'%s' is root", user);
	if (geteuid() != 0 && geteuid() != out->uid)
		return err_set(e, RC_BADINPUT,
		    "only root can become '%s': start it as root or as '%s'",
		    user, user);
	return RC_OK;
}

/* set_caps - these are ours, and go on to programs that we start */
static enum rc
set_caps(uint32_t caps, struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { { caps, caps, caps },
		{ 0, 0, 0 } };

	if (syscall(SYS_capset, &head, data) != 0)
		return err_errno(e, "capabilities");
	return RC_OK;
}

enum rc
rights_become(const struct rights_user *u, bool keeps_ports, struct err *e)
{
	if (!u->is_given || geteuid() != 0)
		return RC_OK;
	if (initgroups(u->name, u->gid) != 0 ||
	    (keeps_ports && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) ||
	    setresgid(u->gid, u->gid, u->gid) != 0 ||
	    setresuid(u->uid, u->uid, u->uid) != 0)
		return err_errno(e, "cannot become '%s'", u->name);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_errno(e, "no new privileges");
	if (!keeps_ports)
		return RC_OK;
	if (set_caps(1U << CAP_NET_BIND_SERVICE, e) != RC_OK)
		return e->rc;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0,
		0) != 0)
		return err_errno(e, "cannot keep the right to bind ports");
	return RC_OK;
}

/* has_caps - is there anything to give up? */
static bool
has_caps(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct d[2];

	return syscall(SYS_capget, &head, d) != 0 ||
	       (d[0].effective | d[0].permitted | d[0].inheritable |
		   d[1].effective | d[1].permitted | d[1].inheritable) != 0;
}

enum rc
rights_drop(struct err *e)
{
	unsigned long cap;

	/* where we may: without it an exec by root would get them back */
	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_errno(e, "no new privileges");
	/* a service manager that gave us none may forbid the call, too */
	return has_caps() ? set_caps(0, e) : RC_OK;
}
