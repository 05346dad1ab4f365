/*
 * post.c - one letter to the next hop, by SMTP (libcurl)
 */
#include "core/core.h"

#include <curl/curl.h>
#include <poll.h>

#include "cal/remind/post.h"

#define FIRST_AGAIN_S 60
#define MOST_AGAIN_S  3600

struct source {
	struct slice bytes;
	size_t at;
	int stop;
	char verb[5];    /* of the last command */
	char reply[160]; /* the last refusal */
};

static size_t
read_more(char *to, size_t size, size_t count, void *arg)
{
	struct source *s = arg;
	size_t n = size * count, left = s->bytes.len - s->at;

	if (n > left)
		n = left;
	memcpy(to, s->bytes.at + s->at, n);
	s->at += n;
	return n;
}

/* progress - other than 0: give up, we are to end */
static int
progress(void *arg, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
	struct pollfd fd = { .fd = ((struct source *)arg)->stop,
		.events = POLLIN };

	(void)dt;
	(void)dn;
	(void)ut;
	(void)un;
	return fd.fd >= 0 && poll(&fd, 1, 0) > 0;
}

/* heard - libcurl shows each line of the dialogue; refusals are kept */
static int
heard(CURL *curl, curl_infotype type, char *data, size_t size, void *arg)
{
	struct source *s = arg;
	size_t n = 0;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && size >= 4 &&
	    memcmp(data, "QUIT", 4) != 0) {
		memcpy(s->verb, data, 4);
		s->reply[0] = '\0';
	}
	if (type != CURLINFO_HEADER_IN || size < 4 || data[0] < '4')
		return 0;
	while (n < size && n + 1 < sizeof(s->reply) &&
	       (unsigned char)data[n] >= 0x20) {
		s->reply[n] = data[n];
		n++;
	}
	s->reply[n] = '\0';
	return 0;
}

/* verdict - what a transfer's end means; for good is only what is said of the
 * recipient or the letter: all else is a matter of settings */
static enum rc
verdict(CURLcode code, const struct source *s, struct err *e)
{
	if (code == CURLE_OK)
		return RC_OK;
	if (s->reply[0] == '5' &&
	    (strcmp(s->verb, "RCPT") == 0 || strcmp(s->verb, "DATA") == 0))
		return err_set(e, RC_BADINPUT, "%s", s->reply);
	return err_set(e, RC_RETRY, "%s",
	    s->reply[0] != '\0' ? s->reply : curl_easy_strerror(code));
}

/* connect_to - where the certificate's name is another than the hop's: curl
 * asks for the one and goes to the other; *url_host is to be in the URL */
static struct curl_slist *
connect_to(const struct post_way *way, char url_host[400])
{
	struct curl_slist *list = NULL;
	const char *port = strrchr(way->hop, ':');
	char line[900];

	(void)snprintf(url_host, 400, "%s", way->hop);
	if (*way->name != '\0' && port != NULL) {
		(void)snprintf(url_host, 400, "%s%s", way->name, port);
		(void)snprintf(line, sizeof(line), "%s:%s", url_host, way->hop);
		list = curl_slist_append(NULL, line);
	}
	return list;
}

#define SET(option, value) (void)curl_easy_setopt(curl, option, value)

/* set_tls - and who logs in */
static void
set_tls(CURL *curl, const struct post_way *way)
{
	static const long use[] = {
		[TLS_NO] = CURLUSESSL_NONE,
		[TLS_OFFERED] = CURLUSESSL_TRY,
		[TLS_REQUIRED] = CURLUSESSL_ALL,
		[TLS_IMPLICIT] = CURLUSESSL_ALL,
	};

	SET(CURLOPT_USE_SSL, use[way->tls]);
	SET(CURLOPT_SSL_VERIFYPEER, way->verifies ? 1L : 0L);
	SET(CURLOPT_SSL_VERIFYHOST, way->verifies ? 2L : 0L);
	if (*way->ca != '\0') {
		SET(CURLOPT_CAINFO, way->ca);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (*way->user != '\0') {
		SET(CURLOPT_USERNAME, way->user);
		SET(CURLOPT_PASSWORD, way->password);
	}
}

enum rc
post_send(const struct post_way *way, const char *sender, const char *recipient,
    struct slice bytes, int stop, struct err *e)
{
	struct source source = { .bytes = bytes, .stop = stop };
	struct curl_slist *to = NULL, *there;
	CURL *curl = curl_easy_init();
	char url[800], host[400];
	CURLcode code;
	enum rc rc;

	if (curl == NULL)
		return err_set(e, RC_RETRY, "libcurl cannot start");
	there = connect_to(way, host);
	(void)snprintf(url, sizeof(url), "%s://%s/%s",
	    way->tls == TLS_IMPLICIT ? "smtps" : "smtp", host, way->hostname);
	to = curl_slist_append(to, recipient);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_CONNECT_TO, there);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_MAIL_FROM, sender);
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, read_more);
	SET(CURLOPT_READDATA, &source);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)bytes.len);
	SET(CURLOPT_CONNECTTIMEOUT, (long)POST_CONNECT_S);
	SET(CURLOPT_TIMEOUT, (long)POST_TOTAL_S);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, progress);
	SET(CURLOPT_XFERINFODATA, &source);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, heard);
	SET(CURLOPT_DEBUGDATA, &source);
	set_tls(curl, way);
	code = curl_easy_perform(curl);
	rc = verdict(code, &source, e);
	curl_slist_free_all(to);
	curl_slist_free_all(there);
	curl_easy_cleanup(curl);
	return rc;
}

int64_t
post_again_s(int tries)
{
	int64_t s = FIRST_AGAIN_S;

	for (; tries > 0 && s < MOST_AGAIN_S; tries--)
		s *= 2;
	return s < MOST_AGAIN_S ? s : MOST_AGAIN_S;
}
