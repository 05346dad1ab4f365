/*
 * added.c - which messages were added already
 *
 *     16 "promised added 1"  32 key  8 version of the ledger, then hashes
 *
 * The key is a hash of the ledger's name and of the settings that decide what
 * is recorded. A last hash that was cut short is written over.
 */
#include "core/core.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include "mailgw/sources/added.h"

#define MAGIC     "promised added 1"
#define PENDING   256      /* hashes kept back before a write */
#define MAX_COUNT 16777216 /* 256 MB; more are not remembered */

struct head {
	char magic[16];
	uint8_t key[32];
	int64_t version;
};

struct added {
	int fd;
	struct head head;
	struct ledger *ledger;
	uint8_t (*table)[ADDED_HASH_BYTES]; /* all zero: free */
	size_t slots, count;
	uint8_t pending[PENDING][ADDED_HASH_BYTES];
	size_t pending_count;
	off_t end;
};

static void
hash_of(struct slice s, uint8_t *out, size_t len)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	uint8_t all[32];
	gsize n = sizeof(all);

	g_checksum_update(sum, (const guchar *)s.at, (gssize)s.len);
	g_checksum_get_digest(sum, all, &n);
	g_checksum_free(sum);
	memcpy(out, all, len);
}

/* key_of - what must be the same for the file to count */
static enum rc
key_of(
    const struct settings *s, struct ledger *l, uint8_t out[32], struct err *e)
{
	char *text = talloc_asprintf(NULL, "%s %s %s %zu", PACKAGE_VERSION,
	    ledger_uuid(l), s->timezone, s->max_message_bytes);
	char *const *own = s->own_domains;

	for (; text != NULL && own != NULL && *own != NULL; own++)
		text = talloc_asprintf_append(text, " %s", *own);
	if (text == NULL)
		return err_nomem(e);
	hash_of(slice_of(text), out, 32);
	talloc_free(text);
	return RC_OK;
}

/* slot_of - where a hash stands, or would */
static uint8_t *
slot_of(struct added *a, const uint8_t *hash)
{
	static const uint8_t none[ADDED_HASH_BYTES];
	uint64_t at;

	memcpy(&at, hash, sizeof(at));
	for (at &= a->slots - 1; memcmp(a->table[at], none, sizeof(none)) != 0;
	     at = (at + 1) & (a->slots - 1))
		if (memcmp(a->table[at], hash, ADDED_HASH_BYTES) == 0)
			break;
	return a->table[at];
}

/* grow - at most half of the slots are taken */
static bool
grow(struct added *a, size_t slots)
{
	uint8_t(*old)[ADDED_HASH_BYTES] = a->table;
	static const uint8_t none[ADDED_HASH_BYTES];
	size_t n = a->slots, i;

	a->table = talloc_zero_size(a, slots * ADDED_HASH_BYTES);
	if (a->table == NULL) {
		a->table = old;
		return false;
	}
	a->slots = slots;
	for (i = 0; i < n; i++)
		if (memcmp(old[i], none, sizeof(none)) != 0)
			memcpy(slot_of(a, old[i]), old[i], ADDED_HASH_BYTES);
	talloc_free(old);
	return true;
}

static enum rc
insert(struct added *a, const uint8_t *hash, struct err *e)
{
	if (a->count >= a->slots / 2 && !grow(a, a->slots * 2))
		return err_nomem(e);
	memcpy(slot_of(a, hash), hash, ADDED_HASH_BYTES);
	a->count++;
	return RC_OK;
}

/* load - the hashes of an earlier run, where they count */
static enum rc
load(struct added *a, const struct head *want, int64_t version, struct err *e)
{
	uint8_t block[PENDING][ADDED_HASH_BYTES];
	ssize_t n, i;
	enum rc rc = RC_OK;

	a->end = sizeof(a->head);
	if (pread(a->fd, &a->head, sizeof(a->head), 0) !=
		(ssize_t)sizeof(a->head) ||
	    memcmp(&a->head, want, offsetof(struct head, version)) != 0 ||
	    a->head.version > version) {
		a->head = *want;
		if (ftruncate(a->fd, 0) != 0)
			return err_errno(e, ADDED_FILE);
		return RC_OK;
	}
	while (rc == RC_OK && a->count < MAX_COUNT &&
	       (n = pread(a->fd, block, sizeof(block), a->end)) >=
		   (ssize_t)ADDED_HASH_BYTES) {
		n /= ADDED_HASH_BYTES;
		for (i = 0; rc == RC_OK && i < n; i++)
			rc = insert(a, block[i], e);
		a->end += n * ADDED_HASH_BYTES;
	}
	return rc;
}

static int
destroy(struct added *a)
{
	if (a->fd >= 0)
		(void)close(a->fd);
	return 0;
}

enum rc
added_open(TALLOC_CTX *mem, const struct settings *s, struct ledger *l,
    bool is_fresh, struct added **out, struct err *e)
{
	struct added *a = talloc_zero(mem, struct added);
	struct head want = { .magic = MAGIC };
	char *dir, *path;
	int64_t version;
	enum rc rc;

	if (a == NULL)
		return err_nomem(e);
	a->fd = -1;
	a->ledger = l;
	talloc_set_destructor(a, destroy);
	dir = settings_path(a, s, "run");
	path = settings_path(a, s, ADDED_FILE);
	rc = dir && path && grow(a, 4 * PENDING) ? RC_OK : err_nomem(e);
	if (rc == RC_OK)
		rc = key_of(s, l, want.key, e);
	if (rc == RC_OK)
		rc = ledger_version(l, &version, e);
	if (rc != RC_OK)
		goto out;
	(void)mkdir(dir, 0700);
	a->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->fd < 0) {
		rc = err_errno(e, "'%s'", path);
		goto out;
	}
	if (is_fresh && ftruncate(a->fd, 0) != 0)
		rc = err_errno(e, "'%s'", path);
	else
		rc = load(a, &want, version, e);
out:
	if (rc == RC_OK)
		*out = a;
	else
		talloc_free(a);
	return rc;
}

bool
added_has(struct added *a, struct slice message, uint8_t hash[ADDED_HASH_BYTES])
{
	hash_of(message, hash, ADDED_HASH_BYTES);
	return memcmp(slot_of(a, hash), hash, ADDED_HASH_BYTES) == 0;
}

enum rc
added_put(struct added *a, const uint8_t hash[ADDED_HASH_BYTES], struct err *e)
{
	enum rc rc;

	if (a->count >= MAX_COUNT)
		return RC_OK;
	rc = insert(a, hash, e);
	if (rc != RC_OK)
		return rc;
	memcpy(a->pending[a->pending_count++], hash, ADDED_HASH_BYTES);
	return a->pending_count == PENDING ? added_flush(a, e) : RC_OK;
}

enum rc
added_flush(struct added *a, struct err *e)
{
	size_t len = a->pending_count * ADDED_HASH_BYTES;
	enum rc rc;

	if (len == 0)
		return RC_OK;
	rc = ledger_version(a->ledger, &a->head.version, e);
	if (rc != RC_OK)
		return rc;
	if (pwrite(a->fd, &a->head, sizeof(a->head), 0) !=
		(ssize_t)sizeof(a->head) ||
	    pwrite(a->fd, a->pending, len, a->end) != (ssize_t)len)
		return err_errno(e, ADDED_FILE);
	a->end += (off_t)len;
	a->pending_count = 0;
	return RC_OK;
}
