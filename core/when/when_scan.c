/*
 * when_scan.c - the first pass over a text in several languages
 *
 * Each language finds its own expressions (when_build.c). Where two claim the
 * same words the longer reading stands, of equals that of the language more
 * at home around them; and what a language finds among another's words is
 * dropped.
 */
#include "core/core.h"

#include "core/when/when_priv.h"

#define HOME_REACH 24 /* tokens on both sides that tell the language */
#define HOME_MIN   4  /* fewer known words tell nothing */

/* at_home - words of a language around an expression */
static uint32_t
at_home(const struct text *t, const uint32_t *known, const struct when_expr *x)
{
	uint32_t from = x->first < HOME_REACH ? 0 : x->first - HOME_REACH;
	uint32_t end = x->first + x->count;

	end =
	    t->count - end < HOME_REACH ? (uint32_t)t->count : end + HOME_REACH;
	return known[end] - known[from];
}

/* add_other - expressions of a further language, where they do not overlap
 * longer ones, or as long ones in a stretch where the first is more at home;
 * both are in the order of the text */
static enum rc
add_other(TALLOC_CTX *mem, const struct text *t, struct when_scan *all,
    const uint32_t *const *known, const struct when_view *more, struct err *e)
{
	struct when_expr *both;
	size_t i = 0, j = 0, n = 0;

	if (more->scan.count == 0)
		return RC_OK;
	both =
	    talloc_array(mem, struct when_expr, all->count + more->scan.count);
	if (both == NULL)
		return err_nomem(e);
	while (i < all->count || j < more->scan.count) {
		const struct when_expr *a =
		    i < all->count ? &all->exprs[i] : NULL;
		const struct when_expr *c =
		    j < more->scan.count ? &more->scan.exprs[j] : NULL;

		if (c == NULL || (a != NULL && a->first + a->count <= c->first))
			both[n++] = all->exprs[i++];
		else if (a == NULL || c->first + c->count <= a->first)
			both[n++] = more->scan.exprs[j++];
		else if (c->count > a->count ||
			 (c->count == a->count &&
			     at_home(t, more->known, c) >
				 at_home(t, known[a->lang], a)))
			i++;
		else
			j++;
	}
	all->exprs = both;
	all->count = n;
	return RC_OK;
}

/* drop_strangers - "mon" in a French sentence is no Monday: what a language
 * finds where another knows far more of the words is not kept */
static void
drop_strangers(struct when_scan *s, const struct text *t,
    const uint32_t *const *known, size_t langs)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct when_expr *x = &s->exprs[i];
		uint32_t own = at_home(t, known[x->lang], x), best = own;

		for (size_t l = 0; l < langs; l++) {
			uint32_t other = at_home(t, known[l], x);

			best = other > best ? other : best;
		}
		if (best <= HOME_MIN || own * 2 >= best)
			s->exprs[kept++] = *x;
	}
	s->count = kept;
}

enum rc
when_scan(TALLOC_CTX *mem, const struct text *t,
    const struct lang *const *langs, size_t lang_count, struct when_scan **out,
    struct err *e)
{
	struct when_scan *s = talloc_zero(mem, struct when_scan);
	const uint32_t *known[WHEN_MAX_LANGS] = { NULL };
	struct when_view more;
	enum rc rc = RC_OK;

	*out = NULL;
	if (s == NULL)
		return err_nomem(e);
	for (size_t i = 0; rc == RC_OK && i < lang_count && i < WHEN_MAX_LANGS;
	     i++) {
		memset(&more, 0, sizeof(more));
		rc = when_build(
		    s, t, langs[i], (uint8_t)i, lang_count == 1, &more, e);
		known[i] = more.known;
		if (rc == RC_OK)
			rc = add_other(s, t, s, known, &more, e);
	}
	if (rc != RC_OK) {
		talloc_free(s);
		return rc;
	}
	if (lang_count > 1)
		drop_strangers(s, t, known,
		    lang_count < WHEN_MAX_LANGS ? lang_count : WHEN_MAX_LANGS);
	*out = s;
	return RC_OK;
}
