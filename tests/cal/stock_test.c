/*
 * stock_test.c - components in deflated pieces: whatever is put, changed and
 * taken out, the stitched gzip body is one any gunzip reads; and its file
 */
#include "tests/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <zlib.h>

#include "cal/feed/snapshot.h"
#include "cal/file.h"

#define IDS  400
#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define TAIL "END:VCALENDAR\r\n"

/* the text that a number has now; empty: none */
static char model[IDS][600];

static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static struct slice
text_of(size_t id, uint32_t salt)
{
	int n, i;

	n = snprintf(model[id], 200, "BEGIN:X\r\nN:%zu %u\r\n", id, salt);
	for (i = 0; i < (int)(salt % 300); i++)
		model[id][n++] = (char)('a' + (salt >> (i % 13)) % 26);
	(void)snprintf(model[id] + n, 40, "\r\nEND:X\r\n");
	return slice_of(model[id]);
}

static char *
expected(TALLOC_CTX *mem)
{
	char *out = talloc_strdup(mem, HEAD);
	size_t i;

	for (i = 0; i < IDS; i++)
		out = talloc_strdup_append_buffer(out, model[i]);
	return talloc_strdup_append_buffer(out, TAIL);
}

/* gunzip - the parts of a body, by zlib's own reading of the format */
static char *
gunzip(TALLOC_CTX *mem, const struct snapshot_body *b)
{
	char *in = talloc_size(mem, b->gzip_len);
	char *out = talloc_zero_size(mem, b->len + 2);
	z_stream z = { .next_in = (Bytef *)in,
		.avail_in = (uInt)b->gzip_len,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)b->len + 1 };
	size_t i, n = 0;

	for (i = 0; i < b->count; i++) {
		memcpy(in + n, b->parts[i].at, b->parts[i].len);
		n += b->parts[i].len;
	}
	assert_int_equal(n, b->gzip_len);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, b->len);
	(void)inflateEnd(&z);
	return out;
}

/* pulled - the same by snapshot_pull(), in steps of an odd length */
static char *
pulled(TALLOC_CTX *mem, struct snapshot_body *b, size_t step)
{
	struct snapshot_reader *r = snapshot_reader_new(mem, b);
	char *out = talloc_zero_size(mem, b->len + 1);
	size_t n = 0;
	ssize_t got;

	while ((got = snapshot_pull(
		    r, out + n, step < b->len - n ? step : b->len - n)) > 0)
		n += (size_t)got;
	assert_int_equal(got, 0);
	assert_int_equal(n, b->len);
	return out;
}

/* look - the stock holds what the model does, however it came about */
static void
look(struct stock *s, size_t step)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct stock *afresh = stock_new(mem);
	struct snapshot *a, *b;
	const char *want = expected(mem);
	struct err e;
	size_t i;

	for (i = 0; i < IDS; i++)
		assert_rc(RC_OK, &e,
		    stock_put(afresh, (int64_t)i + 1, slice_of(model[i]), &e));
	assert_rc(RC_OK, &e, stock_seal(afresh, &e));
	assert_rc(RC_OK, &e, stock_seal(s, &e));
	assert_rc(RC_OK, &e, snapshot_new(mem, HEAD, s, TAIL, 1, &a, &e));
	assert_rc(RC_OK, &e, snapshot_new(mem, HEAD, afresh, TAIL, 1, &b, &e));
	assert_string_equal(gunzip(mem, a->body), want);
	assert_string_equal(pulled(mem, a->body, step), want);
	assert_string_equal(gunzip(mem, b->body), want);
	assert_string_equal(a->etag, b->etag);
	talloc_free(mem);
}

static void
any_order_of_changes(void **state)
{
	struct stock *s = stock_new(NULL);
	uint32_t seed = 7, op, i;
	struct err e;
	size_t id;

	(void)state;
	memset(model, 0, sizeof(model));
	look(s, 1);
	for (i = 1; i <= 6000; i++) {
		op = next(&seed);
		/* waves: filled, thinned out, filled again */
		id = next(&seed) % IDS;
		if (op % 10 < (i / 1500 % 2 == 0 ? 2u : 8u)) {
			model[id][0] = '\0';
			assert_rc(RC_OK, &e,
			    stock_put(s, (int64_t)id + 1, SLICE(""), &e));
		} else {
			assert_rc(RC_OK, &e,
			    stock_put(s, (int64_t)id + 1, text_of(id, op), &e));
		}
		if (i % 499 == 0)
			look(s, 1 + op % 5000);
	}
	for (id = 0; id < IDS; id++) {
		model[id][0] = '\0';
		assert_rc(
		    RC_OK, &e, stock_put(s, (int64_t)id + 1, SLICE(""), &e));
	}
	look(s, 3);
	assert_int_equal(stock_pieces(s), 0);
	talloc_free(s);
}

/* sample - a snapshot of some components */
static struct snapshot *
sample(TALLOC_CTX *mem)
{
	struct stock *s = stock_new(mem);
	struct snapshot *out;
	struct err e;
	size_t id;

	memset(model, 0, sizeof(model));
	for (id = 0; id < 100; id++)
		assert_rc(RC_OK, &e,
		    stock_put(s, (int64_t)id + 1,
			text_of(id, (uint32_t)id * 77), &e));
	assert_rc(RC_OK, &e, stock_seal(s, &e));
	assert_rc(
	    RC_OK, &e, snapshot_new(mem, HEAD, s, TAIL, 1795291200, &out, &e));
	return out;
}

static void
one_change_leaves_the_other_pieces(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct stock *s = stock_new(mem);
	struct stock_piece *before[16];
	struct err e;
	size_t id, i, other = 0;

	(void)state;
	for (id = 0; id < IDS; id++)
		assert_rc(RC_OK, &e,
		    stock_put(s, (int64_t)id + 1, text_of(id, 9), &e));
	assert_rc(RC_OK, &e, stock_seal(s, &e));
	assert_int_equal(stock_pieces(s), (IDS + STOCK_FULL - 1) / STOCK_FULL);
	for (i = 0; i < stock_pieces(s); i++)
		before[i] = stock_piece_hold(stock_piece(s, i));
	assert_rc(RC_OK, &e, stock_put(s, 200, text_of(199, 10), &e));
	assert_rc(RC_OK, &e, stock_seal(s, &e));
	for (i = 0; i < stock_pieces(s); i++) {
		other += stock_piece(s, i) != before[i];
		stock_piece_drop(before[i]);
	}
	assert_int_equal(other, 1);
	talloc_free(mem);
}

static void
files_are_whole_or_refused(void **state)
{
	char folder[] = "/tmp/promised-stock-XXXXXX", path[64], plain[64];
	TALLOC_CTX *mem = talloc_new(NULL);
	struct snapshot *s = sample(mem), *back;
	struct slice file, cut;
	struct stat st;
	int64_t at;
	struct err e;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/1.ics.gz", folder);
	(void)snprintf(plain, sizeof(plain), "%s/1.ics", folder);
	assert_rc(RC_NOTFOUND, &e, snapshot_load(mem, path, &back, &e));
	assert_rc(RC_OK, &e, snapshot_save(s, path, 0600, &e));
	assert_rc(RC_OK, &e, snapshot_save_plain(s, plain, 0640, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(plain, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_rc(RC_OK, &e, snapshot_load(mem, path, &back, &e));
	assert_string_equal(back->etag, s->etag);
	assert_string_equal(back->etag_gzip, s->etag_gzip);
	assert_int_equal(back->modified_at, 1795291200);
	assert_string_equal(gunzip(mem, back->body), expected(mem));
	assert_rc(RC_OK, &e, file_read(mem, plain, 1 << 20, &file, &at, &e));
	assert_string_equal(file.at, expected(mem));
	/* saved again it is the same file */
	assert_rc(RC_OK, &e, file_read(mem, path, 1 << 20, &file, &at, &e));
	assert_rc(RC_OK, &e, snapshot_save(back, plain, 0600, &e));
	assert_rc(RC_OK, &e, file_read(mem, plain, 1 << 20, &cut, &at, &e));
	assert_int_equal(cut.len, file.len);
	assert_memory_equal(cut.at, file.at, file.len);
	/* cut short, or with an octet that is another */
	for (i = 0; i < file.len; i += 1 + i / 40) {
		cut = (struct slice){ file.at, i };
		assert_rc(RC_OK, &e, file_write(path, 0600, cut, 1, &e));
		assert_rc(RC_BADINPUT, &e, snapshot_load(mem, path, &back, &e));
	}
	for (i = 50; i < file.len; i += 13) {
		char *odd = talloc_memdup(mem, file.at, file.len);

		odd[i] = (char)(odd[i] ^ 0x10);
		cut = (struct slice){ odd, file.len };
		assert_rc(RC_OK, &e, file_write(path, 0600, cut, 1, &e));
		if (snapshot_load(mem, path, &back, &e) == RC_OK)
			assert_string_equal(
			    gunzip(mem, back->body), expected(mem));
		talloc_free(odd);
	}
	assert_rc(RC_INTERNAL, &e, snapshot_save(s, "/nowhere/x/1", 0600, &e));
	(void)unlink(path);
	(void)unlink(plain);
	assert_int_equal(rmdir(folder), 0);
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_changes),
		cmocka_unit_test(one_change_leaves_the_other_pieces),
		cmocka_unit_test(files_are_whole_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
