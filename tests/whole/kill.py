# kill.py - send mails while the processes of the service are killed
#
#	kill.py PROMISED CONF LOG SEED KILLS THREADS
#
# Starts `PROMISED -c CONF` and sends mails from THREADS clients until KILLS
# times something was killed with -9, at instants that SEED decides: each of
# the programs by itself, in an order of its own every round, and at the end of
# a round promised alone or, more often, all at once; then it is started again
# on the same port. (Promised waits ever longer before it starts a program
# again that keeps dying; a new promised has forgotten that.) A client that did
# not see its mail accepted sends it again, as a mail client does. Prints
# "accepted N" for each mail that a client saw accepted, "killed WHAT" for
# each kill, "# …" for people.
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time

program, conf, log_path = sys.argv[1:4]
seed, kills, threads = map(int, sys.argv[4:7])
dice = random.Random(seed)
BOUND_S = 60

lock = threading.Lock()
sent = 0
is_over = False
accepted = set()
retries = 0
address = None  # (host, port) once known


class Service:
    def __init__(self):
        self.log = open(log_path, "ab")
        self.process = None
        self.killed = set()

    def start(self):
        """on the port it had; the first time, wait until it is ready"""
        global address
        more = [] if address is None else [
            "-o", "gateway-listen=%s:%d" % address]
        self.process = subprocess.Popen(
            [program, "-c", conf] + more, stdout=subprocess.PIPE,
            stderr=self.log, text=True)
        if address is not None:
            return  # clients try until the gateway listens; so does the dice
        line = self.process.stdout.readline()
        if not line.startswith("promised ready "):
            sys.exit("promised did not start: %r" % line)
        where = dict(f.split("=") for f in line.split()[2:])["gateway"]
        host, port = where.rsplit(":", 1)
        address = (host, int(port))

    def family(self):
        """promised and all its descendants"""
        children = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(pid))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def kill(self, what):
        """'all', or one program; False: it does not come to run"""
        # each once at least, however slowly it starts
        patience = 0.3 if what in self.killed else 20
        hit, end = False, time.monotonic() + patience
        while not hit and time.monotonic() < end:
            hit = self.strike(what)
            time.sleep(0 if hit else 0.005)
        if hit:
            self.killed.add(what)
        if what in ("all", "promised"):
            self.process.wait()
            self.process.stdout.close()
        return hit

    def strike(self, what):
        hit = False
        for pid in self.family():
            try:
                with open("/proc/%d/cmdline" % pid, "rb") as f:
                    name = f.read().split(b"\0")[0].decode()
                if what in ("all", os.path.basename(name)):
                    os.kill(pid, signal.SIGKILL)
                    hit = True
            except (OSError, ProcessLookupError):
                pass
        return hit


def text_of(n):
    return ("From: Tom <tom@ours.example>\r\n"
            "To: c%d@theirs.example\r\n"
            "Date: Mon, 16 Nov 2026 09:00:00 +0100\r\n"
            "Message-ID: <kill.%d.%d@ours.example>\r\n"
            "Subject: Part %d\r\n"
            "\r\n"
            "Hello,\r\n\r\nI will send you part number %d tomorrow.\r\n\r\nTom\r\n"
            % (n, seed, n, n, n))


def client():
    global retries, sent
    while True:
        with lock:
            if is_over:
                return
            sent += 1
            n = sent
        end = time.monotonic() + BOUND_S
        while True:
            try:
                with smtplib.SMTP(*address, timeout=20) as smtp:
                    smtp.ehlo("client.example")
                    smtp.sendmail("tom@ours.example",
                                  ["c%d@theirs.example" % n], text_of(n))
                    with lock:  # before QUIT: the 250 was seen
                        accepted.add(n)
                break
            except (OSError, smtplib.SMTPException) as e:
                with lock:
                    if n in accepted:
                        break
                    retries += 1
                if time.monotonic() > end:
                    print("# mail %d: given up: %s" % (n, e))
                    break
                time.sleep(0.02)


service = Service()
service.start()
workers = [threading.Thread(target=client) for _ in range(threads)]
for w in workers:
    w.start()
killed = rounds = 0
while killed < kills:
    parts = ["promised-" + n for n in
             ("gateway", "reader", "parser", "feed", "remind")]
    dice.shuffle(parts)
    rounds += 1
    for what in parts + ["all" if rounds % 3 else "promised"]:
        time.sleep(dice.uniform(0, 0.15))
        if service.kill(what):
            killed += 1
            print("killed", what)
    service.start()
    # a round in which no mail gets through would prove nothing
    before, end = len(accepted), time.monotonic() + BOUND_S
    while len(accepted) == before and time.monotonic() < end:
        time.sleep(0.002)
is_over = True
for w in workers:
    w.join()
print("# %d tries were lost and made again" % retries)
for n in sorted(accepted):
    print("accepted %d" % n)
print("promised %d" % service.process.pid)
sys.stdout.flush()
