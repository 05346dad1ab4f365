# dump.py - every property of a calendar as python3-icalendar understands it
#
#	dump.py FILE.ics
#
# Lines "COMPONENT NAME VALUE", sorted within a component, components in the
# order of the file: the same that dump.mjs prints of Mozilla's ical.js.
import datetime
import sys

import icalendar


def moment(v):
    if isinstance(v, datetime.datetime):
        return v.strftime("%Y%m%dT%H%M%S") + ("Z" if v.tzinfo else "")
    if isinstance(v, datetime.date):
        return v.strftime("%Y%m%d")
    seconds = int(v.total_seconds())
    return "%+d s" % seconds


def text(name, value):
    if name == "CATEGORIES":
        return ",".join(sorted(str(c) for c in value.cats))
    if hasattr(value, "dt"):
        return moment(value.dt)
    if name == "RRULE":
        return ";".join("%s=%s" % (k, ",".join(map(str, v)))
                        for k, v in sorted(value.items()))
    return str(value)


def show(component):
    lines = []
    for name, value in component.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append("%s %s %s" % (component.name, name.upper(),
                                       text(name.upper(), one)))
    print("\n".join(sorted(lines)))
    for sub in component.subcomponents:
        show(sub)


with open(sys.argv[1], "rb") as f:
    show(icalendar.Calendar.from_ical(f.read()))
