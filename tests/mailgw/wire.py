"""wire.py - the real promised-gateway between a client and the sink, as TAP

Called by gateway.t. The spool is read here by a reader of its own, so that
the one in C is not its own judge.
"""
import hashlib
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.environ.get("srcdir", os.path.dirname(os.path.dirname(HERE)))
BUILD = os.environ.get("builddir", SRC + "/build")
TMP = tempfile.mkdtemp(prefix="gateway_t.")
PATIENCE = 20  # seconds, for anything that is sure to come
count = 0
failures = 0
started = []


def ok(fine, name, note=""):
    global count, failures
    count += 1
    print(f"{'ok' if fine else 'not ok'} {count} - {name}", flush=True)
    if not fine:
        failures += 1
        for line in str(note).splitlines()[:20]:
            print("#", line[:300])
    return fine


def until(condition, what="", patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def kill_all():
    """what a section that broke off left behind"""
    for process in started:
        process.kill()


class Sink:
    number = 0

    def __init__(self, *options):
        Sink.number += 1
        self.dir = f"{TMP}/sink{Sink.number}"
        self.process = subprocess.Popen(
            [sys.executable, f"{SRC}/tests/mailgw/sink", self.dir, *options],
            stdout=subprocess.PIPE)
        started.append(self.process)
        self.port = int(self.process.stdout.readline())

    def messages(self):
        names = [n for n in os.listdir(self.dir) if n.endswith(".msg")]
        names.sort(key=lambda n: int(n[:-4]))
        return [open(f"{self.dir}/{n}", "rb").read() for n in names]

    def envelope(self, n):
        return open(f"{self.dir}/{n}.env").read().splitlines()

    def raw(self):
        """all that ever came, once all connections are closed"""
        until(lambda: not any(n.endswith(".raw")
                              for n in os.listdir(self.dir)))
        return b"".join(open(f"{self.dir}/{n}", "rb").read()
                        for n in os.listdir(self.dir)
                        if n.endswith((".raw", ".closed")))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Gateway:
    number = 0

    def __init__(self, hop, home=None, files=None, prefix=(), **settings):
        Gateway.number += 1
        self.clients = []
        self.home = home or f"{TMP}/home{Gateway.number}"
        os.makedirs(self.home, exist_ok=True)
        self.conf = f"{TMP}/conf{Gateway.number}"
        self.log = f"{TMP}/log{Gateway.number}"
        values = {"home": self.home, "gateway-listen": "127.0.0.1:0",
                  "hostname": "gw.example", "next-hop": f"127.0.0.1:{hop}"}
        values.update({k.replace("_", "-"): v for k, v in settings.items()})
        with open(self.conf, "w") as f:
            for name, value in values.items():
                f.write(f'{name} = "{value}"\n')

        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        self.process = subprocess.Popen(
            [*prefix, f"{BUILD}/promised-gateway", "-c", self.conf],
            stdout=subprocess.PIPE, stderr=open(self.log, "w"),
            preexec_fn=limit)
        started.append(self.process)
        line = self.process.stdout.readline().decode()
        m = re.match(r"gateway (.*)\n", line)
        self.places = m.group(1).split("; ") if m else []
        m = re.match(r"gateway 127\.0\.0\.1:(\d+)", line)
        self.port = int(m.group(1)) if m else 0
        if not m:
            print("#", open(self.log).read())

    def text(self):
        return open(self.log).read()

    def stop(self):
        for c in self.clients:
            c.close()
        self.process.terminate()
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Client:
    def __init__(self, gateway, hello="EHLO client.example", patience=PATIENCE,
                 at=None):
        if isinstance(at, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(at)
        else:
            self.sock = socket.create_connection(
                at or ("127.0.0.1", gateway.port))
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(patience)
        gateway.clients.append(self)
        self.file = self.sock.makefile("rb")
        if hello:
            self.banner = self.reply()
            self.hello = self.say(hello)

    def reply(self):
        """one reply; '' where the connection is closed"""
        out = b""
        while True:
            try:
                line = self.file.readline()
            except (ConnectionError, socket.timeout) as e:
                return f"{out.decode()}({e})"
            out += line
            if len(line) < 4 or line[3:4] != b"-":
                return out.decode("utf-8", "replace")

    def send(self, data):
        if isinstance(data, str):
            data = data.encode()
        try:
            self.sock.sendall(data)
        except ConnectionError:
            pass

    def say(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def start(self, sender="a@acme.example", rcpt="b@b.example", params=""):
        for line in (f"MAIL FROM:<{sender}>{params}", f"RCPT TO:<{rcpt}>",
                     "DATA"):
            r = self.say(line)
            if r[:1] not in "23":
                return r
        return r

    def mail(self, body, **args):
        r = self.start(**args)
        if not r.startswith("354"):
            return r
        self.send(stuff(body) + b".\r\n")
        return self.reply()

    def close(self):
        self.file.close()
        self.sock.close()


def stuff(body):
    wire = re.sub(rb"(^|\r\n)\.", rb"\1..", body)
    # consecutive matches share nothing: \r\n. cannot overlap
    return wire


def sha(body):
    return hashlib.sha256(body).hexdigest()


def spool(home):
    """[(outcome, body, sender, recipients)] of all that has an END"""
    folder, found = f"{home}/spool", {}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".seg"):
            continue
        data = open(f"{folder}/{name}", "rb").read()
        if len(data) < 44:
            continue
        mark, at = data[32:40], 44
        while data[at:at + 8] == mark and len(data) - at >= 28:
            kind, size, ident, crc = struct.unpack_from("<IIQI", data, at + 8)
            payload = data[at + 28:at + 28 + size]
            if len(payload) < size or \
                    zlib.crc32(data[at + 8:at + 24] + payload) != crc:
                break
            found.setdefault(ident, {}).setdefault(kind, []).append(payload)
            at += 28 + size
    out = []
    for frames in found.values():
        if 3 not in frames:
            continue
        body = b"".join(frames.get(2, []))
        assert struct.unpack("<QI", frames[3][0]) == (
            len(body), zlib.crc32(body))
        names = frames[1][0][12:].split(b"\0")
        outcome = {0: "accepted", 1: "refused", 2: "unknown",
                   None: None}[frames[4][0][0] if 4 in frames else None]
        out.append((outcome, body, names[1].decode(),
                    [n.decode() for n in names[2:-1]]))
    return out


# --- A: what passes, passes unchanged

def bodies():
    head = b"From: a@acme.example\r\nSubject: test\r\n\r\n"
    yield "plain", head + b"Bonjour\r\n"
    yield "dots", head + b".\r\n..\r\n...x\r\n.x\r\n. \r\n"
    yield "no octet at all", b""
    yield "blanks at line ends", head + b"a \r\nb\t\r\n \r\n"
    for n in (998, 2048, 10000, 1000000):
        yield f"a line of {n}", head + b"x" * n + b"\r\n"
    yield "From at a line's start", head + b"From here\r\n>From there\r\n"
    yield "1 MB", head + (b"0123456789" * 7 + b"\r\n") * 14000
    yield "20 MB", head + (b"abcdefghij" * 7 + b"\r\n") * 280000
    yield "8 bit", head + bytes(range(0x80, 0x100)) + b"\r\n"
    yield "no header", b"\r\njust text\r\n"
    yield "300 kB of headers", b"".join(
        b"X-%d: %s\r\n" % (i, b"y" * 280) for i in range(1000)) + b"\r\n."
    yield "NUL", head + b"a\0b\r\n"
    yield "bare CR", head + b"a\rb\r\n"
    yield "bare LF", head + b"a\nb\r\n"
    for n in range(4090, 4101):
        yield f"a dot at {n}", b"z" * (n - 2) + b"\r\n.dot\r\n..\r\n"


def section_a():
    sink = Sink()
    gw = Gateway(sink.port)
    c = Client(gw)
    sent = []
    for name, body in bodies():
        if not body.endswith(b"\r\n"):
            body += b"\r\n" if body else b""
        r = c.mail(body, params=" BODY=8BITMIME" if name == "8 bit" else "")
        sent.append(body)
        ok(r.startswith("250 ") and
           sha(sink.messages()[-1]) == sha(body), f"A: {name}", r)
    c2 = Client(gw)
    c2.start()
    body = b"Subject: slow\r\n\r\n.dot\r\n" * 5
    for octet in stuff(body) + b".\r\n":
        c2.send(bytes([octet]))
    ok(c2.reply().startswith("250"), "A: in packets of one octet")
    sent.append(body)
    got = sink.messages()
    ok([sha(b) for b in got] == [sha(b) for b in sent],
       "A: the next hop has the same octets, in order")
    kept = spool(gw.home)
    ok([sha(k[1]) for k in kept] == [sha(b) for b in sent] and
       all(k[0] == "accepted" for k in kept), "A: and so has the spool")
    ok(kept[0][2:] == ("a@acme.example", ["b@b.example"]),
       "A: with the envelope", kept[0][2:])
    for i in range(300):
        if not c.mail(b"Subject: %d\r\n\r\nx\r\n" % i).startswith("250"):
            break
    ok(i == 299, "E: 300 more on the same connection")
    c.say("QUIT")
    c.close()
    c2.close()
    ok("@" not in gw.text(), "the log names nobody")
    ok(gw.stop() == 0, "a signal ends it with 0", gw.text())
    sink.stop()


# --- B: smuggling

LOOKALIKES = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r",
              b"\r.\r", b"\n.\r", b"\r.\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n",
              b"\r\n.\r\r\n"]


def smuggle(gw, look, pieces):
    c = Client(gw)
    c.start()
    data = (b"Subject: first\r\n\r\nfirst" + look +
            b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<victim@x.example>\r\n"
            b"DATA\r\nSubject: s\r\n\r\nsmuggled\r\n.\r\nQUIT\r\n")
    if pieces == 1:
        c.send(data)
    else:
        # the ends of packets lie around the look-alike
        at = data.index(b"first" + look) + 5
        for lo, hi in ((0, at), (at, at + 1), (at + 1, at + len(look)),
                       (at + len(look), at + len(look) + 10),
                       (at + len(look) + 10, len(data) - 9),
                       (len(data) - 9, len(data))):
            c.send(data[lo:hi])
            time.sleep(0.03)
    first, second, third = c.reply(), c.reply(), c.reply()
    c.close()
    return first, second, third


def section_b():
    for lenient in ("0", "1"):
        sink = Sink(*(["lenient=1"] if lenient == "1" else []))
        gw = Gateway(sink.port)
        for look in LOOKALIKES:
            for pieces in (1, 6):
                r = smuggle(gw, look, pieces)
                ok(r[0].startswith("554 5.6.0") and r[1].startswith("221") and
                   r[2] == "",
                   f"B: {look!r} in {pieces}, lenient={lenient}", r)
        raw = sink.raw()
        ok(b"evil" not in raw and b"smuggled" not in raw,
           "B: the next hop has seen no evil", raw[-500:])
        ok(sink.messages() == [] and
           not [k for k in spool(gw.home) if k[0] != "refused"],
           "B: no message was taken anywhere")
        gw.stop()
        sink.stop()


# --- C: commands

def section_c():
    sink = Sink("on=RCPT/no@:550 5.1.1 nobody", "on=MAIL/big:552 5.3.4 big",
                "ehlo=PIPELINING,8BITMIME,SMTPUTF8,DSN,XFOO,STARTTLS,BURL,"
                "BINARYMIME,AUTH_PLAIN")
    gw = Gateway(sink.port)
    c = Client(gw)
    ok(c.hello.splitlines() == ["250-gw.example", "250-PIPELINING",
                                "250-8BITMIME", "250-SMTPUTF8", "250 DSN"],
       "C24-25: keywords are filtered", c.hello)
    ok(c.say("FOO").startswith("500"), "C01: unknown")
    ok(c.say("NOOP " + "x" * 600)[:3] in ("250", "500"), "C02: long NOOP")
    ok(c.say("MAIL FROM:<a@acme.example>\0<evil@x.example>")[:3] == "501",
       "C04: NUL")
    ok(c.say("MAIL FROM:<a@acme.example>\rRCPT TO:<evil@x.example>")[:3]
       == "501", "C05: bare CR")
    c.send("MAIL FROM:<evil@x.example>\n")
    ok(c.reply()[:1] == "5", "C06: bare LF")
    ok(c.say("RCPT TO:<b@b.example>")[:3] == "503", "C09: RCPT first")
    ok(c.say("DATA")[:3] in ("503", "554"), "C10: DATA first")
    ok(c.say("MAIL FROM:<big@acme.example> SIZE=99999999")[:3] == "552",
       "C27: 552 to SIZE=")
    ok(c.say("STARTTLS")[:3] == "502", "C17: STARTTLS is not there")
    ok(c.say("AUTH PLAIN AGEAYg==")[:1] == "5", "C23: nor is AUTH")
    c.send("MAIL FROM:<a@acme.example>\r\nRCPT TO:<b@b.example>\r\n"
           "RCPT TO:<no@b.example>\r\nRCPT TO:<\"x y\"@b.example> NOTIFY=NEVER"
           "\r\nDATA\r\n")
    codes = [c.reply()[:3] for _ in range(5)]
    ok(codes == ["250", "250", "550", "250", "354"], "C12, C14: a group",
       codes)
    c.send("one\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@b.example>\r\nDATA\r\n")
    codes = [c.reply()[:3] for _ in range(4)]
    c.send("two\r\n.\r\n")
    codes.append(c.reply()[:3])
    ok(codes == ["250", "250", "250", "354", "250"],
       "C13: the next behind the end of data", codes)
    ok(sink.envelope(1)[1:] == ["RCPT TO:<b@b.example>",
                                'RCPT TO:<"x y"@b.example> NOTIFY=NEVER'] and
       sink.envelope(2)[0] == "MAIL FROM:<>",
       "C15: lines go on as they are", sink.envelope(1))
    c.say("MAIL FROM:<a@acme.example>")
    n = sum(c.say(f"RCPT TO:<r{i}@b.example>").startswith("250")
            for i in range(1200))
    c.say("DATA")
    c.send("many\r\n.\r\n")
    ok(c.reply()[:3] == "250" and len(sink.envelope(3)) == n + 1 == 1201,
       "C16: 1200 recipients", n)
    c.send("MAIL FROM:<a@acme.example>\r\nRCPT TO:<no@b.example>\r\nDATA\r\n"
           "MAIL FROM:<evil@x.example>\r\nRCPT TO:<evil@x.example>\r\n.\r\n")
    codes = [c.reply()[:3] for _ in range(4)]
    ok(codes == ["250", "550", "554", ""], "C11: no body without recipients",
       codes)
    for line, want in (("BDAT 86 LAST", "503"), ("BDAT -1", "503"),
                       ("XCLIENT ADDR=192.0.2.1", "550"),
                       ("XFORWARD NAME=x", "550"),
                       ("PROXY TCP4 192.0.2.1 192.0.2.2 1 25", "550"),
                       ("POST / HTTP/1.1\r\nHost: x", "421")):
        c = Client(gw)
        c.send(line + "\r\nMAIL FROM:<evil@x.example>\r\n"
               "RCPT TO:<evil@x.example>\r\n")
        r = c.reply(), c.reply()
        ok(r[0].startswith(want) and r[1] == "", f"C: {line[:8]}", r)
    c = Client(gw)
    c.send("x" * 1000000 + "\r\n")
    ok(c.reply()[:3] in ("500", "421", "(\x5bE"), "C03: a line of 1 MB")
    c = Client(gw)
    ok([c.say("FOO")[:3] for _ in range(20)][-1] == "500" and
       c.reply().startswith("421"), "E03: too many errors")
    ok(b"evil" not in sink.raw(), "C: the next hop has seen no evil")
    gw.stop()
    sink.stop()


# --- D: the next hop, and clients that vanish

def section_d():
    for name, options, want in (
            ("closes at the banner", ["on=BANNER:close"], "421"),
            ("closes at MAIL", ["on=MAIL:close"], "4"),
            ("closes at DATA", ["on=DATA:close"], "4"),
            ("closes in a body", ["close-body=1000"], "451"),
            ("closes behind the dot", ["on=DOT:close"], "451"),
            ("greets with 554", ["on=BANNER:554 5.3.2 no"], "554 5.3.2 no"),
            ("answers 452", ["on=DOT:452 4.2.2 full"], "452 4.2.2 full"),
            ("answers 554", ["on=DOT:554 5.7.1 spam"], "554 5.7.1 spam"),
            ("refuses DATA", ["on=DATA:550 5.3.0 no"], "550 5.3.0 no"),
            ("is late", ["on=DOT:late2 250 2.0.0 late"], "250 2.0.0 late"),
            ("talks without end", ["on=DOT:flood"], "451"),
            ("has enough early", ["early=552 5.3.4 enough"],
             "552 5.3.4 enough")):
        sink = Sink(*options)
        gw = Gateway(sink.port)
        c = Client(gw)
        if c.hello.startswith("250"):
            r = c.mail(b"Subject: x\r\n\r\n" + b"x" * 70 * 4000 + b"\r\n")
        else:
            r = c.hello
        ok(r.startswith(want), f"D: the next hop {name}", r)
        c.close()
        outcomes = [k[0] for k in spool(gw.home)]
        if name == "closes behind the dot":
            ok(outcomes == ["unknown"], "D: and may have taken it", outcomes)
        gw.stop()
        sink.stop()
    gw = Gateway(1)
    c = Client(gw)
    ok(c.hello.startswith("421"), "D: there is no next hop")
    c.close()
    gw.stop()

    sink = Sink()
    gw = Gateway(sink.port)
    for name, end in (("FIN", lambda c: c.sock.shutdown(socket.SHUT_WR)),
                      ("close", lambda c: c.close()),
                      ("RST", lambda c: (c.sock.setsockopt(
                          socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0)), c.close()))):
        c = Client(gw)
        c.start()
        c.send(b"Subject: half\r\n\r\nhalf\r\n.")
        time.sleep(0.05)
        end(c)
    raw = sink.raw()
    ok(sink.messages() == [] and b"half\r\n." not in raw and
       raw.count(b"half\r\n") >= 1,
       "D12-13: half a message goes nowhere", raw)
    c = Client(gw)
    c.start()
    c.send(b"whole\r\n.\r\n")
    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      struct.pack("ii", 1, 0))
    c.close()
    ok(until(lambda: gw.process.poll() is None and
             not any(n.endswith(".raw") for n in os.listdir(sink.dir))),
       "D14: RST behind the dot")
    kept = [k[0] for k in spool(gw.home) if k[1] == b"whole\r\n"]
    taken = len(sink.messages())
    ok(taken <= 1 and (taken == 0 or kept == ["accepted"]),
       "D14: what the next hop took is in the spool", (taken, kept))
    gw.stop()
    sink.stop()


# --- E: many, strangers, too few files

def section_e():
    sink = Sink()
    gw = Gateway(sink.port)
    idle = [Client(gw) for _ in range(200)]
    ok(Client(gw).mail(b"x\r\n").startswith("250"), "E01: 200 idle clients")
    ok(len(sink.messages()) == 1, "E01: one message")
    for c in idle:
        c.close()
    gw.stop()
    gw = Gateway(sink.port, gateway_clients="192.0.2.0/24, 2001:db8::/32")
    c = Client(gw, hello=None)
    r = c.reply(), c.reply()
    ok(r[0].startswith("554 5.7.1") and r[1] == "", "a stranger", r)
    gw.stop()
    gw = Gateway(sink.port, files=128)
    many = [Client(gw, hello=None) for _ in range(200)]
    codes = [c.reply()[:3] for c in many]
    ok(codes.count("421") >= 100 and codes.count("220") >= 10,
       "few files: the rest is told 421",
       (codes.count("220"), codes.count("421")))
    for c in many:
        c.close()

    def works():
        c = Client(gw)
        return c.hello.startswith("250") and \
            c.mail(b"x\r\n").startswith("250")
    ok(until(works), "few files: and served later")
    gw.stop()
    gw = Gateway(sink.port, max_sessions=3)
    many = [Client(gw, hello=None) for _ in range(4)]
    ok([c.reply()[:3] for c in many] == ["220"] * 3 + ["421"], "max-sessions")
    gw.stop()
    sink.stop()


def section_f():
    """slow ones, and those who only make noise"""
    sink = Sink("stall=1")
    gw = Gateway(sink.port)
    c = Client(gw)
    c.start()
    c.sock.setblocking(False)
    block, sent, quiet = b"x" * 998 + b"\r\n", 0, 0
    while sent < 64 << 20 and quiet < 50:
        try:
            sent += c.sock.send(block * 64)
            quiet = 0
        except BlockingIOError:
            quiet += 1
            time.sleep(0.02)
    ok(sent < 32 << 20, "a next hop that reads nothing: the client waits",
       sent)
    ok(Client(gw).hello.startswith("250"), "and others are served")
    gw.kill()
    sink.stop()

    sink = Sink()
    gw = Gateway(sink.port)
    slow = [Client(gw) for _ in range(50)]
    for c in slow[:25]:
        c.start()
    for octet in b"NOOP x":
        for c in slow:
            c.send(bytes([octet]))
        time.sleep(0.01)
    for _ in range(300):
        s = socket.create_connection(("127.0.0.1", gw.port))
        s.sendall(b"EHLO x\r\nMAIL FROM:<x@x.example>\r\nQUIT\r\n")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.close()
    started = time.monotonic()
    ok(Client(gw).mail(b"x\r\n").startswith("250") and
       time.monotonic() - started < 8, "slow ones and an RST storm")
    for c in slow:
        c.close()
    fds = f"/proc/{gw.process.pid}/fd"
    ok(until(lambda: len(os.listdir(fds)) < 20), "nothing of them stays",
       os.listdir(fds))
    ok(len(sink.messages()) == 1, "one message")
    gw.stop()
    sink.stop()


# --- the spool in trouble, and the end of the program

def section_s():
    sink = Sink()
    home = f"{TMP}/nospool"
    os.makedirs(home)
    open(f"{home}/spool", "w").close()
    gw = Gateway(sink.port, home=home)
    c = Client(gw)
    r = c.mail(b"x\r\n")
    ok(r.startswith("451 4.3.0"), "no spool: try again", r)
    os.unlink(f"{home}/spool")
    ok(until(lambda: Client(gw).mail(b"y\r\n").startswith("250")),
       "a spool again: it works, without a hand")
    ok([k[1] for k in spool(home)] == [b"y\r\n"] == sink.messages(),
       "and only that message was taken")
    second = subprocess.run([f"{BUILD}/promised-gateway", "-c", gw.conf],
                            capture_output=True, timeout=PATIENCE)
    ok(second.returncode == 1 and b"another gateway" in second.stderr,
       "one gateway a spool", second)
    c = Client(gw)
    pid = gw.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4000, before[1]))
    r = c.mail(b"z" * 100000 + b"\r\n")
    ok(r.startswith("452 4.3.1"), "disk full: 452", r)
    r = c.mail(b"z" * 5000 + b"\r\n")
    ok(r.startswith("452 4.3.1"), "disk still full: 452", r)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    r = c.mail(b"room\r\n")
    ok(r.startswith("250"), "room again: 250", r)
    ok(sink.messages()[1:] == [b"room\r\n"] and
       [k[1] for k in spool(home) if k[0] == "accepted"][1:] == [b"room\r\n"],
       "the next hop and the spool have the same")
    gw.stop()

    home = f"{TMP}/nospool2"
    os.makedirs(home)
    open(f"{home}/spool", "w").close()
    gw = Gateway(sink.port, home=home, on_failure="pass")
    ok(Client(gw).mail(b"passed\r\n").startswith("250") and
       sink.messages()[-1] == b"passed\r\n", "on-failure = pass")
    ok("event=gateway.spool" in gw.text(), "and it is said")
    gw.stop()

    gw = Gateway(sink.port, max_message=2000)
    ok(Client(gw).mail(b"b" * 3000 + b"\r\n").startswith("250") and
       len(sink.messages()[-1]) == 3002, "over max-message: it passes")
    ok(spool(gw.home) == [] and "gateway.too_big" in gw.text(),
       "unread, and it is said")
    c, idle = Client(gw), Client(gw)
    c.start()
    c.send("Subject: last\r\n")
    gw.process.terminate()
    ok(idle.reply().startswith("421"), "SIGTERM: 421 to the idle")
    c.send("\r\nlast\r\n.\r\n")
    r = c.reply(), c.reply()
    ok(r[0].startswith("250") and r[1].startswith("421"),
       "SIGTERM: a message in progress is finished", r)
    c.close()
    idle.close()
    ok(gw.process.wait(PATIENCE) == 0, "SIGTERM: exit 0")
    gw.stop()

    reader, writer = os.pipe()
    env = dict(os.environ, PROMISED_READY_FD=str(writer))
    p = subprocess.Popen([f"{BUILD}/promised-gateway", "-c", gw.conf],
                         pass_fds=[writer], env=env,
                         stderr=subprocess.DEVNULL, stdout=subprocess.PIPE)
    os.close(writer)
    line = os.fdopen(reader, "rb").read()
    ok(re.fullmatch(rb"gateway 127\.0\.0\.1:\d+\n", line) is not None,
       "PROMISED_READY_FD gets one line and is closed", line)
    p.terminate()
    ok(p.communicate(timeout=PATIENCE)[0] == b"", "and stdout nothing")
    sink.stop()


# --- killed while it works

def load(gw, prefix, accepted, stop, client):
    n = 0
    while not stop.is_set():
        try:
            c = client(gw)
            for _ in range(20):
                n += 1
                body = f"Subject: {prefix}-{n}\r\n\r\nload\r\n".encode()
                r = c.mail(body)
                if r.startswith("250"):
                    accepted.append(body)
                else:
                    break
                if stop.is_set():
                    break
            c.close()
        except OSError:
            return


def section_k(sink_options=(), client=lambda gw: Client(gw, patience=5),
              **settings):
    sink = Sink(*sink_options)
    home = f"{TMP}/killed"
    accepted = []
    for round_ in range(6):
        gw = Gateway(sink.port, home=home, segment_size="64K", **settings)
        stop = threading.Event()
        threads = [threading.Thread(
            target=load, args=(gw, f"{round_}-{i}", accepted, stop, client))
            for i in range(4)]
        before = len(accepted)
        for t in threads:
            t.start()
        until(lambda: len(accepted) >= before + 40 + 13 * round_)
        os.kill(gw.process.pid, signal.SIGKILL)
        stop.set()
        for t in threads:
            t.join()
        gw.kill()
    kept = spool(home)
    bodies_kept = {k[1] for k in kept}
    missing = [b for b in accepted if b not in bodies_kept]
    ok(len(accepted) > 200 and missing == [],
       f"kill -9: all {len(accepted)} accepted messages are in the spool",
       missing)
    taken = sink.messages()
    missing = [b for b in taken if b not in bodies_kept]
    ok(missing == [], f"kill -9: so are all {len(taken)} the next hop took",
       missing)
    sink.stop()


def main(sections):
    """play {letter: function}, or those of them that SECTIONS names"""
    wanted = os.environ.get("SECTIONS", "".join(sections))
    try:
        for letter, section in sections.items():
            if letter in wanted:
                section()
    finally:
        kill_all()
        print(f"1..{count}", flush=True)
        subprocess.run(["rm", "-rf", TMP])
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main({"a": section_a, "b": section_b, "c": section_c, "d": section_d,
          "e": section_e, "f": section_f, "s": section_s, "k": section_k})
