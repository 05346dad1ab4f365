/*
 * ticket.h - the addresses that answers to reminders come back to
 *
 *	promises+ID.DAY.MAC@acme.example
 *
 * ID names the letter that is answered, DAY the last day on which it may be
 * (days since 1970), MAC is HMAC-SHA256 over both and the letter's recipient,
 * cut to 96 bits. Nobody but us can make one, and one is good for one letter
 * to one person. The gateway knows them by their form alone; who takes the
 * answers checks the rest.
 */
#ifndef CORE_TICKET_TICKET_H
#define CORE_TICKET_TICKET_H

#include "core/core.h"

#define TICKET_KEY_FILE  "reply.key"
#define TICKET_KEY_BYTES 32
#define TICKET_DAYS      60

struct ticket {
	int64_t letter;
	int32_t last_day;
	char mac[25];
};

/* ticket_key - read the key at path, made (mode 0600) where it is missing;
 * RC_BADINPUT no key, or one that others can read */
enum rc ticket_key(
    const char *path, uint8_t key[TICKET_KEY_BYTES], struct err *e) must_check;

/* ticket_address - good until TICKET_DAYS after at; base is the setting
 * remind-from; owned by mem; NULL where it is no address */
char *ticket_address(TALLOC_CTX *mem, const char *base,
    const uint8_t key[TICKET_KEY_BYTES], int64_t letter, const char *recipient,
    int64_t at);

/* ticket_parse - is this one of ours by its form? base "": never */
bool ticket_parse(const char *base, struct slice address, struct ticket *out);

/* ticket_is_good - made by us for this recipient, and not past at */
bool ticket_is_good(const struct ticket *t, const char *recipient,
    const uint8_t key[TICKET_KEY_BYTES], int64_t at);

#endif
