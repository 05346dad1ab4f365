/*
 * prescan.h - a cheap linear look for what kills or stalls a MIME parser
 */
#ifndef MAILGW_MESSAGE_PRESCAN_H
#define MAILGW_MESSAGE_PRESCAN_H

#include "core/core.h"

#define PRESCAN_MAX_BYTES      (32u << 20) /* more is not looked at */
#define PRESCAN_MAX_FIELDS     1000
#define PRESCAN_MAX_HEADER     (256u << 10)
#define PRESCAN_MAX_VALUE      (64u << 10)
#define PRESCAN_MAX_COMMENTS   100
#define PRESCAN_MAX_BOUNDARIES 50
#define PRESCAN_MAX_NESTED     50
#define PRESCAN_MAX_PARTS      1000

/*
 * prescan - RC_OK: the parser may have it; RC_BADINPUT: hostile, *e says why,
 * only the fallback reads it
 */
enum rc prescan(struct slice bytes, struct err *e) must_check;

#endif
