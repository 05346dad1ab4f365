"""rough.py ADDRESS TOKEN SEED LEDGER PID - clients that do not behave

Prints TAP without a plan. Each case ends with the server still answering.
"""
import gzip
import os
import re
import socket
import subprocess
import sys
import time

host, port = sys.argv[1].rsplit(':', 1)
path = '/feed/%s.ics' % sys.argv[2]
seed, ledger, pid = sys.argv[3], sys.argv[4], int(sys.argv[5])
number = 1  # rough.t has said the first


def ok(passed, what):
    global number
    number += 1
    print('%sok %d - %s' % ('' if passed else 'not ', number, what))


def connect(small=False):
    s = socket.socket()
    if small:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(30)
    s.connect((host, int(port)))
    return s


def request(method='GET', target=path, extra=''):
    return ('%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n' %
            (method, target, extra)).encode()


def read_all(s, got=b''):
    """one answer: head and body"""
    while b'\r\n\r\n' not in got:
        data = s.recv(65536)
        if not data:
            return got, b''
        got += data
    head, body = got.split(b'\r\n\r\n', 1)
    length = int(re.search(rb'(?i)content-length: *(\d+)', head).group(1))
    while len(body) < length:
        data = s.recv(65536)
        if not data:
            break
        body += data
    return head, body


def get(extra=''):
    with connect() as s:
        s.sendall(request(extra=extra))
        return read_all(s)


def works():
    head, body = get()
    return head.startswith(b'HTTP/1.1 200') and \
        body.endswith(b'\r\nEND:VCALENDAR\r\n')


def change(n):
    subprocess.run([seed, ledger, 'record', 'en', '+3', 'Change %d.' % n],
                   check=True)


def tag():
    return re.search(rb'(?i)etag: *(\S+)', get()[0]).group(1)


# a slow reader gets the calendar it began with, whole, while it changes
before = get()[1]
slow = connect(small=True)
slow.sendall(request())
first = slow.recv(1000)
for n in range(3):
    old = tag()
    change(n)
    for _ in range(200):
        if tag() != old:
            break
        time.sleep(0.05)
after = get()[1]
head, body = read_all(slow, first)
slow.close()
ok(len(before) > 1000000, 'the calendar is long (%d bytes)' % len(before))
ok(body == before, 'a slow reader gets what it began with')
ok(after != before and after.endswith(b'END:VCALENDAR\r\n'),
   'others the new one meanwhile')

# the same gzipped: pieces that others are given anew stay until it has read
before = get()[1]
slow = connect(small=True)
slow.sendall(request(extra='Accept-Encoding: gzip\r\n'))
first = slow.recv(1000)
for n in range(3, 6):
    old = tag()
    change(n)
    for _ in range(200):
        if tag() != old:
            break
        time.sleep(0.05)
head, body = read_all(slow, first)
slow.close()
ok(b'gzip' in head and gzip.decompress(body) == before,
   'a slow reader of gzip does, too')

# one that goes away in the middle
for _ in range(20):
    s = connect(small=True)
    s.sendall(request())
    s.recv(100)
    s.close()
ok(works(), 'readers that leave')

# pipelined requests, and a request octet by octet
s = connect()
s.sendall(request(extra='Accept-Encoding: gzip\r\n') * 3)
rest, count = b'', 0
while count < 3:
    data = s.recv(65536)
    if not data:
        break
    rest += data
    count = rest.count(b'HTTP/1.1 200')
ok(count == 3, 'three requests at once, three answers')
s.close()
s = connect()
for c in request(method='HEAD'):
    s.sendall(bytes([c]))
ok(s.recv(100).startswith(b'HTTP/1.1 200'), 'octet by octet')
s.close()

# what is no HTTP, too long, or has a body
rough = {
    'nothing': b'',
    'noise': bytes(range(256)) * 40,
    'no version': b'GET ' + path.encode() + b'\r\n\r\n',
    'a long line': b'GET /' + b'a' * 100000 + b' HTTP/1.1\r\n\r\n',
    'a long header': request(extra='X: ' + 'a' * 100000 + '\r\n'),
    'many headers': request(extra='X: a\r\n' * 20000),
    'a body that never comes': request('PUT', extra='Content-Length: 999\r\n'),
    'a length that is none': request('PUT', extra='Content-Length: -1\r\n'),
    'bad chunks': request('POST', extra='Transfer-Encoding: chunked\r\n') +
    b'zz\r\n',
    'a body without end': request('PUT', extra='Content-Length: 99999999\r\n')
    + b'x' * 3000000,
}
for what, data in rough.items():
    s = connect()
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass
    except OSError:
        pass
    s.close()
    ok(works(), what)

# more connections than are taken: whoever waits is served, none is refused
# with an error
idle = []
try:
    for _ in range(600):
        idle.append(connect())
except OSError:
    pass
for s in idle[:300]:
    s.close()
ok(works(), '%d idle connections' % len(idle))
for s in idle:
    s.close()
os.kill(pid, 0)
ok(works(), 'and it is the same process')
print('1..%d' % number)
