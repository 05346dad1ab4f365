# next-hop.py - the mail server behind the gateway, for contrib/try
#
# aiosmtpd, Debian's SMTP server library, on a free loopback port; what it
# takes lands in a Maildir. Prints its port, serves until it is told to end.
import asyncio
import signal
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP


async def main(maildir):
    loop = asyncio.get_running_loop()
    handler = Mailbox(maildir)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="next-hop.example", enable_SMTPUTF8=True),
        "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    end = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.cancel)
    try:
        await end
    except asyncio.CancelledError:
        server.close()


asyncio.run(main(sys.argv[1]))
