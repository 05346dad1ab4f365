/*
 * banned.h - calls that cut text silently, hide a clock or a locale
 *
 * Each is a compile error. Instants come in as arguments; the few mains that
 * read the clock use clock_gettime().
 */
#ifndef CORE_BANNED_H
#define CORE_BANNED_H

#include <string.h>
#include <strings.h>
#include <time.h>

/* macros in glibc's checked headers as clang reads them */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy sprintf vsprintf strtok atoi atol
#pragma GCC poison gmtime localtime

#undef time
#define time(x) banned_time_use_clock_gettime(x)

#endif
