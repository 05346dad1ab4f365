/*
 * milter.h - the mail filter protocol of Sendmail and Postfix, observing only
 *
 * Written here, and not by way of libmilter: that keeps its descriptors to
 * itself, so that a filter on TCP cannot acknowledge at once and each mail
 * waits 40 ms; it has a thread for each connection; and the part of the
 * protocol that somebody needs who changes nothing is small.
 *
 * The server is asked not to wait for an answer to anything but the end of a
 * message, and that comes when the copy is on disk. Version 2 to 6; what an
 * older server does not offer is done without.
 */
#ifndef MAILGW_SOURCES_MILTER_H
#define MAILGW_SOURCES_MILTER_H

#include "core/core.h"
#include "mailgw/sources/intake.h"

/* octets of one packet; the longest are bodies of 64 kB, and headers */
#define MILTER_PACKET_MAX (512U << 10)

extern const struct intake_protocol milter_protocol;

#endif
