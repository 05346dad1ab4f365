"""wire.py - the real promised-gateway between a client and the sink, as TAP

Called by gateway.t. The spool is read here by a reader of its own, so that
the one in C is not its own judge.
"""
import grp
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


# --- T: chunks

def section_t():
    sink = Sink("ehlo=PIPELINING,8BITMIME,CHUNKING,BINARYMIME",
                "on=RCPT/no@:550 5.1.1 nobody")
    gw = Gateway(sink.port)
    c = Client(gw)
    ok(c.hello.splitlines()[-2:] == ["250-CHUNKING", "250 BINARYMIME"],
       "T: offered where the next hop has it", c.hello)
    envelope = b"MAIL FROM:<a@acme.example> BODY=BINARYMIME\r\n" \
        b"RCPT TO:<b@b.example>\r\n"
    sent = []

    def chunks(*parts, extra=b""):
        out = envelope
        for i, part in enumerate(parts):
            out += b"BDAT %d%s\r\n" % (
                len(part), b" LAST" if i == len(parts) - 1 else b"") + part
        c.send(out + extra)
        sent.append(b"".join(parts))
        return [c.reply()[:3] for _ in range(2 + len(parts))]
    big = bytes(range(256)) * 4000
    for name, parts in (
            ("one", [b"Subject: x\r\n\r\nx\r\n"]),
            ("all octets, without an end of line", [big, big[:-7]]),
            ("0 LAST", [b"abc", b""]),
            ("none at all", [b""]),
            ("of one octet each", [bytes([i]) for i in b"\r\n.\r\nQUIT\r\n"]),
            ("look-alikes are only octets here",
             [b"a" + look for look in LOOKALIKES] + [b"\r\n.\r\n"])):
        codes = chunks(*parts)
        ok(set(codes) == {"250"} and
           sha(sink.messages()[-1]) == sha(sent[-1]), f"T: {name}", codes)
    kept = spool(gw.home)
    ok([k[0] for k in kept] == ["accepted"] * len(sent) and
       [sha(k[1]) for k in kept] == [sha(b) for b in sent],
       "T: the spool has the same")
    c.send(b"MAIL FROM:<a@acme.example>\r\nRCPT TO:<no@b.example>\r\n"
           b"BDAT 51 LAST\r\nMAIL FROM:<evil@x.example>\r\n"
           b"RCPT TO:<v@x.example>\r\nRSET\r\n")
    codes = [c.reply()[:3] for _ in range(4)]
    ok(codes == ["250", "550", "554", "250"],
       "T: a chunk behind a refused recipient is swallowed", codes)
    c.send(envelope + b"BDAT 4\r\nlostRSET\r\n" + envelope +
           b"BDAT 4 LAST\r\nkeptDATA\r\n")
    codes = [c.reply()[:3] for _ in range(8)]
    ok(codes == ["250", "250", "250", "250", "250", "250", "250", "503"] and
       sink.messages()[-1] == b"kept", "T: RSET between; DATA behind", codes)
    for size in ("18446744073709551616", "-1", "x"):
        c = Client(gw)
        c.send(envelope + b"BDAT %s LAST\r\n" % size.encode() +
               b"MAIL FROM:<evil@x.example>\r\n")
        r = [c.reply()[:4] for _ in range(4)]
        ok(r == ["250 ", "250 ", "501 ", ""], f"T: size {size}", r)
    c = Client(gw)
    c.send(envelope + b"BDAT 1000 LAST\r\nhalf a chunk")
    [c.reply() for _ in range(2)]
    until(lambda: b"half a chunk" in b"".join(
        open(f"{sink.dir}/{n}", "rb").read() for n in os.listdir(sink.dir)
        if n.endswith(".raw")))
    c.close()
    raw = sink.raw()
    ok(b"evil" not in raw, "T: the next hop has seen no evil")
    ok(len(sink.messages()) == len(sent) + 1 and
       spool(gw.home)[-1][1] == b"kept", "T: half a chunk goes nowhere")
    gw.stop()
    sink.stop()
    sink = Sink("ehlo=PIPELINING,8BITMIME")
    gw = Gateway(sink.port)
    c = Client(gw)
    c.send(envelope + b"BDAT 10 LAST\r\nQUIT\r\nRSET\r\n")
    r = [c.reply()[:4] for _ in range(4)]
    ok("CHUNKING" not in c.hello and r == ["250 ", "250 ", "503 ", ""],
       "T: not offered, answered and closed", r)
    gw.stop()
    gw = Gateway(sink.port, bare_newlines="reject")
    c = Client(gw)
    ok(c.mail(b"a\r\n..b\r\n").startswith("250"), "bare-newlines = reject")
    for body in (b"a\nb\r\n", b"a\rb\r\n", b"\n\r\n", b"a\r\r\n"):
        r = c.mail(body)
        ok(r.startswith("554 5.6.0"), f"bare-newlines = reject: {body}", r)
    ok(len(sink.messages()) == 1, "and only the first went on")
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


# --- H: a next hop that talks nonsense, or for us to repeat

def section_h():
    for name, options, want in (
            ("replies in octets", ["octets=1"], "250 2.0.0 taken"),
            ("ends its lines with LF", ["bare=1"], "250 2.0.0 taken"),
            ("says 250 in the middle of a body", ["early=250 2.0.0 mine"],
             "451 4.4.2"),
            ("says 421 without being asked",
             ["on=RCPT:250 2.1.5 ok\\n421 4.3.2 I go"], "421 4.4.2"),
            ("answers twice", ["on=MAIL:250 2.1.0 ok\\n250 2.1.5 injected"],
             "421 4.4.2"),
            ("has a code of no kind", ["on=RCPT:999 2.1.5 ok"], "421 4.4.2"),
            ("has half a code", ["on=RCPT:25"], "421 4.4.2"),
            ("has letters for a code", ["on=RCPT:2x0 ok"], "421 4.4.2"),
            ("has 250x", ["on=RCPT:250x ok"], "421 4.4.2"),
            ("changes its code", ["on=RCPT:250-ok\\n550 no"], "421 4.4.2"),
            ("says 354 to RCPT", ["on=RCPT:354 go on"], "421 4.4.2"),
            ("says 250 to DATA", ["on=DATA:250 ok"], "421 4.4.2"),
            ("has control characters", ["on=DOT:250 o\x1b[2Jk\x01 \rMAIL"],
             "250 o?[2Jk? ?MAIL")):
        sink = Sink(*options)
        gw = Gateway(sink.port)
        c = Client(gw)
        r = c.mail(b"Subject: x\r\n\r\n" + b"x" * 70 * 4000 + b"\r\n")
        if r == "":
            r = c.reply()
        ok(r.startswith(want) or want in r, f"H: the next hop {name}", r)
        c.close()
        gw.stop()
        kept = spool(gw.home)
        taken = [k[0] for k in kept if k[0] != "refused"]
        ok(taken == (["accepted"] if want.startswith("250") else []),
           f"H: {name}: the copy says the same", [k[0] for k in kept])
        sink.stop()


# --- J: junk of every kind around a dot

def section_j():
    """against the most lenient of next hops; one connection for each"""
    sink = Sink("lenient=1")
    gw = Gateway(sink.port)
    befores = [b"", b"\r", b"\n", b"\0", b"\r\n", b"\n\r", b"\r\0", b"\0\n"]
    behinds = [b"\r", b"\n", b"\0", b"\r\n", b"\n\r", b"\r\r", b"\r\0",
               b"\0\r", b"\0\n"]
    wrong, real, evil = [], 0, b"MAIL FROM:<evil@x.example>\r\n"
    for before in befores:
        for behind in behinds:
            c = Client(gw)
            c.start()
            c.send(b"Subject: j\r\n\r\nx" + before + b"." + behind + evil +
                   b"\r\n.\r\n")
            r = c.reply()
            if before == b"\r\n" and behind == b"\r\n":
                real += r.startswith("250")  # the end, and then a command
            elif before == b"":
                if not r.startswith("250"):  # the dot belongs to its line
                    wrong.append((before, behind, r))
            elif not r.startswith("554 5.6.0"):
                wrong.append((before, behind, r))
            c.close()
    ok(wrong == [] and real == 1,
       f"J: {len(befores) * len(behinds)} dots between CR, LF and NUL", wrong)
    bodies = sink.messages()
    ok(len(bodies) == 1 + len(behinds), "J: none but the harmless were taken",
       len(bodies))
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


def section_o():
    """slow loris: an octet now and then keeps nobody"""
    sink = Sink("ehlo=PIPELINING,CHUNKING")
    gw = Gateway(sink.port, client_timeout=2)
    slow = {"a command": Client(gw), "a body": Client(gw),
            "a chunk": Client(gw), "nothing": Client(gw)}
    slow["a body"].start()
    slow["a chunk"].send("MAIL FROM:<a@acme.example>\r\n"
                         "RCPT TO:<b@b.example>\r\nBDAT 1000 LAST\r\n")
    [slow["a chunk"].reply() for _ in range(2)]
    started, ended = time.monotonic(), {}
    while len(ended) < len(slow) and time.monotonic() - started < PATIENCE:
        for name, c in slow.items():
            if name in ended:
                continue
            c.sock.settimeout(0.05)
            try:
                got = c.sock.recv(1000)
                ended[name] = got[:3], time.monotonic() - started
            except socket.timeout:
                if name != "nothing":
                    c.send(b"x")
    ok({e[0] for e in ended.values()} == {b"421"} and
       all(1 < e[1] < 10 for e in ended.values()), "O: slow ones hear 421",
       ended)
    c = Client(gw)
    for _ in range(8):
        time.sleep(0.4)
        c.say("NOOP")
    ok(c.mail(b"x\r\n").startswith("250"), "O: whole lines keep a session")
    r = [c.say("NOOP")[:3] for _ in range(121)]
    ok(r.count("250") == 100 and "450" in r and r[-1] in ("", "421") or
       "421" in "".join(r), "O: talk without mail ends", r)
    for c in slow.values():
        c.close()
    gw.stop()
    ok(sink.messages() == [b"x\r\n"], "O: one message")
    sink.stop()


# --- L: many places to listen

def section_l():
    sink = Sink()
    path = f"{TMP}/in.sock"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(path)
    stale.close()
    gw = Gateway(sink.port, gateway_listen="127.0.0.1:0; 127.0.0.1:0 "
                 "clients=192.0.2.0/24; [::1]:0 clients=::1,192.0.2.7; "
                 f"unix:{path} mode=660 group=daemon")
    ok(len(gw.places) == 4, "L: four places", gw.places)

    def port(i):
        return int(gw.places[i].split()[0].rsplit(":", 1)[1])
    ok(Client(gw).mail(b"1\r\n").startswith("250"), "L: the first")
    c = Client(gw, hello=None, at=("127.0.0.1", port(1)))
    ok(c.reply().startswith("554 5.7.1"), "L: the second has its own list")
    c = Client(gw, at=("::1", port(2)))
    ok(c.mail(b"3\r\n").startswith("250"), "L: IPv6")
    c = Client(gw, at=path)
    ok(c.mail(b"4\r\n").startswith("250"),
       "L: a Unix socket, over one that nobody listens on")
    st = os.stat(path)
    ok(oct(st.st_mode & 0o777) == "0o660" and
       st.st_gid == grp.getgrnam("daemon").gr_gid, "L: its mode and group")
    ok('client=unix' in gw.text() and 'client=::1' in gw.text(),
       "L: and the log says who", gw.text())
    p = subprocess.run([f"{BUILD}/promised-gateway", "-c", gw.conf, "-o",
                        f"home={TMP}/other", "-o", f"gateway-listen=unix:{path}"],
                       capture_output=True, timeout=PATIENCE)
    ok(p.returncode == 75 and b"Address already in use" in p.stderr,
       "L: one that is listened on is left alone", p)
    ok(gw.stop() == 0 and not os.path.exists(path), "L: and gone at the end")
    again = Gateway(sink.port, gateway_listen="; ".join(gw.places))
    ok(again.places == gw.places, "L: the ready line is the setting",
       again.places)
    again.stop()
    sink.stop()


# --- P: PROXY headers, XCLIENT

V2 = b"\r\n\r\n\0\r\nQUIT\n"


def v2(client, command=0x21, family=0x11, more=b""):
    size = 16 if family == 0x21 else 4
    octets = socket.inet_pton(
        socket.AF_INET if size == 4 else socket.AF_INET6, client)
    body = octets + bytes(size) + struct.pack(">HH", 4000, 25) + more
    return V2 + bytes([command, family]) + struct.pack(">H", len(body)) + body


def section_p():
    sink = Sink("ehlo=PIPELINING,XCLIENT_NAME_ADDR,XFORWARD_NAME_ADDR",
                "on=XCLI:220 again")
    path = f"{TMP}/proxy.sock"
    gw = Gateway(sink.port, gateway_clients="192.0.2.0/24,2001:db8::/32",
                 client_timeout=2,
                 gateway_listen="127.0.0.1:0 proxy=127.0.0.1,::1; "
                 "127.0.0.1:0 proxy=192.0.2.1; "
                 f"unix:{path} proxy=unix mode=666 xclient=192.0.2.9")

    def ask(header, at=None, rest=b"EHLO x\r\n", pieces=1):
        c = Client(gw, hello=None, at=at)
        for i in range(pieces):
            c.send(header[i:i + 1] if i < pieces - 1 else header[i:] + rest)
            if pieces > 1:
                time.sleep(0.002)
        r = c.reply()
        if r.startswith("220"):
            r += c.reply()
        c.close()
        return r
    one = b"PROXY TCP4 192.0.2.7 192.0.2.1 4000 25\r\n"
    for name, header, want in (
            ("v1", one, "220"),
            ("v1, IPv6", b"PROXY TCP6 2001:db8::7 ::1 4000 25\r\n", "220"),
            ("v1, a stranger", one.replace(b".7 ", b".7.", 1), ""),
            ("v1, not on the list",
             b"PROXY TCP4 203.0.113.7 192.0.2.1 4000 25\r\n", "554"),
            ("v1 UNKNOWN: the peer itself, not on the list",
             b"PROXY UNKNOWN\r\n", "554"),
            ("v1, too long", b"PROXY TCP4 192.0.2.7 " + b"1" * 200, ""),
            ("v1, bare LF", one.replace(b"\r", b""), ""),
            ("v1, a port too many", one.replace(b"\r", b" 1\r"), ""),
            ("v1, no port", one.replace(b"4000", b"65536"), ""),
            ("v2", v2("192.0.2.7"), "220"),
            ("v2, IPv6", v2("2001:db8::7", family=0x21), "220"),
            ("v2 with more behind", v2("192.0.2.7", more=b"x" * 900), "220"),
            ("v2, not on the list", v2("203.0.113.7"), "554"),
            ("v2 LOCAL: the peer itself, not on the list",
             v2("192.0.2.7", command=0x20), "554"),
            ("v2, oversize", v2("192.0.2.7", more=b"x" * 4000), ""),
            ("v2, UDP", v2("192.0.2.7", family=0x12), ""),
            ("v2, too short for its family",
             V2 + b"\x21\x11\0\x04" + bytes(4), ""),
            ("v2, another version", v2("192.0.2.7", command=0x31), ""),
            ("none", b"EHLO x\r\n", "")):
        r = ask(header)
        ok(r.startswith(want) if want else "220" not in r, f"P: {name}", r)
    ok("250" in ask(one, pieces=len(one)), "P: v1 in octets")
    ok("250" in ask(v2("192.0.2.7"), pieces=28), "P: v2 in octets")
    ok(ask(one, at=("127.0.0.1", int(
        gw.places[1].split()[0].rsplit(":", 1)[1]))).startswith("554"),
       "P: a peer that may not speak for others")
    half = Client(gw, hello=None)
    half.send(V2 + b"\x21")
    started = time.monotonic()
    text = gw.text()
    ok("client=203.0.113.7" in text and text.count("event=gateway.proxy") >= 8,
       "P: the log has the clients and the faults", text)

    c = Client(gw, hello=None, at=path)
    c.send(b"PROXY TCP4 192.0.2.8 192.0.2.1 4000 25\r\nEHLO x\r\n")
    r = c.reply() + c.reply()
    ok("XCLIENT" not in r and c.say("XCLIENT ADDR=192.0.2.3")[:3] == "550" and
       c.reply() == "", "P: by a Unix socket; no XCLIENT from just anybody", r)
    c = Client(gw, hello=None, at=path)
    c.send(b"PROXY TCP4 192.0.2.9 192.0.2.1 4000 25\r\nEHLO x\r\n")
    r = c.reply() + c.reply()
    ok("250-XCLIENT NAME ADDR" in r and "250 XFORWARD NAME ADDR" in r,
       "P: XCLIENT is offered to whom it is trusted", r)
    r = c.say("XCLIENT NAME=x ADDR=192.0.2.77"), c.say("EHLO x")
    ok(r[0].startswith("220 again") and r[1].startswith("250"),
       "P: and passed on", r)
    ok(c.mail(b"x\r\n").startswith("250") and
       "client=192.0.2.77" in gw.text(), "P: and counts for the log")
    c.close()
    raw = sink.raw()
    ok(raw.count(b"XCLIENT") == 1 and b"PROXY" not in raw,
       "P: the next hop heard of one only", raw)
    ok(half.reply() == "" and 1 < time.monotonic() - started < 9,
       "P: half a header is waited for so long and no longer", time.monotonic() - started)
    ok(gw.stop() == 0, "P: the end")
    gw = Gateway(sink.port, max_client_sessions=3)
    many = [Client(gw, hello=None) for _ in range(4)]
    r = [c.reply()[:3] for c in many]
    ok(r == ["220"] * 3 + ["421"], "max-client-sessions", r)
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


def main():
    sections = [section_a, section_b, section_c, section_d, section_h,
                section_j, section_e, section_f, section_o, section_l,
                section_p, section_t, section_s, section_k]
    wanted = os.environ.get("SECTIONS", "abcdhjefolptsk")
    try:
        for section in sections:
            if section.__name__[-1] in wanted:
                section()
    finally:
        kill_all()
        print(f"1..{count}", flush=True)
        subprocess.run(["rm", "-rf", TMP])
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
