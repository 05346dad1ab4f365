"""names_wire.py - the gateway and the name of its next hop, as TAP

With LONG=1 also an address that keeps silent, for 15 s.

Called by names.t. A name server of the test's own stands on port 53 of some
address of loopback; the gateway alone is told of it.
"""
import os
import random
import socket
import subprocess
import sys
import threading
import time

import wire
from wire import Client, Gateway, TMP, ok, until


class Names:
    """answers A with `addresses`; says nothing where they are None"""

    def __init__(self, addresses):
        self.addresses = addresses
        self.asked = 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        while True:
            at = ".".join(["127"] + [str(random.randint(2, 250))
                                     for _ in range(3)])
            try:
                self.sock.bind((at, 53))
                break
            except OSError as e:
                if e.errno != 98:
                    raise
        self.conf = f"{TMP}/resolv.{at}"
        with open(self.conf, "w") as f:
            f.write(f"nameserver {at}\noptions timeout:2 attempts:1\n")
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, peer = self.sock.recvfrom(4096)
            self.asked += 1
            if self.addresses is None:
                continue
            end = query.index(b"\0", 12) + 5
            addresses = self.addresses \
                if query[end - 4:end - 2] == b"\0\1" else []
            self.sock.sendto(
                query[:2] + b"\x81\x80\0\1" +
                len(addresses).to_bytes(2, "big") + b"\0\0\0\0" +
                query[12:end] + b"".join(
                    b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4" + socket.inet_aton(a)
                    for a in addresses), peer)

    def seen_by(self):
        """what makes a program see this server alone"""
        return ["unshare", "-m", "sh", "-c",
                'mount --bind "$0" /etc/resolv.conf && exec "$@"', self.conf]


class Hop:
    """greets, far away from 127.0.0.1, so that others are tried before"""

    def __init__(self, address):
        self.sock = socket.create_server((address, 0))
        self.port = self.sock.getsockname()[1]
        self.seen = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            c, _ = self.sock.accept()
            self.seen += 1
            c.sendall(b"220 hop\r\n")
            c.recv(1000)
            c.sendall(b"250-hop\r\n250 DSN\r\n")


def gateway(names, port):
    return Gateway(0, next_hop=f"hop.promised.test:{port}",
                   next_hop_tls="no", prefix=names.seen_by())


def main():
    try:
        hop = Hop("127.9.9.9")
        dead = ["127.0.0.66", "127.0.0.67"]
        names = Names(dead + ["127.9.9.9"])
        gw = gateway(names, hop.port)
        ok(Client(gw).hello.endswith("250 DSN\r\n") and hop.seen == 1,
           "the addresses are tried until one answers", gw.text())
        asked = names.asked
        ok(Client(gw).hello.endswith("250 DSN\r\n") and names.asked == asked,
           "and remembered")
        gw.stop()
        gw = gateway(Names(dead), hop.port)
        ok(Client(gw).hello.startswith("421 4.4.1"), "none of them answers")
        gw.stop()
        if os.environ.get("LONG"):
            full = socket.create_server((dead[0], hop.port), backlog=0)
            crowd = [socket.socket() for _ in range(8)]
            for s in crowd:
                s.setblocking(False)
                s.connect_ex((dead[0], hop.port))
            gw = gateway(Names([dead[0], "127.9.9.9"]), hop.port)
            started = time.monotonic()
            ok(Client(gw, patience=40).hello.endswith("250 DSN\r\n") and
               14 < time.monotonic() - started < 25,
               "one that does not even refuse: the next one, after 15 s")
            gw.stop()
            full.close()
        gw = gateway(Names([]), hop.port)
        ok(Client(gw).hello.startswith("421 4.4.1") and
           "hop.promised.test" in gw.text(), "there are none: the log says so",
           gw.text())
        gw.stop()

        names = Names(None)
        gw = gateway(names, hop.port)
        waiting = [Client(gw, hello=None) for _ in range(20)]
        for c in waiting:
            c.reply()
            c.send("EHLO client.example\r\n")
        ok(until(lambda: names.asked > 0), "a name server that says nothing")
        started = time.monotonic()
        other = Client(gw, hello=None)
        ok(other.reply().startswith("220") and
           other.say("NOOP").startswith("250") and
           time.monotonic() - started < 1, "holds up nobody")
        ok(names.asked <= 2, "and is asked once for all", names.asked)
        replies = [c.reply() for c in waiting]
        ok(all(r.startswith("421 4.4.1") for r in replies),
           "those who wait are told in the end", replies)
        names.addresses = ["127.9.9.9"]
        ok(Client(gw).hello.endswith("250 DSN\r\n"), "it speaks again: served")
        ok(gw.stop() == 0, "it ends with 0")
        names.addresses = None
        gw = gateway(names, hop.port)
        c = Client(gw, hello=None)
        c.reply()
        asked = names.asked
        c.send("EHLO client.example\r\n")
        until(lambda: names.asked > asked)
        c.close()
        ok(gw.stop() == 0, "also while it waits for a name", gw.text())
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        s.close()
        gw = Gateway(0, next_hop=f"hop.promised.test:{port}",
                     gateway_listen=f"127.0.0.1:{port}",
                     prefix=Names(["127.0.0.1"]).seen_by())
        ok(Client(gw).hello.startswith("421") and
           until(lambda: "is the gateway itself" in gw.text()),
           "a name that leads back here is seen", gw.text())
        gw.stop()
    finally:
        wire.kill_all()
        print(f"1..{wire.count}", flush=True)
        subprocess.run(["rm", "-rf", TMP])
    os._exit(1 if wire.failures else 0)


main()
