/*
 * sandbox.h - what the parser's child may still do once it reads mail
 */
#ifndef MAILGW_READER_SANDBOX_H
#define MAILGW_READER_SANDBOX_H

#include "core/core.h"

#define SANDBOX_STACK (64u << 20) /* of the thread that parses */

/*
 * sandbox_close - for every thread of the process, for ever: no file, no
 * network, no program, no process; read and write of open descriptors, memory
 *
 * waits  it may also wait for its descriptors, with poll(2)
 */
enum rc sandbox_close(bool waits, struct err *e) must_check;

/* sandbox_message - limits for one message of that many octets: memory 512 MB
 * and 8 times its size, CPU 2 s and 1 s for every 5 MB */
void sandbox_message(size_t size);

#endif
