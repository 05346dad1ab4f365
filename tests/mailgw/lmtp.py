"""lmtp.py - an LMTP client that is not polite

    lmtp.py PLACE lookalike          a body with what others take for its end
    lmtp.py PLACE load COUNT         mails, each again until it is taken; prints
                                     the Message-ID of each that was
PLACE is ADDRESS:PORT or unix:/PATH.
"""
import random
import socket
import sys
import time


def connect(place):
    if place.startswith("unix:"):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        s.connect(place[5:])
    else:
        host, _, port = place.rpartition(":")
        s = socket.create_connection((host, int(port)), 20)
    f = s.makefile("rb")
    reply(f, b"220")
    talk(s, f, b"LHLO client.example\r\n", b"250")
    return s, f


def reply(f, want):
    while True:
        line = f.readline()
        if not line.startswith(want):
            raise OSError("not %r: %r" % (want, line))
        if line[3:4] != b"-":
            return line.decode().strip()


def talk(s, f, text, want):
    s.sendall(text)
    return reply(f, want)


def mail(name, words=b"Je vous envoie le devis demain."):
    return (b"From: claire.morel@acme.example\r\nTo: paul@client.example\r\n"
            b"Date: Mon, 7 Dec 2026 10:00:00 +0100\r\n"
            b"Message-ID: <%s@acme.example>\r\n\r\n%s\r\n"
            % (name.encode(), words))


def send(s, f, body, rcpts=2):
    talk(s, f, b"MAIL FROM:<claire.morel@acme.example>\r\n", b"250")
    for i in range(rcpts):
        talk(s, f, b"RCPT TO:<journal%d@acme.example>\r\n" % i, b"250")
    talk(s, f, b"DATA\r\n", b"354")
    s.sendall(body + b".\r\n")
    return [reply(f, b"250") for _ in range(rcpts)]


def load(place, count):
    left = ["load%d" % i for i in range(count)]
    random.seed(1)
    end = time.monotonic() + 60
    s = None
    while left and time.monotonic() < end:
        try:
            if s is None:
                s, f = connect(place)
            send(s, f, mail(left[0]))
            print("%s@acme.example" % left.pop(0), flush=True)
        except (OSError, ValueError):
            s = None
            time.sleep(0.02)
    return 1 if left else 0


def main():
    place, what = sys.argv[1:3]
    if what == "load":
        return load(place, int(sys.argv[3]))
    s, f = connect(place)
    body = mail("looks", b"Un.\n.\nDeux.\r\n.\rTrois.\r\n.\0\r\n"
                b"..point\r\nJe vous envoie le devis demain.")
    for line in send(s, f, body):
        print(line)
    return 0


sys.exit(main())
