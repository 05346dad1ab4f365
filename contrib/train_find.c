/*
 * train_find.c - learn the weights of finding from labelled mails
 *
 *	train_find [-k K -f FOLD] [-e EPOCHS] [-l LAMBDA] [-m MAILS]
 *	    -o WEIGHTS FEATURES.tsv CORPUS.jsonl…
 *
 * FEATURES.tsv is what tests/core/read_corpus -f printed for the same
 * corpora, one behind the other. With -k and -f the mails whose number leaves
 * the remainder FOLD when divided by K are held out, for cross-validation.
 *
 * A label is on a sentence, the model decides on clauses: which clause of a
 * sentence a labelled promise stands in is guessed from its due first and
 * then from the model itself, again after every round. Logistic regression
 * with an L2 penalty that is lighter on grammar than on words, by L-BFGS: no
 * chance in it, the same input gives the same weights.
 */
#include "core/core.h"

#include <jansson.h>
#include <math.h>

#define ROUNDS        4
#define LINE_FEATURES 4000

struct gold {
	char *mail, *text, *due;
	const char *kind;
	bool used, is_hedged;
};

struct example {
	uint32_t mail, group;
	char *due;
	uint32_t *features;
	uint32_t count;
	float weight; /* 0: not learned from */
	bool positive;
	const struct gold *gold; /* of a positive one */
};

struct group {
	uint32_t first, end;       /* examples */
	const struct gold **golds; /* the promises in it */
	size_t gold_count;
};

struct feature {
	char *name;
	uint32_t last_mail, mails;
	float w;
	double penalty;
};

static TALLOC_CTX *mem;
static struct gold *golds;
static size_t gold_count;
static struct example *examples;
static size_t example_count;
static struct group *groups;
static size_t group_count;
static struct feature *features;
static uint32_t feature_count;
static uint32_t *table, table_size = 1u << 21;
static uint32_t min_mails = 2;
static double lambda = 2;
static int caution = 280; /* thousandths off the bias: precision first */
static const char *excluded = "";
static int epochs = 100;
static bool is_task; /* what a promise is, not whether it is one */

static double penalty(const char *name);

static uint32_t
feature(const char *name, uint32_t mail)
{
	uint32_t h = 2166136261u, i;
	const char *p;

	for (p = name; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	for (i = h & (table_size - 1); table[i] != 0;
	     i = (i + 1) & (table_size - 1))
		if (strcmp(features[table[i] - 1].name, name) == 0)
			break;
	if (table[i] == 0) {
		if (feature_count % 4096 == 0)
			features = talloc_realloc(mem, features, struct feature,
			    feature_count + 4096);
		features[feature_count] =
		    (struct feature){ .name = talloc_strdup(mem, name),
			    .last_mail = UINT32_MAX,
			    .penalty = penalty(name) };
		table[i] = ++feature_count;
	}
	i = table[i] - 1;
	if (features[i].last_mail != mail) {
		features[i].last_mail = mail;
		features[i].mails++;
	}
	return i;
}

/* read_golds - the promises of a corpus */
static void
read_golds(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0, i;
	json_t *m, *p, *all;
	const char *due, *after;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &room, f) > 0) {
		m = json_loads(line, 0, NULL);
		all = json_object_get(m, "promises");
		json_array_foreach(all, i, p)
		{
			if (gold_count % 256 == 0)
				golds = talloc_realloc(
				    mem, golds, struct gold, gold_count + 256);
			due = json_string_value(json_object_get(p, "due"));
			after = json_string_value(json_object_get(p, "after"));
			golds[gold_count++] =
			    (struct gold){ .mail = talloc_strdup(mem,
					       json_string_value(
						   json_object_get(m, "id"))),
				    .text = talloc_strdup(
					mem, json_string_value(
						 json_object_get(p, "text"))),
				    .due = talloc_asprintf(mem, "%s%s",
					due ? due : "", after ? after : ""),
				    .kind = talloc_strdup(
					mem, json_string_value(
						 json_object_get(p, "kind"))),
				    .is_hedged = json_is_true(
					json_object_get(p, "hedged")) };
		}
		json_decref(m);
	}
	free(line);
	fclose(f);
}

/* words - letters and digits of a text, the rest as single blanks */
static char *
words(const char *s)
{
	char *out = talloc_array(mem, char, strlen(s) + 3), *p = out;

	*p++ = ' ';
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x80 || (c >= '0' && c <= '9') ||
		    (c >= 'a' && c <= 'z'))
			*p++ = (char)c;
		else if (c >= 'A' && c <= 'Z')
			*p++ = (char)(c + 32);
		else if (p[-1] != ' ')
			*p++ = ' ';
	}
	if (p[-1] != ' ')
		*p++ = ' ';
	*p = '\0';
	return out;
}

static bool
same(const char *a, const char *b)
{
	char *x = words(a), *y = words(b);
	bool is = strlen(x) > 3 && strlen(y) > 3 &&
		  (strstr(x, y) != NULL || strstr(y, x) != NULL);

	talloc_free(x);
	talloc_free(y);
	return is;
}

static void
give_golds(struct group *g, const char *mail, const char *text)
{
	size_t i;

	for (i = 0; i < gold_count; i++) {
		if (golds[i].used || strcmp(golds[i].mail, mail) != 0 ||
		    !same(golds[i].text, text))
			continue;
		golds[i].used = true;
		g->golds = talloc_realloc(
		    mem, g->golds, const struct gold *, g->gold_count + 1);
		g->golds[g->gold_count++] = &golds[i];
	}
}

static void
read_features(const char *path, int k, int fold)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *field[LINE_FEATURES], *p;
	char mail[100] = "", sentence[100] = "";
	uint32_t mail_number = 0, list[LINE_FEATURES], n;
	bool held_out = false;
	struct example *x;
	size_t room = 0;
	int i, count;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		for (count = 0, p = line; p != NULL && count < LINE_FEATURES;)
			field[count++] = strsep(&p, "\t");
		if (count < 5)
			continue;
		if (strcmp(mail, field[0]) != 0) {
			const char *d =
			    field[0] + strcspn(field[0], "0123456789");

			(void)snprintf(mail, sizeof(mail), "%s", field[0]);
			mail_number++;
			held_out = k > 0 && strtol(d, NULL, 10) % k == fold;
			sentence[0] = '\0';
		}
		if (held_out)
			continue;
		if (strcmp(sentence, field[1]) != 0) {
			if (group_count % 1024 == 0)
				groups = talloc_realloc(mem, groups,
				    struct group, group_count + 1024);
			groups[group_count++] =
			    (struct group){ .first = (uint32_t)example_count };
			(void)snprintf(
			    sentence, sizeof(sentence), "%s", field[1]);
			give_golds(&groups[group_count - 1], mail, field[3]);
		}
		if (example_count % 1024 == 0)
			examples = talloc_realloc(mem, examples, struct example,
			    example_count + 1024);
		x = &examples[example_count++];
		*x = (struct example){ .mail = mail_number,
			.group = (uint32_t)group_count - 1,
			.due = talloc_strdup(mem, field[2]) };
		for (i = 5, n = 0; i < count; i++)
			list[n++] = feature(field[i], mail_number);
		x->features = talloc_memdup(mem, list, n * sizeof(*list));
		x->count = n;
		groups[group_count - 1].end = (uint32_t)example_count;
	}
	free(line);
	fclose(f);
}

/* used - seen often enough; those named k: are of the kind alone */
static bool
used(uint32_t f)
{
	return features[f].mails >= min_mails &&
	       (is_task || strncmp(features[f].name, "k:", 2) != 0);
}

static float
score(const struct example *x, float bias)
{
	float s = bias;
	uint32_t i;

	for (i = 0; i < x->count; i++)
		s += features[x->features[i]].w;
	return s;
}

/* label - which clauses of a group are its promises, as things stand */
static void
label(struct group *g, float bias, bool first_round)
{
	struct example *x, *best;
	float value, top;
	uint32_t i;
	size_t k;

	for (i = g->first; i < g->end; i++) {
		examples[i].positive = false;
		examples[i].gold = NULL;
		examples[i].weight = g->gold_count == 0           ? 1
				     : examples[i].due[0] != '\0' ? 0.5f
								  : 0;
	}
	for (k = 0; k < g->gold_count; k++) {
		best = NULL;
		top = 0;
		for (i = g->first; i < g->end; i++) {
			x = &examples[i];
			if (x->positive)
				continue;
			value = first_round ? 0 : score(x, bias);
			if (strcmp(x->due, g->golds[k]->due) == 0)
				value += g->golds[k]->due[0] ? 1000 : 4;
			else if (x->due[0] != '\0' &&
				 g->golds[k]->due[0] != '\0')
				value += 3;
			if (best == NULL || value > top) {
				best = x;
				top = value;
			}
		}
		if (best != NULL) {
			best->positive = true;
			best->gold = g->golds[k];
			best->weight = 1;
		}
	}
	/* said twice in the same clause's time: not a fault */
	for (i = g->first; i < g->end; i++)
		for (k = 0; k < g->gold_count; k++)
			if (!examples[i].positive && g->golds[k]->due[0] &&
			    strcmp(examples[i].due, g->golds[k]->due) == 0)
				examples[i].weight = 0;
}

/* penalty - how much a feature of this family must earn its weight */
static double
penalty(const char *name)
{
	static const struct {
		const char *family;
		double factor;
	} rows[] = { { "core", 0.3 }, { "act", 0.5 }, { "what", 0.6 },
		{ "who", 0.4 }, { "first", 0.7 }, { "deed", 1 }, { "t:", 0.4 },
		{ "unit", 1 }, { "c:", 0.7 }, { "c&t", 0.8 }, { "s:", 1.2 },
		{ "a:", 1 }, { "b:", 1 }, { "a2", 1.5 }, { "b2", 1.5 },
		{ "a3", 2 }, { "b3", 2 }, { "w:", 1.5 }, { "w2", 2.5 },
		{ "p:", 2 }, { "before", 3 }, { "mail", 3 }, { "place", 3 },
		{ "intro", 1.2 }, { "iw", 1.5 }, { "col", 0.8 }, { "reply", 3 },
		{ "cond:", 0.7 }, { "length", 2 }, { "lang", 3 }, { "k:w2", 2 },
		{ "k:w", 1 }, { "k:", 0.3 } };
	const char *x;
	size_t i;

	/* families left out, each with a blank behind it */
	for (x = excluded; *x != '\0'; x += strcspn(x, " ") + 1)
		if (strncmp(name, x, strcspn(x, " ")) == 0)
			return 1e6;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (strncmp(name, rows[i].family, strlen(rows[i].family)) == 0)
			return rows[i].factor;
	return 1;
}

/* loss - the penalised loss at w, its gradient into g; [n] is the bias */
static double
loss(const double *w, double *g, uint32_t n)
{
	const struct example *x;
	double sum = 0, s, p, d;
	uint32_t j;
	size_t i;

	for (j = 0; j < n; j++) {
		sum += 0.5 * lambda * features[j].penalty * w[j] * w[j];
		g[j] = lambda * features[j].penalty * w[j];
	}
	g[n] = 0;
	for (i = 0; i < example_count; i++) {
		x = &examples[i];
		if (x->weight == 0)
			continue;
		s = w[n];
		for (j = 0; j < x->count; j++)
			if (used(x->features[j]))
				s += w[x->features[j]];
		p = 1 / (1 + exp(-s));
		d = x->weight * (p - (x->positive ? 1 : 0));
		sum += x->weight * (x->positive ? log1p(exp(-s))
				       : s > 30 ? s
						: log1p(exp(s)));
		for (j = 0; j < x->count; j++)
			if (used(x->features[j]))
				g[x->features[j]] += d;
		g[n] += d;
	}
	return sum;
}

#define MEMORY 8

static double
dot(const double *a, const double *b, uint32_t n)
{
	double s = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		s += a[i] * b[i];
	return s;
}

/* learn - L-BFGS from where the weights are; the bias is returned */
static float
learn(float start)
{
	uint32_t n = feature_count, m = n + 1, i;
	double *w = talloc_zero_array(mem, double, m *(4 + 2 * MEMORY));
	double *g = w + m, *d = g + m, *old = d + m, *y[MEMORY], *s[MEMORY];
	double rho[MEMORY], alpha[MEMORY], f, f2, step, b;
	int e, k, count = 0;
	double *keep = talloc_array(mem, double, m);

	for (k = 0; k < MEMORY; k++) {
		s[k] = old + m * (uint32_t)(1 + 2 * k);
		y[k] = k + 1 < MEMORY ? s[k] + m : talloc_array(mem, double, m);
	}
	for (i = 0; i < n; i++)
		w[i] = features[i].w;
	w[n] = start;
	f = loss(w, g, n);
	for (e = 0; e < epochs; e++) {
		for (i = 0; i < m; i++)
			d[i] = -g[i];
		for (k = count - 1; k >= 0 && k >= count - MEMORY; k--) {
			alpha[k % MEMORY] =
			    rho[k % MEMORY] * dot(s[k % MEMORY], d, m);
			for (i = 0; i < m; i++)
				d[i] -= alpha[k % MEMORY] * y[k % MEMORY][i];
		}
		if (count > 0) {
			k = (count - 1) % MEMORY;
			b = 1 / (rho[k] * dot(y[k], y[k], m));
			for (i = 0; i < m; i++)
				d[i] *= b;
		}
		for (k = count > MEMORY ? count - MEMORY : 0; k < count; k++) {
			b = rho[k % MEMORY] * dot(y[k % MEMORY], d, m);
			for (i = 0; i < m; i++)
				d[i] +=
				    s[k % MEMORY][i] * (alpha[k % MEMORY] - b);
		}
		memcpy(keep, w, m * sizeof(*w));
		memcpy(old, g, m * sizeof(*g));
		b = dot(g, d, m);
		step = count == 0 ? 1 / sqrt(dot(g, g, m)) : 1;
		for (;;) {
			for (i = 0; i < m; i++)
				w[i] = keep[i] + step * d[i];
			f2 = loss(w, g, n);
			if (f2 <= f + 1e-4 * step * b || step < 1e-10)
				break;
			step /= 2;
		}
		if (f - f2 < 1e-5 * f2)
			break;
		f = f2;
		k = count % MEMORY;
		for (i = 0; i < m; i++) {
			s[k][i] = w[i] - keep[i];
			y[k][i] = g[i] - old[i];
		}
		b = dot(s[k], y[k], m);
		if (b > 1e-12) {
			rho[k] = 1 / b;
			count++;
		}
	}
	for (i = 0; i < n; i++)
		features[i].w = (float)w[i];
	start = (float)w[n];
	talloc_free(w);
	talloc_free(keep);
	return start;
}

/* what is asked of a promise once it is found */
static const char *const tasks[] = { "appointment", "offer", "hedged" };

/* task - label the promises by one of these; nothing else is learned from */
static void
task(int t)
{
	struct example *x;
	size_t i;

	for (i = 0; i < feature_count; i++)
		features[i].w = 0;
	for (i = 0; i < example_count; i++) {
		x = &examples[i];
		x->weight = x->gold != NULL ? 1 : 0;
		if (x->gold != NULL)
			x->positive =
			    t == 2 ? x->gold->is_hedged
				   : strcmp(x->gold->kind, tasks[t]) == 0;
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct feature *const *)a)->name,
	    (*(const struct feature *const *)b)->name);
}

static void
write_weights(FILE *f, const char *section, float bias)
{
	struct feature **all =
	    talloc_array(mem, struct feature *, feature_count);
	size_t n = 0, i;
	long w;

	for (i = 0; i < feature_count; i++)
		if (used((uint32_t)i))
			all[n++] = &features[i];
	qsort(all, n, sizeof(*all), by_name);
	fprintf(f, "[%s]\n%ld bias\n", section, lrintf(bias * 1000));
	for (i = 0; i < n; i++) {
		w = lrintf(all[i]->w * 1000);
		if (w > 20 || w < -20)
			fprintf(f, "%ld %s\n", w, all[i]->name);
	}
	talloc_free(all);
}

int
main(int argc, char **argv)
{
	const char *out = NULL;
	int k = 0, fold = 0, c, round;
	FILE *f;
	float bias = 0;
	size_t i, lost = 0;

	while ((c = getopt(argc, argv, "b:k:f:e:l:m:o:x:")) != -1) {
		switch (c) {
		case 'k':
			k = (int)strtol(optarg, NULL, 10);
			break;
		case 'f':
			fold = (int)strtol(optarg, NULL, 10);
			break;
		case 'e':
			epochs = (int)strtol(optarg, NULL, 10);
			break;
		case 'l':
			lambda = strtod(optarg, NULL);
			break;
		case 'm':
			min_mails = (uint32_t)strtol(optarg, NULL, 10);
			break;
		case 'b':
			caution = (int)strtol(optarg, NULL, 10);
			break;
		case 'x':
			excluded = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		default:
			return 2;
		}
	}
	if (out == NULL || argc - optind < 2) {
		fprintf(stderr, "usage: train_find [-k K -f FOLD] [-e EPOCHS] "
				"[-l LAMBDA] -o WEIGHTS FEATURES CORPUS...\n");
		return 2;
	}
	mem = talloc_new(NULL);
	table = talloc_zero_array(mem, uint32_t, table_size);
	for (c = optind + 1; c < argc; c++)
		read_golds(argv[c]);
	read_features(argv[optind], k, fold);
	for (i = 0; i < gold_count; i++)
		lost += !golds[i].used;
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < group_count; i++)
			label(&groups[i], bias, round == 0);
		bias = learn(bias);
	}
	f = fopen(out, "w");
	if (f == NULL) {
		perror(out);
		return 1;
	}
	fprintf(f, "# made by contrib/train-find; do not edit\n");
	write_weights(f, "promise", bias - (float)caution / 1000);
	is_task = true;
	for (c = 0; c < (int)ARRAY_LEN(tasks); c++) {
		task(c);
		bias = learn(0);
		write_weights(f, tasks[c], bias);
	}
	fclose(f);
	fprintf(stderr,
	    "%zu clauses, %u features, %zu promises, %zu of them "
	    "held out or in no clause\n",
	    example_count, feature_count, gold_count, lost);
	if (k == 0 && getenv("TRAIN_LOST") != NULL)
		for (i = 0; i < gold_count; i++)
			if (!golds[i].used)
				fprintf(stderr, "LOST %s %s\n", golds[i].mail,
				    golds[i].text);
	talloc_free(mem);
	return 0;
}
