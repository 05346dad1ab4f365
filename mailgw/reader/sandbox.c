/*
 * sandbox.c - limits and system calls of the parser's child
 *
 * AddressSanitizer maps terabytes, opens files for its reports and needs more
 * system calls than we would grant, so in such a build neither the memory limit
 * nor the filter is set: there the sanitizer is what catches libetpan. The
 * tests build promised-parser once more without it to try the sandbox itself.
 */
#include "core/core.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <seccomp.h>

#include "mailgw/message/prescan.h"
#include "mailgw/reader/sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

#define AS_BASE ((rlim_t)512 << 20)

/* allowed whatever their arguments */
static const int calls[] = { SCMP_SYS(read), SCMP_SYS(write),
	SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(getrusage),
	SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(tgkill),
	SCMP_SYS(sched_yield) };

/* answered with "permission denied" instead of death: libraries look */
static const int refused[] = { SCMP_SYS(openat), SCMP_SYS(open),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(stat),
	SCMP_SYS(newfstatat), SCMP_SYS(readlink), SCMP_SYS(readlinkat) };

static enum rc
filter(bool waits, struct err *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = 0;
	size_t i;

	if (ctx == NULL)
		return err_set(e, RC_INTERNAL, "no seccomp filter");
	for (i = 0; i < ARRAY_LEN(calls); i++)
		failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	for (i = 0; i < ARRAY_LEN(refused); i++)
		failed |= seccomp_rule_add(
		    ctx, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	if (waits) {
		failed |=
		    seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(poll), 0);
		failed |=
		    seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ppoll), 0);
	}
	/* memory, but never to run */
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* its own limits only */
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
	    SCMP_A0(SCMP_CMP_EQ, 0, 0));
	failed |= seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (failed == 0)
		failed = seccomp_load(ctx);
	seccomp_release(ctx);
	return failed == 0 ? RC_OK
			   : err_set(e, RC_INTERNAL,
				 "the seccomp filter does not load");
}

static void
limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit r = { soft, hard };

	(void)setrlimit(what, &r);
}

enum rc
sandbox_close(bool waits, struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_errno(e, "no new privileges");
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_FSIZE, 0, 0);
	if (IS_SANITIZED)
		return RC_OK;
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	limit(RLIMIT_NOFILE, waits, waits); /* of one poll(2), too */
	limit(RLIMIT_NPROC, 0, 0);
	limit(RLIMIT_AS, AS_BASE, AS_BASE + 8 * (rlim_t)PRESCAN_MAX_BYTES);
	return filter(waits, e);
}

void
sandbox_message(size_t size)
{
	struct rusage u;
	rlim_t used = 0;

	if (size > PRESCAN_MAX_BYTES)
		size = PRESCAN_MAX_BYTES;
	if (getrusage(RUSAGE_SELF, &u) == 0)
		used = (rlim_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec);
	/* whole seconds are counted, so that one more is granted */
	limit(RLIMIT_CPU, used + 3 + size / (5u << 20), RLIM_INFINITY);
	if (!IS_SANITIZED)
		limit(RLIMIT_AS, AS_BASE + 8 * (rlim_t)size,
		    AS_BASE + 8 * (rlim_t)PRESCAN_MAX_BYTES);
}
