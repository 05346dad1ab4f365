#!/usr/bin/python3
"""mailbox COMMAND… - reads the mails of mailbox.t over IMAP; prints TAP lines

COMMAND speaks IMAP on its standard input and output.
"""
import email
import email.policy
import imaplib
import shlex
import sys
import urllib.parse

SAID = "« Je vous envoie le devis corrigé mardi à 17 h, « tout compris »" \
    " — 100 % sûr. »"


def ok(passed, what):
    print("%sok - %s" % ("" if passed else "not ", what))


box = imaplib.IMAP4_stream(shlex.join(sys.argv[1:]))
box.select("INBOX", readonly=True)
mails = []
for n in box.search(None, "ALL")[1][0].split():
    parts = box.fetch(n, "(BODY.PEEK[] BODYSTRUCTURE ENVELOPE)")[1]
    raw = next(p[1] for p in parts if isinstance(p, tuple))
    mails.append((raw, parts,
                  email.message_from_bytes(raw, policy=email.policy.default)))
ok(len(mails) == 3, "IMAP: three mails")
defects = [d for _, _, m in mails for p in m.walk() for d in p.defects]
defects += [d for _, _, m in mails for k in m for d in m[k].defects]
ok(not defects, "Python's parser finds no fault in any")
for raw, parts, m in mails:
    text = m.get_body(("plain",)).get_content().replace("\u00a0", " ")
    ok(SAID in text, "the sentence, as it was written: " + m["Subject"][:20])
    ok(str(m["To"]) == "Hélène Dupont <helene@acme.example>", "its author")
    ok(m["From"].addresses[0].display_name == "Promesses", "our name")
    ok(m["Auto-Submitted"] == "auto-generated", "Auto-Submitted")
    ok("OOF" in m["X-Auto-Response-Suppress"], "no absence notice is asked for")
    ok(m["Content-Language"] == "fr" and m["MIME-Version"] == "1.0",
       "language and version")
    ok(m["Return-Path"] == "<promises@acme.example>", "bounces come to us")
    ok("promises+" in str(m["Reply-To"] or m["From"]), "answers too")
    ok(all(len(line) <= 998 for line in raw.split(b"\r\n")) and
       all(b < 128 for b in raw), "lines and octets that any server passes")
    link = next((w for w in text.split() if w.startswith("mailto:")), "")
    url = urllib.parse.urlsplit(link)
    query = urllib.parse.parse_qs(url.query, strict_parsing=True)
    body = query["body"][0].replace("\u00a0", " ")
    ok(urllib.parse.unquote(url.path) == "jerome@client.example" and
       query["subject"] == ["Un retard"] and SAID in body and
       body.count("\r\n") == body.count("\n") >= 3 and
       link.isascii() and " " not in link and "+" not in link,
       "a mailto: with the sentence, accents and line ends")
subjects = sorted(str(m["Subject"]).replace("\u00a0", " ") for _, _, m in mails)
ok(subjects[0] == "Aujourd’hui : promis à jerome@client.example pour le"
   " mardi 24 novembre 2026 à 17 h", "a subject of several encoded words")
calendars = [p for _, _, m in mails for p in m.walk()
             if p.get_content_type() == "text/calendar"]
ok(len(calendars) == 1 and
   calendars[0]["Content-Type"].params["method"] == "REQUEST",
   "one invitation")
structure = b" ".join(p for _, parts, _ in mails for p in parts
                      if isinstance(p, bytes))
structure += b" ".join(p[0] for _, parts, _ in mails for p in parts
                       if isinstance(p, tuple))
ok(b'"text" "calendar"' in structure and b'"method" "REQUEST"' in structure,
   "which Dovecot sees as one")
box.logout()
