/*
 * start.c - what the programs of this room do before and while they work
 */
#include "core/core.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>

#include "cal/file.h"
#include "cal/start.h"

#define READY_ENV "PROMISED_READY_FD"

bool
start_override(struct start *s, const char *text)
{
	if (s->override_count == START_OVERRIDES_MAX)
		return false;
	s->overrides[s->override_count++] = text;
	return true;
}

enum rc
start_read(TALLOC_CTX *mem, struct start *s, struct err *e)
{
	enum rc rc;

	rc = settings_read(mem, s->file, s->overrides, &s->settings, e);
	if (rc != RC_OK)
		return rc;
	rc = settings_calendar(mem, s->settings, &s->calendar, e);
	s->at = start_now();
	if (rc == RC_OK && s->at_text != NULL)
		rc = start_instant(s->settings, s->at_text, &s->at, e);
	s->is_read = rc == RC_OK;
	return rc;
}

enum rc
start_service(int *signals, struct err *e)
{
	pid_t parent = getppid();
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_errno(e, "blocking signals");
	(void)signal(SIGPIPE, SIG_IGN);
	*signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*signals < 0)
		return err_errno(e, "waiting for signals");
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return err_errno(e, "following the parent");
	if (getppid() != parent)
		(void)raise(SIGTERM); /* it ended before we asked */
	return RC_OK;
}

/* ready_fd - where the readiness line goes; taken out of the environment */
static int
ready_fd(void)
{
	const char *text = getenv(READY_ENV);
	char *end;
	long fd;

	if (text == NULL || *text == '\0')
		return STDOUT_FILENO;
	fd = strtol(text, &end, 10);
	if (*end != '\0' || fd < 0 || fd > INT_MAX)
		return STDOUT_FILENO;
	return (int)fd;
}

/* write_address - home/run/NAME.address, renamed into place */
static enum rc
write_address(const struct settings *s, const char *name, const char *address,
    struct err *e)
{
	char *folder = settings_path(NULL, s, "run"), *path, *line;
	enum rc rc;

	path = talloc_asprintf(folder, "%s/%s.address", folder, name);
	line = talloc_asprintf(folder, "%s\n", address);
	if (folder == NULL || path == NULL || line == NULL)
		rc = err_nomem(e);
	else if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		rc = err_errno(e, "'%s'", folder);
	else
		rc = file_write(path, 0600, slice_of(line), start_now(), e);
	talloc_free(folder);
	return rc;
}

enum rc
start_ready(const struct settings *s, const char *name, const char *address,
    struct err *e)
{
	int fd = ready_fd();
	char line[160];
	ssize_t len;
	enum rc rc;

	if (address != NULL) {
		rc = write_address(s, name, address, e);
		if (rc != RC_OK)
			return rc;
	}
	len = snprintf(
	    line, sizeof(line), "%s %s\n", name, address ? address : "-");
	if (len < 0 || (size_t)len >= sizeof(line))
		return err_set(e, RC_INTERNAL, "the address is too long");
	if (write(fd, line, (size_t)len) != len && errno != EPIPE)
		return err_errno(e, "saying that '%s' is ready", name);
	if (fd > STDERR_FILENO)
		(void)close(fd);
	(void)unsetenv(READY_ENV);
	return RC_OK;
}

/* zone_part - "Z", "+01:00" or "" behind a time: the zone it names */
static enum rc
zone_part(TALLOC_CTX *mem, const struct settings *s, const char *text,
    struct zone **out, struct err *e)
{
	const char *name = text;

	if (strcmp(text, "Z") == 0)
		name = "UTC";
	else if (*text == '\0')
		name = start_zone(s);
	return zone_open(mem, name, out, e);
}

enum rc
start_instant(
    const struct settings *s, const char *text, int64_t *out, struct err *e)
{
	struct zone *z;
	struct civil c;
	char civil[CIVIL_TEXT_MAX], *end;
	int second = 0, used;
	size_t len;
	enum rc rc;

	if (*text == '@') {
		errno = 0;
		*out = strtoll(text + 1, &end, 10);
		if (end == text + 1 || *end != '\0' || errno != 0)
			goto bad;
		return RC_OK;
	}
	len = strlen(text) >= 16 ? 16 : 10;
	if (strlen(text) < len)
		goto bad;
	memcpy(civil, text, len);
	civil[len] = '\0';
	if (civil[10] == ' ')
		civil[10] = 'T';
	text += len;
	if (!civil_parse(civil, &c))
		goto bad;
	if (*text == ':') {
		if (len != 16 || sscanf(text, ":%2d%n", &second, &used) != 1 ||
		    used != 3 || second < 0 || second > 60)
			goto bad;
		text += used;
	}
	rc = zone_part(NULL, s, text, &z, e);
	if (rc != RC_OK)
		return rc;
	*out = zone_instant(z, c) + second;
	talloc_free(z);
	return RC_OK;
bad:
	return err_set(e, RC_BADINPUT,
	    "not an instant (YYYY-MM-DDTHH:MM, with Z or +HH:MM, or @SECONDS)");
}

const char *
start_zone(const struct settings *s)
{
	return *s->timezone != '\0' ? s->timezone : "UTC";
}

int
start_status(
    const struct start *s, enum rc rc, const char *program, const struct err *e)
{
	if (rc == RC_OK)
		return 0;
	(void)fprintf(stderr, "%s: %s\n", program, e->text);
	if (!s->is_read)
		return START_USAGE;
	return rc == RC_RETRY ? START_RETRY : 1;
}

int64_t
start_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

int64_t
start_mono_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
