"""imap_hostile.py WAY… - servers that mean no good, each on a port of its own

Prints their ports. Each speaks IMAP as far as its way needs.
"""
import base64
import random
import socket
import sys
import threading
import time

MAIL = (b"From: anna@acme.example\r\nTo: ben@client.example\r\n"
        b"Subject: x\r\nMessage-ID: <%s@acme.example>\r\n"
        b"Date: Mon, 16 Nov 2026 09:00:00 +0100\r\n\r\n"
        b"I will send you the offer tomorrow.\r\n")


class Gone(Exception):
    pass


class Server:
    def __init__(self, way, sock):
        self.way, self.sock, self.file = way, sock, sock.makefile("rb")
        self.tag = b"*"
        self.has_more = False  # a second mail, for who only says so once

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        text = self.file.readline()
        if not text:
            raise Gone
        self.said = text
        self.tag, _, rest = text.strip().partition(b" ")
        return rest.upper()

    def ok(self, before=b""):
        self.send(before + self.tag + b" OK done\r\n")

    def flood(self, piece):
        while True:
            self.send(piece)

    def fetch(self, rest):
        uid = rest.split()[2]
        at = b'INTERNALDATE "%s"' % time.strftime(
            "%d-%b-%Y %H:%M:%S +0000", time.gmtime()).encode()
        head = b"* 1 FETCH (UID " + uid + b" RFC822.SIZE 10 " + at
        if self.way == "literal":
            self.send(head + b" BODY[]<0> {4294967290}\r\n")
            self.flood(b"x" * 65536)
        if self.way == "literal64":
            self.send(head + b" BODY[]<0> {18446744073709551617}\r\n")
            self.flood(b"x" * 65536)
        if self.way == "eof":
            self.send(head + b" BODY[]<0> {1000}\r\nhalf of it")
            raise Gone
        if self.way == "nested":
            self.send(head + b" BODYSTRUCTURE " + b"(" * 3000000 + b"\r\n")
            self.line()
        if self.way == "endless-mail":
            offset = rest.partition(b"<")[2].partition(b".")[0]
            return self.ok(head + b" BODY[]<" + offset + b"> {1048576}\r\n" +
                           b"y" * 1048576 + b")\r\n")
        if self.way == "other":
            head = head.replace(b"UID " + uid, b"UID 4294967295")
        text = MAIL % self.way.encode()
        if self.way == "gives-more":
            text += b"z" * 1500000
        text = head + b" BODY[]<0> {%d}\r\n" % len(text) + text + b")\r\n"
        if self.way == "late" and not self.has_more:
            text += b"* 2 EXISTS\r\n"
            self.has_more = True
        return self.ok(text)

    def login(self):
        if self.way == "echo":
            self.send(self.tag + b" NO wrong password \x1b[31mouvre-toi\r\n")
        elif self.way == "lines":
            self.flood(b"* OK still here, really\r\n" * 1000)
        elif self.way == "exists":
            self.flood(b"* 5 EXISTS\r\n* 5 FETCH (FLAGS (\\Seen))\r\n" * 500)
        else:
            self.ok()

    def token(self):
        said = base64.b64decode(self.said.split()[-1])
        if said == b"user=token\x01auth=Bearer ouvre-toi\x01\x01":
            self.ok()
        else:
            self.send(self.tag + b" NO not so\r\n")

    def search(self):
        if self.way == "uids":
            self.ok(b"* SEARCH 0 4294967295 7 7 7 3 4294967296 99999999999\r\n")
        elif self.way == "search-line":
            self.send(b"* SEARCH")
            self.flood(b" 1234567" * 8192)
        else:
            self.ok(b"* SEARCH 7 8\r\n" if self.has_more else
                    b"* SEARCH 7\r\n")

    def greet(self):
        if self.way == "garbage":
            self.flood(random.Random(1).randbytes(1 << 16))
        if self.way == "line":
            self.send(b"* OK ")
            self.flood(b"x" * 65536)
        if self.way == "preauth":
            self.send(b"* PREAUTH come in\r\n")
        elif self.way == "bye":
            self.send(b"* BYE\r\n")
            raise Gone
        else:
            self.send(b"* OK ready\r\n")

    def run(self):
        self.greet()
        while True:
            rest = self.line()
            if rest.startswith(b"CAPABILITY"):
                self.ok(b"* CAPABILITY IMAP4rev1 IDLE STARTTLS "
                        b"AUTH=XOAUTH2\r\n")
            elif rest.startswith(b"STARTTLS"):
                self.send(self.tag + b" OK go\r\n* OK injected\r\n")
            elif rest.startswith(b"LOGIN"):
                self.login()
            elif rest.startswith(b"AUTHENTICATE XOAUTH2 "):
                self.token()
            elif rest.startswith(b"EXAMINE"):
                self.ok(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n"
                        b"* OK [UIDNEXT 8] x\r\n")
            elif rest.startswith(b"UID SEARCH"):
                self.search()
            elif rest.startswith(b"UID FETCH"):
                self.fetch(rest)
            elif rest.startswith(b"NOOP") and self.way == "early" and \
                    not self.has_more:
                self.has_more = True
                self.ok(b"* 2 EXISTS\r\n")
            elif rest.startswith(b"IDLE"):
                self.send(b"+ idling\r\n")
                if self.way == "idle":
                    self.flood(b"* 6 EXISTS\r\n" * 1000)
                self.file.readline()
                self.ok()
            else:
                self.ok()


def serve(way, listener):
    while True:
        sock, _ = listener.accept()
        try:
            Server(way, sock).run()
        except (Gone, OSError):
            pass
        sock.close()


ports = []
for name in sys.argv[1:]:
    where = socket.create_server(("127.0.0.1", 0))
    ports.append(str(where.getsockname()[1]))
    threading.Thread(target=serve, args=(name, where), daemon=True).start()
print(*ports, flush=True)
threading.Event().wait()
