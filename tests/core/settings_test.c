/*
 * settings_test.c - defaults, files, overrides, and faults with their place
 */
#include "tests/unit.h"

#include "core/settings/settings.h"

struct fixture {
	TALLOC_CTX *mem;
	char dir[32];
	char *file;
	struct settings *s;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = talloc_zero(NULL, struct fixture);

	f->mem = f;
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/settings.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->file = talloc_asprintf(f, "%s/promised.conf", f->dir);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->file);
	(void)rmdir(f->dir);
	talloc_free(f);
	return 0;
}

/* write_file - make the settings file hold exactly text */
static void
write_file(const struct fixture *f, const char *text)
{
	FILE *fp = fopen(f->file, "w");

	assert_non_null(fp);
	(void)fputs(text, fp);
	assert_int_equal(fclose(fp), 0);
}

/* refused - this file is refused with "FILE:" + want */
static void
refused(struct fixture *f, const char *text, const char *want)
{
	char *full = talloc_asprintf(f, "%s:%s", f->file, want);

	write_file(f, text);
	assert_rc(
	    RC_BADINPUT, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_string_equal(f->e.text, full);
}

static void
defaults_work_on_loopback(void **state)
{
	struct fixture *f = *state;

	write_file(f, "");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_string_equal(f->s->file, f->file);
	assert_string_equal(f->s->gateway_listen.text, "127.0.0.1:2525");
	assert_int_equal(f->s->gateway_listen.n, 1);
	assert_string_equal(f->s->next_hop, "127.0.0.1:25");
	assert_string_equal(f->s->feed_listen, "127.0.0.1:8025");
	assert_string_equal(f->s->gateway_clients[0], "127.0.0.0/8");
	assert_null(f->s->own_domains[0]);
	assert_string_equal(f->s->holidays[0], "fr");
	assert_int_equal(f->s->work_week, 0x1f);
	assert_int_equal(f->s->work_start_min, 540);
	assert_int_equal(f->s->work_end_min, 1080);
	assert_int_equal(f->s->max_message_bytes, 100 << 20);
	assert_int_equal(f->s->on_failure, ON_FAILURE_TEMPFAIL);
}

static void
a_file_is_read(void **state)
{
	struct fixture *f = *state;

	write_file(f, "# ours\n"
		      "home = /srv/promised/\n"
		      "gateway-listen = \"[::1]:0\"   # any port\n"
		      "next-hop = mail.acme.example:587\n"
		      "own-domains = \"Acme.example, acme.test\"\n"
		      "work-week = \"sun-thu\"\n"
		      "work-hours = \"8:30-24:00\"\n"
		      "max-message = 10M\n"
		      "on-failure = pass\n"
		      "feed-url = \"https://cal.acme.example/p/\"\n"
		      "holidays = none\n"
		      "lang = fr");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_string_equal(f->s->home, "/srv/promised");
	assert_string_equal(f->s->gateway_listen.items[0]->address, "[::1]:0");
	assert_string_equal(f->s->next_hop, "mail.acme.example:587");
	assert_string_equal(f->s->own_domains[0], "acme.example");
	assert_string_equal(f->s->own_domains[1], "acme.test");
	assert_null(f->s->own_domains[2]);
	assert_int_equal(f->s->work_week, 0x4f);
	assert_int_equal(f->s->work_start_min, 510);
	assert_int_equal(f->s->work_end_min, 1440);
	assert_int_equal(f->s->max_message_bytes, 10 << 20);
	assert_int_equal(f->s->on_failure, ON_FAILURE_PASS);
	assert_string_equal(f->s->feed_url, "https://cal.acme.example/p");
	assert_string_equal(f->s->lang, "fr");
	assert_string_equal(settings_path(f, f->s, "run"), "/srv/promised/run");
}

static void
faults_name_file_and_line(void **state)
{
	struct fixture *f = *state;

	refused(f, "home = /a\n\nhoem = /b\n", "3: there is no setting 'hoem'");
	refused(
	    f, "home = /a\nlang = fr\nhome = /b\n", "3: 'home' is set twice");
	refused(f, "home = var\n", "1: home: 'var' does not begin with '/'");
	refused(f, "\nmax-message = 10\n",
	    "2: max-message: '10' is no size from 1K to 2G, such as \"500K\" "
	    "or \"10M\"");
	refused(f, "max-message = 99999999999999999999G\n",
	    "1: max-message: '99999999999999999999G' is no size from 1K to "
	    "2G, such as \"500K\" or \"10M\"");
	refused(f, "max-sessions = 0\n",
	    "1: max-sessions: '0' is no number from 1 to 100000");
	refused(f, "next-hop = acme.example\n",
	    "1: next-hop: 'acme.example' has no ':PORT'");
	refused(f, "next-hop = acme.example:0\n",
	    "1: next-hop: 'acme.example:0': the port is no number from 1 to "
	    "65535");
	refused(f, "gateway-listen = \"[::g]:25\"\n",
	    "1: gateway-listen: '::g' is no IPv6 address");
	refused(f, "gateway-clients = \"10.0.0.0/33\"\n",
	    "1: gateway-clients: '10.0.0.0/33' is no address or network");
	refused(f, "own-domains = \"a.example b!\"\n",
	    "1: own-domains: 'b!' is no domain");
	refused(f, "work-week = monday\n",
	    "1: work-week: 'monday' is no list of days such as \"mon-fri\" or "
	    "\"mon-thu, sat\"");
	refused(f, "work-hours = \"18:00-09:00\"\n",
	    "1: work-hours: '18:00-09:00' is not like \"09:00-18:00\"");
	refused(f, "timezone = Europe/Pariss\n",
	    "1: timezone: 'Europe/Pariss' is no zone that this machine knows");
	refused(f, "holidays = \"fr, atlantis\"\n",
	    "1: holidays: 'atlantis' is no set of holidays that we have");
	refused(f, "on-failure = ignore\n",
	    "1: on-failure: 'ignore' is neither \"tempfail\" nor \"pass\"");
	refused(f, "feed-url = \"ftp://x\"\n",
	    "1: feed-url: 'ftp://x' is not http://HOST… or https://HOST…");
	refused(f, "hostname = \"a\\tb\"\n",
	    "1: hostname: quotes, backslashes and control characters have no "
	    "place in a setting");
	refused(f, "hostname = '${HOME}'\n",
	    "1: hostname: '${' has no place in a setting");
	refused(f, "next-hop-tls = yes\n",
	    "1: next-hop-tls: 'yes' is none of \"no\", \"auto\", "
	    "\"offered\", \"required\", \"implicit\"");
	refused(f, "gateway-auth = yes\n",
	    "1: gateway-auth: 'yes' is none of \"no\", \"tls\", "
	    "\"loopback\", \"required\"");
	refused(f, "next-hop-verify = maybe\n",
	    "1: next-hop-verify: 'maybe' is none of \"no\", \"yes\"");
	refused(f, "tls-key = key.pem\n",
	    "1: tls-key: 'key.pem' does not begin with '/'");
	refused(f, "gateway-listen = \"127.0.0.1:25 tls=yes\"\n",
	    "1: gateway-listen: tls: 'yes' is none of \"no\", \"auto\", "
	    "\"offered\", \"required\", \"implicit\"");
}

static void
many_places_to_listen(void **state)
{
	struct fixture *f = *state;
	struct settings_listener *l;

	write_file(f, "gateway-listen = \"127.0.0.1:25; [::]:25  clients="
		      "10.0.0.0/8,2001:db8::/32 xclient=10.0.0.1;"
		      "unix:/run/p/in mode=660 group=mail owner=root\"\n");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_int_equal(f->s->gateway_listen.n, 3);
	l = f->s->gateway_listen.items[0];
	assert_string_equal(l->address, "127.0.0.1:25");
	assert_string_equal(l->words, "");
	assert_null(l->clients);
	l = f->s->gateway_listen.items[1];
	assert_string_equal(l->address, "[::]:25");
	assert_string_equal(
	    l->words, " clients=10.0.0.0/8,2001:db8::/32 xclient=10.0.0.1");
	assert_string_equal(l->clients[1], "2001:db8::/32");
	assert_null(l->clients[2]);
	assert_string_equal(l->trusted[0], "10.0.0.1");
	assert_null(l->proxies);
	l = f->s->gateway_listen.items[2];
	assert_string_equal(settings_unix_path(l->address), "/run/p/in");
	assert_int_equal(l->mode, 0660);
	assert_string_equal(l->group, "mail");
	assert_string_equal(l->owner, "root");

	write_file(f, "gateway-listen = \"\"\n");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_int_equal(f->s->gateway_listen.n, 0);
	refused(f, "gateway-listen = \"127.0.0.1:25; unix:run/in\"\n",
	    "1: gateway-listen: 'unix:run/in' is not unix: and a path that "
	    "begins with '/'");
	refused(f, "gateway-listen = \"127.0.0.1:25 clients=\"\n",
	    "1: gateway-listen: clients: an empty list");
	refused(f, "gateway-listen = \"127.0.0.1:25 proxy=x\"\n",
	    "1: gateway-listen: proxy: 'x' is no address or network");
	refused(f, "gateway-listen = \"127.0.0.1:25 mode=660\"\n",
	    "1: gateway-listen: '127.0.0.1:25' is no file: it has no mode, "
	    "owner or group");
	refused(f, "gateway-listen = \"unix:/in clients=::1\"\n",
	    "1: gateway-listen: 'unix:/in' knows no client by its address: "
	    "its mode, owner and group say who may connect");
	refused(f, "gateway-listen = \"unix:/in mode=888\"\n",
	    "1: gateway-listen: mode: '888' is no mode such as 660");
	refused(f, "gateway-listen = \"127.0.0.1:25 fast\"\n",
	    "1: gateway-listen: 'fast': there is no such word for a place to "
	    "listen");
}

static void
folders_by_imap(void **state)
{
	struct fixture *f = *state;
	struct settings_imap *a;
	char *path, *text;

	write_file(f, "imap = \"imap.acme.example:993 user=anna "
		      "password-file=/etc/p; [::1]:143  user=ben "
		      "folder='Sent; Items' password-command='pass ben' "
		      "auth=xoauth2 since=2026-03-31 poll=5 tls=no verify=no "
		      "ca=/etc/ca name=x.example;\"\n");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_int_equal(f->s->imap.n, 2);
	a = f->s->imap.items[0];
	assert_string_equal(a->address, "imap.acme.example:993");
	assert_string_equal(a->user, "anna");
	assert_string_equal(a->password_file, "/etc/p");
	assert_null(a->password_command);
	assert_null(a->folder);
	assert_int_equal(a->tls, TLS_IMPLICIT);
	assert_true(a->verifies);
	assert_false(a->is_token);
	assert_int_equal(a->poll_s, SETTINGS_IMAP_POLL_S);
	assert_true(a->since == SETTINGS_IMAP_FROM_NOW);
	a = f->s->imap.items[1];
	assert_string_equal(a->folder, "Sent; Items");
	assert_string_equal(a->password_command, "pass ben");
	assert_int_equal(a->tls, TLS_NO);
	assert_false(a->verifies);
	assert_true(a->is_token);
	assert_int_equal(a->poll_s, 5);
	assert_true(a->since == 1774915200);

	write_file(f, "# one a line\n h:143 user=a folder='x y' "
		      "password-file=/p # x\n\n"
		      "i:1 user=b password-file=/q\n#");
	path = talloc_asprintf(f, "%s.imap", f->file);
	assert_int_equal(rename(f->file, path), 0);
	text = talloc_asprintf(f, "imap = %s\n", path);
	refused(
	    f, text, "1: imap: '#': there is no such word for an IMAP folder");
	write_file(f, "# one; a line's\nh:143 user=a folder='x y' "
		      "password-file=/p\n\ni:1 user=b password-file=/q\n#");
	assert_int_equal(rename(f->file, path), 0);
	write_file(f, text);
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_int_equal(f->s->imap.n, 2);
	assert_string_equal(f->s->imap.items[0]->folder, "x y");
	assert_string_equal(f->s->imap.items[1]->user, "b");
	assert_string_equal(f->s->imap.text, path);
	assert_int_equal(unlink(path), 0);

	refused(f, "imap = \"h:143 user=a\"\n",
	    "1: imap: 'h:143': one of password-file= and password-command= is "
	    "needed");
	refused(f, "imap = \"h:143 password-file=/p\"\n",
	    "1: imap: 'h:143': user= is missing");
	refused(f, "imap = \"h user=a password-file=/p\"\n",
	    "1: imap: 'h' has no ':PORT'");
	refused(f, "imap = \"h:1 user=a password=geheim\"\n",
	    "1: imap: 'password': there is no such word for an IMAP folder");
	refused(f, "imap = \"h:1 user=a password-file=p\"\n",
	    "1: imap: password-file: 'p' does not begin with '/'");
	refused(f, "imap = \"h:1 user=a password-file=/p tls=offered\"\n",
	    "1: imap: tls: 'offered' would send a password in clear to who "
	    "takes the offer away");
	refused(f, "imap = \"h:1 user=a password-file=/p since=2026-3\"\n",
	    "1: imap: since: '2026-3' is no day such as 2026-03-31");
	refused(f, "imap = \"h:1 user=a password-file=/p poll=0\"\n",
	    "1: imap: poll: '0' is no number of seconds from 1 to 3600");
	refused(f, "imap = \"h:1 user=a folder='x password-file=/p\"\n",
	    "1: imap: a quote ' is not closed");
	refused(f,
	    "imap = \"h:1 user=a password-file=/p; h:1 user=a "
	    "password-file=/q\"\n",
	    "1: imap: 'h:1' of 'a' is there twice");
}

/* broken - refused with a place, whatever libconfuse calls it */
static void
broken(struct fixture *f, const char *text)
{
	write_file(f, text);
	assert_rc(
	    RC_BADINPUT, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	assert_memory_equal(f->e.text, f->file, strlen(f->file));
	assert_int_equal(f->e.text[strlen(f->file)], ':');
}

static void
what_is_no_setting_is_refused(void **state)
{
	struct fixture *f = *state;

	broken(f, "home = {\"/a\", \"/b\"}\n");
	broken(f, "home += /a\n");
	broken(f, "home\n");
	broken(f, "home = \"/a\n");
	broken(f, "home { x = 1 }\n");
	broken(f, "include(\"/etc/passwd\")\n");
	broken(f, "\x01\x02\xff\n");
}

static void
files_that_are_not_there(void **state)
{
	struct fixture *f = *state;

	assert_rc(RC_NOTFOUND, &f->e,
	    settings_read(f, "/nonexistent/p.conf", NULL, &f->s, &f->e));
	assert_string_equal(
	    f->e.text, "/nonexistent/p.conf: No such file or directory");
	assert_rc(
	    RC_BADINPUT, &f->e, settings_read(f, f->dir, NULL, &f->s, &f->e));

	write_file(f, "lang = fr\n");
	assert_int_equal(setenv(SETTINGS_ENV, f->file, 1), 0);
	assert_rc(RC_OK, &f->e, settings_read(f, NULL, NULL, &f->s, &f->e));
	assert_string_equal(f->s->lang, "fr");
	assert_int_equal(setenv(SETTINGS_ENV, "/nonexistent", 1), 0);
	assert_rc(
	    RC_NOTFOUND, &f->e, settings_read(f, NULL, NULL, &f->s, &f->e));
	assert_int_equal(unsetenv(SETTINGS_ENV), 0);
}

static void
overrides_win(void **state)
{
	struct fixture *f = *state;
	const char *good[] = { "lang=en", "own-domains=a.example,b.example",
		NULL };
	const char *unknown[] = { "lnag=en", NULL };
	const char *bare[] = { "lang", NULL };
	const char *wrong[] = { "lang=de", NULL };

	write_file(f, "lang = fr\n");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, good, &f->s, &f->e));
	assert_string_equal(f->s->lang, "en");
	assert_string_equal(f->s->own_domains[1], "b.example");
	assert_rc(RC_BADINPUT, &f->e,
	    settings_read(f, f->file, unknown, &f->s, &f->e));
	assert_string_equal(
	    f->e.text, "-o lnag=en: there is no setting 'lnag'");
	assert_rc(
	    RC_BADINPUT, &f->e, settings_read(f, f->file, bare, &f->s, &f->e));
	assert_rc(
	    RC_BADINPUT, &f->e, settings_read(f, f->file, wrong, &f->s, &f->e));
	assert_string_equal(
	    f->e.text, "-o lang=de: 'de' is neither \"fr\" nor \"en\"");
}

/* printed - what settings_print() writes, owned by f */
static char *
printed(struct fixture *f)
{
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	settings_print(f->s, out);
	assert_int_equal(fclose(out), 0);
	copy = talloc_strdup(f, text);
	free(text);
	return copy;
}

static void
what_is_printed_can_be_read(void **state)
{
	struct fixture *f = *state;
	const char *all[] = { "home=/srv/é", "work-week=sun,tue-thu",
		"max-message=1536K", "own-domains=a.example,b.example",
		"work-hours=07:05-19:30", "on-failure=pass",
		"feed-url=http://x.example:80/a", NULL };
	const char *name, *def, *doc;
	char *first, *second;
	size_t i;

	write_file(f, "");
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, all, &f->s, &f->e));
	first = printed(f);
	write_file(f, first);
	assert_rc(RC_OK, &f->e, settings_read(f, f->file, NULL, &f->s, &f->e));
	second = printed(f);
	assert_string_equal(first, second);
	assert_non_null(strstr(second, "work-week = \"tue-thu, sun\""));
	assert_non_null(strstr(second, "max-message = \"1536K\""));
	for (i = 0; (name = settings_name(i, &def, &doc)) != NULL; i++) {
		assert_non_null(strstr(second, name));
		assert_non_null(def);
		assert_true(strlen(doc) > 10);
	}
	assert_true(i > 12);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(defaults_work_on_loopback),
		WITH(a_file_is_read),
		WITH(faults_name_file_and_line),
		WITH(what_is_no_setting_is_refused),
		WITH(many_places_to_listen),
		WITH(folders_by_imap),
		WITH(files_that_are_not_there),
		WITH(overrides_win),
		WITH(what_is_printed_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
