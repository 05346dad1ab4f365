#!/usr/bin/python3
"""mail - one mail as Python's own parser reads it: headers, a blank, text

    mail FILE [HEADER]    one header alone

No-break spaces are printed as spaces.

A defect that the parser finds is printed and ends it with 1.
"""
import email
import email.policy
import sys



def say(text):
    print(text.replace("\u00a0", " "))


with open(sys.argv[1], "rb") as f:
    m = email.message_from_binary_file(f, policy=email.policy.default)
defects = [d for part in m.walk() for d in part.defects]
defects += [d for name in m.keys() for d in m[name].defects]
if len(sys.argv) > 2:
    for value in m.get_all(sys.argv[2], []):
        say(value)
else:
    for name, value in m.items():
        say("%s: %s" % (name, value))
    print()
    say(m.get_body(("plain",)).get_content())
if defects:
    print("defects:", defects)
sys.exit(bool(defects))
