#!/usr/bin/python3
"""event - the invitation in a mail, as Python's email and icalendar read it

    event FILE NAME…         values of the event; METHOD, type, content, alarms
    event --each NAME… FILE…  the same of many mails, a line each
    event --split FILE…      the sentences are whole, the lines are folded right
"""
import email
import email.policy
import sys

import icalendar


def parts(name):
    with open(name, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    assert not any(p.defects for p in m.walk()), name
    cal = [p for p in m.walk() if p.get_content_type() == "text/calendar"]
    return m, cal[0] if cal else None


def text(value):
    if hasattr(value, "to_ical"):
        value = value.to_ical()
    return value.decode() if isinstance(value, bytes) else str(value)


def look(m, part, name):
    if name == "type":
        return " ".join(p.get_content_type() for p in m.walk())
    if name == "content":
        return "%s %s %s" % (part.get_content_type(),
                             part["Content-Type"].params.get("method"),
                             part["Content-Type"].params.get("charset"))
    if name == "id":
        return m["Message-ID"]
    c = icalendar.Calendar.from_ical(part.get_content())
    if name == "METHOD":
        return text(c["METHOD"])
    event, = c.walk("VEVENT")
    if name == "alarms":
        return str(len(event.walk("VALARM")))
    if ":" in name:
        name, parameter = name.split(":")
        return text(event[name].params[parameter])
    return text(event[name])


def whole(name):
    m, part = parts(name)
    raw = part.get_content().replace("\r\n", "\n").replace("\n", "\r\n")
    for line in raw.encode().split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()  # no fold inside a character
    event, = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    said = event["X-PROMISED-QUOTE"]
    said = str(said).replace("\\;", ";").replace("\\,", ",")
    pad = said.split()[0]
    want = pad + " éàüœ€ « l’été » à Noël ; déjà, né à Œuf\\Île — ça 🎄" \
        " été : où ? " + pad
    assert want in str(event["DESCRIPTION"]), event["DESCRIPTION"]


def say(name, wanted):
    message, calendar = parts(name)
    if calendar is not None or wanted[0] == "type":
        print(" ".join(look(message, calendar, n) for n in wanted))


if sys.argv[1] == "--each":
    files = [a for a in sys.argv[2:] if a.endswith(".eml")]
    for name in files:
        say(name, [a for a in sys.argv[2:] if a not in files])
elif sys.argv[1] == "--split":
    for name in sys.argv[2:]:
        whole(name)
    print(len(sys.argv) - 2, "fine")
else:
    say(sys.argv[1], sys.argv[2:])
