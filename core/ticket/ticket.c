/*
 * ticket.c - the addresses that answers to reminders come back to
 */
#include "core/core.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "core/ticket/ticket.h"

#define DAY_S      86400
#define MAC_DIGITS 24

/* read_key - RC_NOTFOUND there is none */
static enum rc
read_key(const char *path, uint8_t key[TICKET_KEY_BYTES], struct err *e)
{
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		(void)err_errno(e, "'%s'", path);
		return e->rc = errno == ENOENT ? RC_NOTFOUND : RC_INTERNAL;
	}
	n = read(fd, key, TICKET_KEY_BYTES);
	if (fstat(fd, &st) != 0 || n != TICKET_KEY_BYTES) {
		(void)close(fd);
		return err_set(e, RC_BADINPUT, "'%s' holds no key", path);
	}
	(void)close(fd);
	if ((st.st_mode & 077) != 0)
		return err_set(e, RC_BADINPUT,
		    "'%s' can be read by others; mode 0600 is meant", path);
	return RC_OK;
}

/* make_key - whole or not at all; somebody else's is as good */
static enum rc
make_key(const char *path, struct err *e)
{
	uint8_t key[TICKET_KEY_BYTES];
	char *tmp = talloc_asprintf(NULL, "%s.XXXXXX", path);
	enum rc rc = RC_OK;
	int fd;

	if (tmp == NULL)
		return err_nomem(e);
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
		rc = err_errno(e, "no random numbers");
		goto out;
	}
	fd = mkostemp(tmp, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		rc = err_errno(e, "'%s'", tmp);
		goto out;
	}
	if (write(fd, key, sizeof(key)) != (ssize_t)sizeof(key) ||
	    fsync(fd) != 0)
		rc = err_errno(e, "'%s'", tmp);
	(void)close(fd);
	if (rc == RC_OK && link(tmp, path) != 0 && errno != EEXIST)
		rc = err_errno(e, "'%s'", path);
	(void)unlink(tmp);
out:
	talloc_free(tmp);
	return rc;
}

enum rc
ticket_key(const char *path, uint8_t key[TICKET_KEY_BYTES], struct err *e)
{
	enum rc rc = read_key(path, key, e);

	if (rc != RC_NOTFOUND)
		return rc;
	rc = make_key(path, e);
	return rc == RC_OK ? read_key(path, key, e) : rc;
}

/* mac_of - in lower-case hexadecimal digits */
static void
mac_of(const uint8_t key[TICKET_KEY_BYTES], int64_t letter, int32_t last_day,
    const char *recipient, char out[MAC_DIGITS + 1])
{
	GHmac *mac = g_hmac_new(G_CHECKSUM_SHA256, key, TICKET_KEY_BYTES);
	gchar *person = g_ascii_strdown(recipient, -1);
	char head[64];

	(void)snprintf(
	    head, sizeof(head), "%" PRId64 ".%" PRId32 ".", letter, last_day);
	g_hmac_update(mac, (const guchar *)head, -1);
	g_hmac_update(mac, (const guchar *)person, -1);
	memcpy(out, g_hmac_get_string(mac), MAC_DIGITS);
	out[MAC_DIGITS] = '\0';
	g_free(person);
	g_hmac_unref(mac);
}

char *
ticket_address(TALLOC_CTX *mem, const char *base,
    const uint8_t key[TICKET_KEY_BYTES], int64_t letter, const char *recipient,
    int64_t at)
{
	const char *domain = strrchr(base, '@');
	int32_t last_day = (int32_t)(at / DAY_S) + TICKET_DAYS;
	char mac[MAC_DIGITS + 1];

	if (domain == NULL)
		return NULL;
	mac_of(key, letter, last_day, recipient, mac);
	return talloc_asprintf(mem, "%.*s+%" PRId64 ".%" PRId32 ".%s%s",
	    (int)(domain - base), base, letter, last_day, mac, domain);
}

/* digits - a number below max at *at, which moves behind it; -1: none */
static int64_t
digits(const char **at, const char *end, int64_t max)
{
	int64_t n = 0;
	const char *start = *at;

	while (*at < end && **at >= '0' && **at <= '9') {
		n = n * 10 + (*(*at)++ - '0');
		if (n > max)
			return -1;
	}
	return *at == start ? -1 : n;
}

bool
ticket_parse(const char *base, struct slice address, struct ticket *out)
{
	const char *domain = strrchr(base, '@'), *at, *end;
	size_t local, behind, i;
	int64_t letter, day;

	if (domain == NULL)
		return false;
	local = (size_t)(domain - base);
	behind = strlen(domain);
	if (address.len <= local + 1 + behind ||
	    strncasecmp(address.at, base, local) != 0 ||
	    address.at[local] != '+' ||
	    strncasecmp(address.at + address.len - behind, domain, behind) != 0)
		return false;
	at = address.at + local + 1;
	end = address.at + address.len - behind;
	letter = digits(&at, end, INT64_MAX / 100);
	if (letter < 0 || at == end || *at++ != '.')
		return false;
	day = digits(&at, end, 1000000);
	if (day < 0 || at == end || *at++ != '.' || end - at != MAC_DIGITS)
		return false;
	for (i = 0; i < MAC_DIGITS; i++) {
		out->mac[i] = g_ascii_tolower(at[i]);
		if (!g_ascii_isxdigit(at[i]))
			return false;
	}
	out->mac[MAC_DIGITS] = '\0';
	out->letter = letter;
	out->last_day = (int32_t)day;
	return true;
}

bool
ticket_is_good(const struct ticket *t, const char *recipient,
    const uint8_t key[TICKET_KEY_BYTES], int64_t at)
{
	char mac[MAC_DIGITS + 1];
	unsigned differs = 0;
	size_t i;

	mac_of(key, t->letter, t->last_day, recipient, mac);
	for (i = 0; i < MAC_DIGITS; i++) /* in the same time for all */
		differs |= (unsigned)(mac[i] ^ t->mac[i]);
	return differs == 0 && at / DAY_S <= t->last_day;
}
