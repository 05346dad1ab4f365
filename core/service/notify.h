/*
 * notify.h - tell systemd how the service is, where systemd asked for it
 *
 * The protocol of sd_notify(3): one datagram to the socket that the variable
 * NOTIFY_SOCKET names. Written here because it is twenty lines, and because
 * a library for them would be loaded by a program that starts others.
 */
#ifndef CORE_SERVICE_NOTIFY_H
#define CORE_SERVICE_NOTIFY_H

#include "core/core.h"

/* notify_systemd - "READY=1", "STOPPING=1", …; nothing when nobody asked */
void notify_systemd(const char *text);

#endif
