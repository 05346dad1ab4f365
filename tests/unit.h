/* unit.h - what every cmocka test includes, in the order cmocka asks for */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include "core/core.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define assert_rc(want, e, call)                                               \
	do {                                                                   \
		enum rc rc_ = (call);                                          \
		if (rc_ != (want))                                             \
			fail_msg("%s: rc %d, wanted %d: %s", #call, rc_,       \
			    (want), (e)->text);                                \
	} while (0)

#endif
