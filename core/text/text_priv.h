/* text_priv.h - between text.c and text_units.c */
#ifndef CORE_TEXT_TEXT_PRIV_H
#define CORE_TEXT_TEXT_PRIV_H

#include "core/text/text.h"

/* text_mark_units - set starts_unit and is_marker on every token */
void text_mark_units(struct text *t);

#endif
