# kill.py - send mails while every process of the service is killed
#
#	kill.py PROMISED CONF LOG SEED MAILS KILLS THREADS
#
# Starts `PROMISED -c CONF`, sends MAILS mails from THREADS clients, and KILLS
# times, at instants that SEED decides, kills -9 promised and all that descends
# from it at once, then starts it again on the same port. A client that did
# not see its mail accepted sends it again, as a mail client does. Prints
# "accepted N" for each mail that a client saw accepted, "# …" for people.
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time

program, conf, log_path = sys.argv[1:4]
seed, mails, kills, threads = map(int, sys.argv[4:8])
dice = random.Random(seed)
BOUND_S = 60

lock = threading.Lock()
todo = list(range(mails))
accepted = []
retries = 0
address = None  # (host, port) once known


class Service:
    def __init__(self):
        self.log = open(log_path, "ab")
        self.process = None

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

    def kill(self):
        family = self.family()
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process.stdout.close()
        return len(family)


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
    global retries
    while True:
        with lock:
            if not todo:
                return
            n = todo.pop(0)
        end = time.monotonic() + BOUND_S
        while True:
            try:
                with smtplib.SMTP(*address, timeout=20) as smtp:
                    smtp.ehlo("client.example")
                    smtp.sendmail("tom@ours.example",
                                  ["c%d@theirs.example" % n], text_of(n))
                    with lock:  # before QUIT: the 250 was seen
                        accepted.append(n)
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
marks = sorted(dice.randrange(1, mails - threads) for _ in range(kills))
delays = [dice.uniform(0, 0.02) for _ in range(kills)]
for w in workers:
    w.start()
for mark, delay in zip(marks, delays):
    while len(accepted) < mark and any(w.is_alive() for w in workers):
        time.sleep(0.0005)
    time.sleep(delay)
    if not any(w.is_alive() for w in workers):
        break
    at = len(accepted)
    count = service.kill()
    print("# killed %d processes after %d mails" % (count, at))
    service.start()
for w in workers:
    w.join()
print("# %d tries were lost and made again" % retries)
for n in accepted:
    print("accepted %d" % n)
print("promised %d" % service.process.pid)
sys.stdout.flush()
