/*
 * json.h - pieces of JSON output; every function makes a new reference
 */
#ifndef CORE_CLI_JSON_H
#define CORE_CLI_JSON_H

#include "core/core.h"

#include <jansson.h>

#include "core/cli/cli.h"

json_t *json_text(const char *s);   /* null for NULL */
json_t *json_civil(struct civil c); /* null where not set */
json_t *json_instant(int64_t at);   /* UTC */
json_t *json_promise(const struct cli *c, const struct promise *p);

/* json_line - write o as one line without control characters, drop o */
enum rc json_line(json_t *o, FILE *out, struct err *e) must_check;

#endif
