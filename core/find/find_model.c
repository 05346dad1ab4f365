/*
 * find_model.c - the weights that contrib/train-find has learned
 *
 * find.weights: sections, one for each question asked of a clause, of lines
 * "weight name", the weight in thousandths; the name "bias" is what every
 * clause starts with; '#' comments.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define MODEL_MAX_BYTES (16u << 20)

struct slot {
	uint64_t hash;
	int32_t weights[ASK_COUNT];
	bool is_used;
};

struct find_model {
	struct slot *slots; /* open addressing */
	size_t size, count;
	int32_t bias[ASK_COUNT];
	enum find_question section; /* while reading */
};

static const char *const sections[ASK_COUNT] = { "[promise]", "[appointment]",
	"[offer]", "[hedged]" };

static uint64_t
hash_name(const char *s, size_t n)
{
	uint64_t h = 14695981039346656037ull;

	while (n-- > 0)
		h = (h ^ (unsigned char)*s++) * 1099511628211ull;
	return h;
}

/* slot_of - where a hash is, or would be */
static struct slot *
slot_of(const struct find_model *m, uint64_t hash)
{
	size_t i;

	for (i = hash & (m->size - 1); m->slots[i].is_used;
	     i = (i + 1) & (m->size - 1))
		if (m->slots[i].hash == hash)
			break;
	return &m->slots[i];
}

int32_t
find_weight(const struct find_model *m, enum find_question q, uint64_t hash)
{
	return slot_of(m, hash)->weights[q];
}

int32_t
find_score(
    const struct find_model *m, enum find_question q, const struct find_sink *s)
{
	int32_t sum = m->bias[q];
	size_t i;

	for (i = 0; i < s->count; i++)
		sum += slot_of(m, s->hashes[i])->weights[q];
	return sum;
}

/* one_line - "[promise]", "-120 a:name"; false where it is neither */
static bool
one_line(struct find_model *m, const char *line)
{
	struct slot *x;
	char *end;
	long weight;
	uint64_t h;
	size_t i;

	if (line[0] == '#' || line[0] == '\0')
		return true;
	if (line[0] == '[') {
		for (i = 0; i < ASK_COUNT; i++)
			if (strcmp(line, sections[i]) == 0) {
				m->section = (enum find_question)i;
				return true;
			}
		return false;
	}
	weight = strtol(line, &end, 10);
	if (end == line || *end != ' ' || end[1] == '\0' || weight > 1000000 ||
	    weight < -1000000)
		return false;
	if (strcmp(end + 1, "bias") == 0) {
		m->bias[m->section] = (int32_t)weight;
		return true;
	}
	h = hash_name(end + 1, strlen(end + 1));
	x = slot_of(m, h);
	m->count += !x->is_used;
	x->is_used = true;
	x->hash = h;
	x->weights[m->section] = (int32_t)weight;
	return true;
}

enum rc
find_model_open(
    TALLOC_CTX *mem, const char *dir, struct find_model **out, struct err *e)
{
	struct find_model *m = talloc_zero(mem, struct find_model);
	char *folder, *path, *text, *line, *next;
	struct slice bytes = { 0 };
	TALLOC_CTX *scratch;
	size_t lines = 0, i;
	enum rc rc;
	int n = 0;

	*out = NULL;
	if (m == NULL)
		return err_nomem(e);
	scratch = talloc_new(m);
	folder = dir == NULL ? lang_dir(scratch) : talloc_strdup(scratch, dir);
	path = talloc_asprintf(scratch, "%s/find.weights", folder);
	if (scratch == NULL || folder == NULL || path == NULL) {
		talloc_free(m);
		return err_nomem(e);
	}
	rc = lang_slurp(scratch, path, MODEL_MAX_BYTES, &bytes, e);
	if (rc != RC_OK)
		goto out;
	for (i = 0; i < bytes.len; i++)
		lines += bytes.at[i] == '\n';
	text = slice_dup(scratch, bytes); /* cut into lines in place */
	if (text == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (m->size = 1024; m->size < lines * 2 + 2; m->size *= 2)
		;
	m->slots = talloc_zero_array(m, struct slot, m->size);
	if (m->slots == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (line = text; *line != '\0'; line = next) {
		n++;
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		else
			next = line + strlen(line);
		if (!one_line(m, line)) {
			rc = err_set(e, RC_BADINPUT,
			    "%s:%d: not a weight and a name", path, n);
			goto out;
		}
	}
out:
	talloc_free(scratch);
	if (rc != RC_OK) {
		talloc_free(m);
		return rc;
	}
	*out = m;
	return RC_OK;
}
