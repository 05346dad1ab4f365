"""add.py - the mailboxes that add.t adds, made by Python's own module

    add.py FOLDER    makes them there
"""
import datetime
import email.message
import email.utils
import mailbox
import os
import sys

top = sys.argv[1]
os.chdir(top)
zone = datetime.timezone(datetime.timedelta(hours=1))
monday = datetime.datetime(2026, 12, 7, 10, 0, tzinfo=zone)


def mail(name, days_ago=0, words="Je vous envoie le devis demain.", to=None,
         who="c.morel@atelier.example", **headers):
    m = email.message.EmailMessage()
    m["From"] = "Claire Morel <%s>" % who
    m["To"] = to or "paul@client.example"
    m["Subject"] = "devis"
    m["Date"] = email.utils.format_datetime(
        monday - datetime.timedelta(days=days_ago))
    m["Message-ID"] = "<%s@atelier.example>" % name
    for key, value in headers.items():
        m[key.replace("_", "-")] = value
    m.set_content("Bonjour,\n\n%s\n\nFrom here on all is well.\n" % words)
    return m


with open("one.eml", "wb") as f:
    f.write(mail("one").as_bytes())

# as Python writes it: "From " lines of a body are quoted
box = mailbox.mbox("box")
for m in (mail("box1"), mail("one"), mail("box2", to="b@atelier.example"),
          mail("box3", Sensitivity="private"),
          mail("box4", who="paul@client.example", to="c.morel@atelier.example")):
    box.add(m)
box.close()

with open("crlf", "wb") as f:
    f.write(open("box", "rb").read().replace(b"box", b"crl")
            .replace(b"\n", b"\r\n"))

# mboxcl2: nothing is quoted, the Content-Length tells; a whole "From " line
# with its date stands in the body
with open("cl2", "wb") as f:
    for name in ("cl1", "cl2"):
        body = (b"Bonjour,\n\nFrom x@y.example Mon Dec  7 09:00:00 2026\n"
                b"Je vous envoie le devis demain.\n")
        f.write(b"From c.morel@atelier.example Mon Dec  7 10:00:00 2026\n"
                b"From: c.morel@atelier.example\nTo: paul@client.example\n"
                b"Message-ID: <%s@atelier.example>\n"
                b"Date: Mon, 7 Dec 2026 10:00:00 +0100\n"
                b"Content-Length: %d\n\n%s\n" % (name.encode(), len(body), body))

# a Content-Length that lies, no Date:, a deleted message of Mozilla's
with open("odd", "wb") as f:
    f.write(b"From - Mon Dec 07 10:00:00 2026\nX-Mozilla-Status: 0001\n"
            b"From: c.morel@atelier.example\nTo: paul@client.example\n"
            b"Message-ID: <odd1@atelier.example>\nContent-Length: 4000\n\n"
            b"Je vous envoie le devis demain.\n\n"
            b"From - Mon Dec 07 10:00:00 2026\nX-Mozilla-Status: 0009\n"
            b"From: c.morel@atelier.example\nTo: paul@client.example\n"
            b"Message-ID: <odd2@atelier.example>\n\n"
            b"Je vous envoie le devis demain.\n\n"
            b"From - Mon Dec 07 10:00:00 2026\n"
            b"From: c.morel@atelier.example\nTo: paul@client.example\n"
            b"Message-ID: <odd3@atelier.example>\n\n"
            b"Je vous envoie le devis demain.")

d = mailbox.Maildir("Maildir")
for name, flags, part in (("md1", "S", "cur"), ("md2", "", "new"),
                          ("md3", "D", "cur"), ("md4", "ST", "cur")):
    m = mailbox.MaildirMessage(mail(name))
    m.set_subdir(part)
    m.set_flags(flags)
    d.add(m)
sub = d.add_folder("Sent")
sub.add(mail("sub1"))

# three years
box = mailbox.mbox("old")
for i in range(36):
    box.add(mail("old%d" % i, days_ago=30 * i, words=(
        "Je vous envoie le devis demain." if i % 2 == 0 else
        "Je vous tiens au courant.")))
box.add(mail("future", days_ago=40,
             words="Nous vous livrerons la table le 15 janvier 2027."))
box.close()

# hostile: octets of every kind, and between them a good one
with open("hostile", "wb") as f:
    f.write(b"From x@y.example Mon Dec  7 10:00:00 2026\n")
    f.write(bytes(range(256)) * 40)
    f.write(b"\nFrom x@y.example Mon Dec  7 10:00:00 2026\n")
    f.write(b"From: c.morel@atelier.example\nTo: paul@client.example\n"
            b"Content-Type: multipart/mixed; boundary=\"\\\"\"\n"
            b"Message-ID: <h1@atelier.example>\n\n"
            b"Je vous envoie le devis demain.\n")
    f.write(b"\nFrom x@y.example Mon Dec  7 10:00:00 2026\n")
    f.write(b"From: c.morel@atelier.example\nSubject: big\n\n")
    f.write(b"x" * 3000000)
    f.write(b"\nFrom x@y.example Mon Dec  7 10:00:00 2026\n")
    f.write(mail("h2").as_bytes())

# many, to be interrupted, and a first part of them
box = mailbox.mbox("many")
for i in range(300):
    box.add(mail("many%d" % i))
box.close()
whole = open("many", "rb").read()
with open("many-first", "wb") as f:
    f.write(whole[:whole.index(b"many200@")])
