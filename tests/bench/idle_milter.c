/*
 * idle_milter.c - a milter that is told all and does nothing, for bench/peers
 *
 *	idle_milter SOCKET
 */
#include <libmilter/mfapi.h>
#include <stdio.h>

static sfsistat
of_text(SMFICTX *ctx, char *text)
{
	(void)ctx, (void)text;
	return SMFIS_CONTINUE;
}

static sfsistat
of_words(SMFICTX *ctx, char **words)
{
	(void)ctx, (void)words;
	return SMFIS_CONTINUE;
}

static sfsistat
of_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_CONTINUE;
}

static sfsistat
of_body(SMFICTX *ctx, unsigned char *octets, size_t n)
{
	(void)ctx, (void)octets, (void)n;
	return SMFIS_CONTINUE;
}

static sfsistat
of_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

int
main(int argc, char **argv)
{
	static char name[] = "idle";
	struct smfiDesc all = { .xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_helo = of_text,
		.xxfi_envfrom = of_words,
		.xxfi_envrcpt = of_words,
		.xxfi_header = of_header,
		.xxfi_eoh = of_end,
		.xxfi_body = of_body,
		.xxfi_eom = of_end };

	if (argc != 2) {
		(void)fprintf(stderr, "usage: idle_milter SOCKET\n");
		return 2;
	}
	if (smfi_setconn(argv[1]) != MI_SUCCESS ||
	    smfi_register(all) != MI_SUCCESS)
		return 1;
	(void)smfi_setbacklog(1024);
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
