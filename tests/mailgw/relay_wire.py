"""relay_wire.py - the real promised-gateway: many places, chunks, nonsense

Called by relay.t; the tools, and what every change has to pass, are wire.py.
"""
import grp
import os
import socket
import struct
import subprocess
import time

import wire
from wire import BUILD, Client, Gateway, LOOKALIKES, PATIENCE, Sink, TMP, ok, \
    sha, spool, until


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


# --- O: slow ones

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


if __name__ == "__main__":
    wire.main({"h": section_h, "j": section_j, "l": section_l,
               "o": section_o, "p": section_p, "t": section_t})
