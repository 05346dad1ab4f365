"""tls_wire.py - TLS and AUTH through the real promised-gateway, as TAP

Called by tls.t. The other sides are Python's ssl, openssl s_client, swaks and
msmtp as clients, and the sink with a certificate as the next hop; a real
Postfix stands behind it in tests/whole/tls.t.
"""
import base64
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import wire
from relay_wire import v2
from wire import Client, Gateway, PATIENCE, Sink, TMP, ok, sha, spool, stuff, \
    until

SECRET = "AGNsYWlyZQBjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxl"


def run(*command, **more):
    return subprocess.run(command, capture_output=True, timeout=PATIENCE,
                          **more)


def ports(gw):
    return [int(p.split()[0].rsplit(":", 1)[1]) for p in gw.places]


def openssl(*args):
    p = run("openssl", *args)
    assert p.returncode == 0, p.stderr


class Authority:
    """signs certificates; each file has the key, too"""

    def __init__(self, name):
        self.base = f"{TMP}/{name}"
        self.pem = f"{self.base}.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "90", "-subj",
                f"/CN={name}", "-keyout", f"{self.base}.key", "-out",
                self.pem)

    def sign(self, name, alternative, days="60"):
        base = f"{TMP}/{name}"
        openssl("req", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{base}.key", "-out", f"{base}.csr")
        with open(f"{base}.ext", "w") as f:
            f.write(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", f"{base}.csr", "-CA", self.pem,
                "-CAkey", f"{self.base}.key", "-CAcreateserial", "-days",
                days, "-extfile", f"{base}.ext", "-out", f"{base}.crt")
        with open(f"{base}.pem", "w") as f:
            f.write(open(f"{base}.crt").read() + open(f"{base}.key").read())
        return f"{base}.pem"


def context(ca=None, version=None):
    c = ssl.create_default_context(cafile=ca)
    if ca is None:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    if version:
        c.maximum_version = version
    return c


def secure(c, ca=None, version=None):
    """begin TLS on a Client's connection"""
    c.sock = context(ca, version).wrap_socket(
        c.sock, server_hostname="gw.example")
    c.file = c.sock.makefile("rb")


class TlsClient(Client):
    """a Client; with implicit, TLS begins at once"""

    def __init__(self, gateway, ca=None, implicit=False, version=None,
                 port=None, patience=PATIENCE):
        real = gateway.port
        gateway.port = port or real
        super().__init__(gateway, hello=None, patience=patience)
        gateway.port = real
        if implicit:
            secure(self, ca, version)
            self.banner = self.reply()
        else:
            self.banner = self.reply()
            self.plain = self.say("EHLO client.example")
            self.ready = self.say("STARTTLS")
            secure(self, ca, version)
        self.hello = self.say("EHLO client.example")


class Slow:
    """TLS by hand, so that the octets go as we like"""

    def __init__(self, port, piece):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(PATIENCE)
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context().wrap_bio(self.inward, self.outward)
        self.piece = piece
        self.go(self.tls.do_handshake)

    def flush(self):
        data = self.outward.read()
        for i in range(0, len(data), self.piece):
            self.sock.sendall(data[i:i + self.piece])

    def go(self, action, *args):
        while True:
            try:
                result = action(*args)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.sock.recv(65536)
                if data:
                    self.inward.write(data)
                else:
                    self.inward.write_eof()

    def reply(self):
        out = b""
        while not (out.endswith(b"\n") and
                   out.splitlines()[-1][3:4] == b" "):
            try:
                data = self.go(self.tls.read, 65536)
            except ssl.SSLError:
                break
            if not data:
                break
            out += data
        return out.decode()

    def send(self, data):
        self.go(self.tls.write, data)

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()


def section_client(ca, cert):
    """clients of every sort, TLS with them"""
    sink = Sink()
    gw = Gateway(sink.port, tls_certificate=cert, gateway_listen=(
        "127.0.0.1:0; 127.0.0.1:0 tls=implicit; 127.0.0.1:0 tls=required; "
        "127.0.0.1:0 tls=no"))
    implicit, required, without = ports(gw)[1:]
    c = TlsClient(gw, ca.pem)
    ok("250 STARTTLS" in c.plain and "STARTTLS" not in c.hello and
       c.sock.version() == "TLSv1.3", "STARTTLS: offered, then not any more",
       c.plain + c.hello)
    sent = []
    for name, body in (("plain", b"Subject: x\r\n\r\nBonjour\r\n"),
                       ("5 MB", b"Subject: x\r\n\r\n" +
                        (b"abcdefghij" * 7 + b"\r\n") * 70000),
                       ("dots", b".\r\n..\r\n.x\r\n"),
                       ("all octets", bytes(range(256)) + b"\r\n")):
        body = body.replace(b"\r\n.\r\n", b"\r\n..\r\n") \
            if name == "all octets" else body
        r = c.mail(body)
        sent.append(sha(body))
        ok(r.startswith("250") and sha(sink.messages()[-1]) == sent[-1],
           f"through TLS: {name}", r)
    ok([sha(k[1]) for k in spool(gw.home)] == sent, "and into the spool")
    ok(" tls=TLSv1.3 hop_tls=no" in gw.text(), "the log says how")
    c = TlsClient(gw, ca.pem, version=ssl.TLSVersion.TLSv1_2)
    ok(c.sock.version() == "TLSv1.2" and
       c.mail(b"old\r\n").startswith("250"), "TLS 1.2")
    c = TlsClient(gw, ca.pem, implicit=True, port=implicit)
    ok(c.banner.startswith("220") and "STARTTLS" not in c.hello and
       c.mail(b"implicit\r\n").startswith("250"), "implicit TLS")
    ok(c.say("STARTTLS").startswith("503"), "and no second one")
    gw.port, real = required, gw.port
    c = Client(gw)
    ok(c.start().startswith("530 5.7.0"), "tls=required: no mail without")
    gw.port = without
    ok("STARTTLS" not in Client(gw).hello, "tls=no: not offered")
    gw.port = real
    for version, want in (("-tls1_3", True), ("-tls1_2", True),
                          ("-tls1_1", False), ("-tls1", False)):
        p = run("openssl", "s_client", "-starttls", "smtp", "-connect",
                f"127.0.0.1:{gw.port}", "-CAfile", ca.pem,
                "-verify_return_error", "-verify_hostname", "gw.example",
                "-cipher", "ALL:@SECLEVEL=0", "-brief", version,
                input=b"QUIT\r\n")
        ok((p.returncode == 0 and b"Verification: OK" in p.stderr) == want,
           f"openssl s_client {version}: {'yes' if want else 'no'}", p.stderr)
    for flags, port in ((["--tls"], gw.port),
                        (["--tls-on-connect"], implicit)):
        p = run("swaks", "-s", "127.0.0.1", "-p", str(port), "-f",
                "a@acme.example", "-t", "b@b.example", "--tls-verify",
                "--tls-ca-path", ca.pem, *flags)
        ok(p.returncode == 0 and b"250 2.0.0 taken" in p.stdout,
           f"swaks {flags[0]}", p.stdout[-500:] + p.stderr)
    n = len(sink.messages())
    for flags, port in ((["--tls-starttls=on"], gw.port),
                        (["--tls-starttls=off"], implicit)):
        p = run("msmtp", "--host=127.0.0.1", f"--port={port}", "--tls=on",
                f"--tls-trust-file={ca.pem}",
                "--tls-host-override=gw.example", "--auth=off",
                "--from=a@acme.example", "b@b.example", *flags,
                input=b"Subject: m\n\nmsmtp\n")
        ok(p.returncode == 0, f"msmtp {flags[0]}", p.stderr)
    ok(len(sink.messages()) == n + 2, "both have arrived")
    ok(gw.stop() == 0, "and it ends with 0", gw.text())
    sink.stop()


def section_proxy(ca, cert):
    """a load balancer in front of TLS, and chunks behind it"""
    sink = Sink("ehlo=PIPELINING,CHUNKING")
    gw = Gateway(sink.port, tls_certificate=cert,
                 gateway_clients="192.0.2.0/24", gateway_listen=(
                     "127.0.0.1:0 tls=implicit proxy=127.0.0.1"))
    for name, header in (
            ("v1", b"PROXY TCP4 192.0.2.7 192.0.2.1 4000 25\r\n"),
            ("v2", v2("192.0.2.8", more=b"x" * 300))):
        c = Client(gw, hello=None)
        c.send(header)
        secure(c, ca.pem)
        banner, hello = c.reply(), c.say("EHLO client.example")
        body = bytes(range(256)) * 999
        c.send(b"MAIL FROM:<a@acme.example>\r\nRCPT TO:<b@b.example>\r\n"
               b"BDAT %d\r\n" % len(body) + body + b"BDAT 3 LAST\r\n\n.\n")
        r = [c.reply()[:3] for _ in range(4)]
        ok(banner.startswith("220") and "CHUNKING" in hello and
           set(r) == {"250"} and sink.messages()[-1] == body + b"\n.\n",
           f"PROXY {name}, implicit TLS, BDAT", (banner, hello, r))
        c.close()
    ok("client=192.0.2.7" in gw.text() and "client=192.0.2.8" in gw.text(),
       "the log has who is behind it", gw.text())
    c = Client(gw, hello=None)
    c.sock.settimeout(2)
    try:
        secure(c, ca.pem)
        got = "a handshake"
    except OSError as e:
        got = str(e)
    ok(got != "a handshake", "a handshake without a header gets none", got)
    gw.stop()
    sink.stop()


def section_attack(ca, cert):
    """what is said before TLS, and what TLS itself can be bent to"""
    sink = Sink()
    gw = Gateway(sink.port, tls_certificate=cert, gateway_listen=(
        "127.0.0.1:0; 127.0.0.1:0 tls=implicit"))
    evil = b"EHLO evil\r\nMAIL FROM:<evil@x.example>\r\nNOOP evil\r\n"
    c = Client(gw)
    c.send(b"STARTTLS\r\n" + evil)
    ok(c.reply().startswith("220"), "injection: 220")
    secure(c)
    r = c.say("EHLO client.example")
    ok(r.startswith("250-gw.example") and c.say("NOOP x") == "250 2.0.0 ok\r\n"
       and c.mail(b"good\r\n").startswith("250"),
       "what stood behind STARTTLS is not answered", r)
    c = Client(gw)
    c.say("STARTTLS")
    c.send(evil)
    ok("250" not in c.reply() and
       until(lambda: "event=gateway.tls" in gw.text()),
       "what comes instead of a handshake ends it, and the log says so")
    c.close()
    slow = Slow(ports(gw)[1], 1)
    ok(slow.reply().startswith("220") and
       slow.say("EHLO x").startswith("250-"), "packets of one octet")
    slow.send(b"MAIL FROM:<a@acme.example>\r\nRCPT TO:<b@b.example>\r\n"
              b"DATA\r\n")
    codes = ""
    while "354" not in codes and len(codes) < 100:
        codes += slow.reply()
    slow.send(b"Subject: slow\r\n\r\none by one\r\n.\r\n")
    ok(slow.reply().startswith("250"), "a whole mail of them", codes)
    slow.send(b"NOOP\r\n")
    try:
        slow.tls.unwrap()
    except ssl.SSLError:
        pass
    slow.flush()
    ok(slow.reply().startswith("250"), "half-closed by TLS: still answered")
    for octets in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01", b"\0" * 300,
                   b"\x16\x03\x01\xff\xff" + b"x" * 70000):
        for _ in range(20):
            s = socket.create_connection(("127.0.0.1", ports(gw)[1]))
            s.sendall(octets)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         b"\1\0\0\0\0\0\0\0")
            s.close()
    waiting = [socket.create_connection(("127.0.0.1", ports(gw)[1]))
               for _ in range(50)]
    for s in waiting:
        s.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    started = time.monotonic()
    c = TlsClient(gw, ca.pem)
    ok(c.mail(b"in between\r\n").startswith("250") and
       time.monotonic() - started < 5, "fifty slow handshakes hold up nobody")
    for s in waiting:
        s.close()
    c.close()
    slow.sock.close()
    fds = f"/proc/{gw.process.pid}/fd"
    ok(until(lambda: len(os.listdir(fds)) < 22), "and nothing of them stays",
       os.listdir(fds))
    for c in gw.clients:
        c.close()
    ok(b"evil" not in sink.raw(), "the next hop has seen no evil")
    waiting = socket.create_connection(("127.0.0.1", ports(gw)[1]))
    waiting.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    time.sleep(0.05)
    ok(gw.stop() == 0, "a signal inside a handshake: it ends all the same")
    waiting.close()
    sink.stop()


def refused(gw, sink, name, reason):
    c = Client(gw)
    r = c.start()
    ok(c.hello.startswith("421 4.") and "354" not in r,
       f"{name}: 421", c.hello + r)
    ok(until(lambda: reason in gw.text()), f"{name}: the log says why",
       gw.text())
    gw.stop()
    raw = sink.raw()
    ok(b"MAIL" not in raw and sink.messages() == [],
       f"{name}: nothing of the mail went there", raw)


def section_hop(ca, other):
    """TLS with the next hop, and its certificate"""
    good = ca.sign("hop", "DNS:hop.example")
    settings = {"next_hop_ca": ca.pem, "next_hop_name": "hop.example",
                "next_hop_tls": "required"}
    body = b"Subject: x\r\n\r\n" + b"0123456789" * 5000 + b"\r\n"
    for mode, options in (("required", ()), ("offered", ()),
                          ("implicit", ("implicit=1",))):
        sink = Sink(f"cert={good}", *options)
        gw = Gateway(sink.port, **{**settings, "next_hop_tls": mode})
        c = Client(gw)
        ok("STARTTLS" not in c.hello and c.mail(body).startswith("250") and
           sink.messages()[-1] == body and "hop_tls=TLSv1.3" in gw.text(),
           f"next hop, {mode}", c.hello + gw.text())
        with open(f"{sink.dir}/asked-for") as f:
            ok(f.read() == "hop.example", f"next hop, {mode}: asked by name")
        n = sum(Client(gw).mail(b"again\r\n").startswith("250")
                for _ in range(5))
        ok(n == 5 and "fault" not in gw.text(), f"next hop, {mode}: again")
        gw.stop()
        sink.stop()
    sink = Sink(f"cert={good}", "inject=\\n250-evil\\n250 SIZE 1\\n250 evil")
    gw = Gateway(sink.port, **settings)
    c = Client(gw)
    ok("evil" not in c.hello and "SIZE 50000000" in c.hello and
       c.mail(body).startswith("250"), "replies behind its 220 do not count",
       c.hello)
    gw.stop()
    sink.stop()

    for name, cert, change, reason in (
            ("unknown authority", other.sign("stranger", "DNS:hop.example"),
             {}, "its certificate: unable to get local issuer"),
            ("another name", ca.sign("elsewhere", "DNS:else.example"), {},
             "its certificate: hostname mismatch"),
            ("expired", ca.sign("expired", "DNS:hop.example", "-1"), {},
             "its certificate: certificate has expired"),
            ("an address that is not in it", good, {"next_hop_name": ""},
             "its certificate: IP address mismatch")):
        sink = Sink(f"cert={cert}")
        gw = Gateway(sink.port, **{**settings, **change})
        refused(gw, sink, name, reason)
        gw = Gateway(sink.port, **{**settings, **change},
                     next_hop_verify="no")
        ok(Client(gw).mail(body).startswith("250"),
           f"{name}: it passes with next-hop-verify = no")
        gw.stop()
        sink.stop()
    sink = Sink(f"cert={ca.sign('address', 'IP:127.0.0.1')}")
    gw = Gateway(sink.port, **{**settings, "next_hop_name": ""})
    ok(Client(gw).mail(body).startswith("250"), "an address that is in it")
    gw.stop()
    sink.stop()
    sink = Sink()
    refused(Gateway(sink.port, **settings), sink, "no STARTTLS there",
            "no STARTTLS")
    sink.stop()
    sink = Sink(f"cert={good}")
    refused(Gateway(sink.port, **{**settings, "next_hop_tls": "implicit"}),
            sink, "TLS in the clear's place", "event=gateway.hop")
    sink.stop()
    sink = Sink(f"cert={good}", "on=STAR:close")
    refused(Gateway(sink.port, **settings), sink, "closed at STARTTLS",
            "closed by the next hop")
    sink.stop()
    sink = Sink(f"cert={good}")
    gw = Gateway(sink.port)
    ok(Client(gw).mail(body).startswith("250") and "hop_tls=no" in gw.text(),
       "by itself, none with a next hop on this machine")
    gw.stop()
    sink.stop()


def section_auth(ca, cert):
    """AUTH goes through and leaves nothing behind"""
    hop = ca.sign("hop2", "DNS:hop.example")
    sink = Sink(f"cert={hop}", f"auth={SECRET}")
    gw = Gateway(sink.port, tls_certificate=cert, next_hop_tls="required",
                 next_hop_ca=ca.pem, next_hop_name="hop.example")
    c = Client(gw)
    ok("AUTH" not in c.hello and
       c.say(f"AUTH PLAIN {SECRET}").startswith("538 5.7.11"),
       "AUTH: not in the clear", c.hello)
    c = TlsClient(gw, ca.pem)
    ok("AUTH LOGIN PLAIN XOAUTH2" in c.hello and "GSSAPI" not in c.hello,
       "AUTH: offered over TLS", c.hello)
    ok(c.start().startswith("530"), "the next hop wants it")
    c.say("RSET")
    ok(c.say("AUTH LOGIN").startswith("334 VXNl") and
       c.say("*").startswith("501"), "AUTH LOGIN, cancelled")
    r = c.say("AUTH PLAIN " + "A" * 8192)
    ok(r.startswith("535"), "AUTH PLAIN of 8 kB goes through", r)
    ok(c.say("AUTH LOGIN").startswith("334"), "AUTH LOGIN")
    words = base64.b64decode(SECRET).split(b"\0")[1:]
    for word in words:
        r = c.say(base64.b64encode(word).decode())
    ok(r.startswith("235"), "AUTH LOGIN: welcome", r)
    ok(c.mail(b"logged in\r\n").startswith("250"), "and mail goes")
    c.say("QUIT")
    c = TlsClient(gw, ca.pem)
    ok(c.say("AUTH PLAIN").startswith("334") and
       c.say(SECRET).startswith("235"), "AUTH PLAIN, asked for")
    # the end of it: its start may be written over by chance
    seen = memory(gw.process.pid, [SECRET[-20:].encode(), words[1][-9:]])
    if seen is None:
        ok(True, "the gateway's memory # SKIP may not be read")
    else:
        ok(seen == [], "no password is left in the gateway's memory", seen)
    ok(c.mail(b"again\r\n").startswith("250"), "and mail goes")
    for name, user in (("swaks", None), ("msmtp", None)):
        if name == "swaks":
            p = run("swaks", "-s", "127.0.0.1", "-p", str(gw.port), "--tls",
                    "--auth", "PLAIN", "-au", words[0], "-ap", words[1], "-f",
                    "a@acme.example", "-t", "b@b.example")
        else:
            p = run("msmtp", "--host=127.0.0.1", f"--port={gw.port}",
                    "--tls=on", f"--tls-trust-file={ca.pem}",
                    "--tls-host-override=gw.example", "--auth=login",
                    f"--user={words[0].decode()}",
                    f"--passwordeval=echo {words[1].decode()}",
                    "--from=a@acme.example", "b@b.example",
                    input=b"Subject: m\n\nmsmtp\n")
        ok(p.returncode == 0, f"{name} logs in", p.stdout + p.stderr)
    c.close()
    gw.stop()
    kept = gw.text()
    for folder, _, names in os.walk(gw.home):
        for name in names:
            with open(f"{folder}/{name}", "rb") as f:
                kept += f.read().decode("latin-1")
    ok(SECRET not in kept and words[1].decode() not in kept and
       words[0].decode() not in kept and "event=gateway.auth" in kept,
       "nor in the log or any file")
    gw = Gateway(sink.port, tls_certificate=cert, gateway_auth="required",
                 next_hop_tls="required", next_hop_verify="no")
    c = TlsClient(gw, ca.pem)
    ok(c.start().startswith("530 5.7.0 AUTH"), "gateway-auth = required",
       gw.text())
    gw.stop()
    sink.stop()
    sink = Sink(f"auth={SECRET}")
    gw = Gateway(sink.port, gateway_auth="loopback")
    c = Client(gw)
    ok("AUTH LOGIN PLAIN" in c.hello and
       c.say(f"AUTH PLAIN {SECRET}").startswith("235") and
       c.mail(b"near\r\n").startswith("250"), "gateway-auth = loopback")
    gw.stop()
    gw = Gateway(sink.port)
    ok("AUTH" not in Client(gw).hello, "and not by itself")
    gw.stop()
    sink.stop()


def memory(pid, secrets):
    """which of them stand in the writable memory of a process"""
    found = []
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem, \
                open(f"/proc/{pid}/maps") as maps:
            for line in maps:
                fields = line.split()
                if not fields[1].startswith("rw") or "shadow" in line:
                    continue
                lo, hi = (int(x, 16) for x in fields[0].split("-"))
                if hi - lo > 1 << 30:
                    continue
                try:
                    mem.seek(lo)
                    data = mem.read(hi - lo)
                except OSError:
                    continue
                found += [(s, fields[-1]) for s in secrets if s in data]
    except OSError:
        return None
    return found


def served(gw):
    """the serial number of the certificate that a new session sees"""
    c = Client(gw)
    c.say("STARTTLS")
    secure(c)
    der = c.sock.getpeercert(True)
    c.say("EHLO x")
    c.say("QUIT")
    c.close()
    return sha(der)


def section_reload(ca):
    """SIGHUP"""
    first, second = (ca.sign(n, "DNS:gw.example") for n in ("one", "two"))
    live = f"{TMP}/live.pem"
    shutil.copy(first, live)
    sink = Sink()
    gw = Gateway(sink.port, tls_certificate=live)
    c = TlsClient(gw, ca.pem)
    c.start()
    before = served(gw)
    shutil.copy(second, live)
    ok(served(gw) == before, "a new file alone changes nothing")
    gw.process.send_signal(signal.SIGHUP)
    ok(until(lambda: "gateway.certificates" in gw.text()), "SIGHUP: read")
    after = served(gw)
    ok(after != before, "new sessions have the new certificate")
    c.send(b"Subject: x\r\n\r\nbegun before\r\n.\r\n")
    ok(c.reply().startswith("250") and c.mail(b"y\r\n").startswith("250"),
       "the one that stands goes on")
    for name, text in (("no certificate", "rubbish\n"), ("no file", None),
                       ("half of it", open(second).read()[:300])):
        n = gw.text().count("event=fault")
        if os.path.exists(live):
            os.unlink(live)
        if text is not None:
            with open(live, "w") as f:
                f.write(text)
        gw.process.send_signal(signal.SIGHUP)
        ok(until(lambda: gw.text().count("event=fault") > n) and
           "what was read before" in gw.text() and served(gw) == after,
           f"{name}: the old one stays, and it is said", gw.text())
    with open(live, "w") as f:
        f.write(open(first).read() + open(f"{TMP}/two.key").read())
    ok(gw.stop() == 0, "it ends with 0")
    open(live, "w").close()
    p = run(f"{wire.BUILD}/promised-gateway", "-c", gw.conf)
    ok(p.returncode == 1 and b"live.pem" in p.stderr,
       "a bad file at the start: exit 1, with its name", p.stderr)
    p = run(f"{wire.BUILD}/promised-gateway", "-c", gw.conf, "-o",
            "tls-certificate=", "-o", "gateway-tls=required")
    ok(p.returncode == 1 and b"needs tls-certificate" in p.stderr,
       "required without a certificate: exit 1", p.stderr)
    sink.stop()


def section_load(ca, cert):
    """many at once, both sides over TLS"""
    hop = ca.sign("hop3", "DNS:hop.example")
    sink = Sink(f"cert={hop}")
    gw = Gateway(sink.port, tls_certificate=cert, next_hop_tls="required",
                 next_hop_ca=ca.pem, next_hop_name="hop.example")
    accepted, lock = [], threading.Lock()

    def work(i):
        c = TlsClient(gw, ca.pem)
        for n in range(10):
            body = f"Subject: {i}-{n}\r\n\r\n".encode() + b"x" * 5000 + b"\r\n"
            if c.mail(body).startswith("250"):
                with lock:
                    accepted.append(body)
        c.close()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok(len(accepted) == 80 and
       sorted(sink.messages()) == sorted(accepted) ==
       sorted(k[1] for k in spool(gw.home)), "80 mails, 8 at a time",
       len(accepted))
    gw.stop()
    sink.stop()


def section_stall(ca, cert):
    """a next hop that takes nothing"""
    hop = ca.sign("hop5", "DNS:hop.example")
    sink = Sink(f"cert={hop}", "stall=1")
    gw = Gateway(sink.port, tls_certificate=cert, next_hop_tls="required",
                 next_hop_ca=ca.pem, next_hop_name="hop.example")
    c = TlsClient(gw, ca.pem)
    c.start()
    c.sock.setblocking(False)
    sent, quiet = 0, 0
    while sent < 64 << 20 and quiet < 50:
        try:
            sent += c.sock.send((b"x" * 998 + b"\r\n") * 16)
            quiet = 0
        except (ssl.SSLWantWriteError, BlockingIOError):
            quiet += 1
            time.sleep(0.02)
    ok(sent < 32 << 20, "a next hop that reads nothing: the client waits",
       sent)
    with open(f"/proc/{gw.process.pid}/stat") as f:
        before = f.read().split()[13:15]
    ok(TlsClient(gw, ca.pem).hello.startswith("250"), "others are served")
    time.sleep(0.5)
    with open(f"/proc/{gw.process.pid}/stat") as f:
        spent = sum(map(int, f.read().split()[13:15])) - sum(map(int, before))
    ok(spent < 20, "and nothing turns round and round", spent)
    gw.kill()
    sink.stop()


def section_kill(ca, cert):
    """kill -9 under load, handshakes among it"""
    hop = ca.sign("hop4", "DNS:hop.example")
    wire.section_k([f"cert={hop}"],
                   lambda gw: TlsClient(gw, ca.pem, patience=5),
                   tls_certificate=cert, next_hop_tls="required",
                   next_hop_ca=ca.pem, next_hop_name="hop.example")


def main():
    ca, other = Authority("ca"), Authority("other")
    cert = ca.sign("gw", "DNS:gw.example")
    try:
        section_client(ca, cert)
        section_proxy(ca, cert)
        section_attack(ca, cert)
        section_hop(ca, other)
        section_auth(ca, cert)
        section_reload(ca)
        section_load(ca, cert)
        section_stall(ca, cert)
        section_kill(ca, cert)
    finally:
        wire.kill_all()
        print(f"1..{wire.count}", flush=True)
        subprocess.run(["rm", "-rf", TMP])
    sys.exit(1 if wire.failures else 0)


if __name__ == "__main__":
    main()
