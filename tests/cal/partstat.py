#!/usr/bin/python3
"""partstat - answer an invitation as a calendar program does

    partstat PORT FILE STYLE PARTSTAT [NAME=VALUE…]

Reads the invitation in FILE and sends the answer to its organizer by SMTP.
STYLE is how the program builds its mail: outlook, google, apple, thunderbird.
NAME=VALUE changes a part of the answer: to, from, method, attendee, uid,
sequence, stamp, words, auto, id.
"""
import base64
import email
import email.policy
import smtplib
import sys

port, name, style, partstat = sys.argv[1:5]
with open(name, "rb") as f:
    m = email.message_from_binary_file(f, policy=email.policy.default)
cal = next(p for p in m.walk() if p.get_content_type() == "text/calendar")
text = cal.get_content().replace("\r\n", "\n").replace("\n ", "")
had = {}
for line in text.split("\n"):
    key, _, value = line.partition(":")
    had.setdefault(key.split(";")[0], value)
as_ = {
    "to": had["ORGANIZER"].split(":", 1)[-1].replace("mailto:", ""),
    "from": m["To"].addresses[0].addr_spec,
    "attendee": m["To"].addresses[0].addr_spec,
    "method": "REPLY",
    "uid": had["UID"],
    "sequence": had["SEQUENCE"],
    "stamp": "20300101T000000Z",
    "words": "",
    "auto": "",
    "id": "reply.%s.%s@acme.example" % (partstat, style),
}
as_.update(a.split("=", 1) for a in sys.argv[5:])
fold = "\r\n " if style != "apple" else "\r\n\t"
line = 'ATTENDEE;CN="Hélène; Dupont: née";PARTSTAT=%s;ROLE=REQ-PARTICIPANT' \
    ":%s%s" % (partstat, "MAILTO:" if style == "outlook" else "mailto:",
               as_["attendee"])
line = fold.join(line[i:i + 40] for i in range(0, len(line), 40))
body = "\r\n".join([
    "BEGIN:VCALENDAR", "PRODID:-//Example//%s//EN" % style, "VERSION:2.0",
    "METHOD:" + as_["method"], "BEGIN:VTIMEZONE", "TZID:Europe/Paris",
    "BEGIN:STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0100", "UID:no", "END:STANDARD", "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "DTSTART;TZID=Europe/Paris:20261208T160000",
    "ORGANIZER:mailto:" + as_["to"], line, "UID:" + as_["uid"],
    "SEQUENCE:" + as_["sequence"], "DTSTAMP:" + as_["stamp"],
    "SUMMARY:Promesse", "BEGIN:VALARM", "UID:neither", "END:VALARM",
    "END:VEVENT", "END:VCALENDAR", ""]).encode()
kind = "text/calendar; charset=UTF-8; method=%s" % as_["method"]
if style == "apple":
    kind += '; name="invitation.ics"'
b64 = base64.encodebytes(body).decode().replace("\n", "\r\n")
words = as_["words"] or "Hélène Dupont a répondu à cette invitation."
plain = "--in\r\nContent-Type: text/plain; charset=utf-8\r\n" \
    "Content-Transfer-Encoding: 8bit\r\n\r\n%s\r\n" % words
calendar = "--%s\r\nContent-Type: " + kind + \
    "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64
if style == "outlook":
    mail = "Content-Type: multipart/alternative; boundary=in\r\n\r\n" + \
        plain + calendar % "in" + "--in--\r\n"
elif style == "google":
    mail = "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n" \
        "Content-Type: multipart/alternative; boundary=in\r\n\r\n" + plain + \
        "--in\r\nContent-Type: text/html\r\n\r\n<p>" + "words " * 200 + \
        "</p>\r\n" + calendar % "in" + "--in--\r\n--out\r\n" \
        "Content-Type: application/ics; name=\"invite.ics\"\r\n" \
        "Content-Disposition: attachment; filename=\"invite.ics\"\r\n" \
        "Content-Transfer-Encoding: base64\r\n\r\n" + b64 + "--out--\r\n"
elif style == "apple":
    mail = "Content-Type: multipart/alternative; boundary=in\r\n\r\n" + \
        plain + (calendar % "in").replace(
            "\r\n\r\n", "\r\nContent-Disposition: attachment;\r\n"
            "\tfilename=invitation.ics\r\n\r\n", 1) + "--in--\r\n"
else:
    mail = "Content-Type: " + kind + \
        "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64
head = "From: <%s>\r\nTo: <%s>\r\nSubject: %s: Promesse\r\n" \
    "Message-ID: <%s>\r\nMIME-Version: 1.0\r\n" % (
        as_["from"], as_["to"], partstat, as_["id"])
if as_["auto"]:
    head += "Auto-Submitted: %s\r\n" % as_["auto"]
with smtplib.SMTP("127.0.0.1", int(port), timeout=20) as s:
    s.sendmail(as_["from"], [as_["to"]], (head + mail).encode(),
               ["BODY=8BITMIME"])
