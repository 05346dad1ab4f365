#!/usr/bin/python3
"""hop - a next hop for the tests of reminders (aiosmtpd)

    hop FOLDER

Prints its port. Each mail taken is FOLDER/N.eml, its envelope FOLDER/N.env.
FOLDER/mode, read at each step, may say:

    refuse ADDRESS   RCPT TO:<ADDRESS> is answered 550
    busy             RCPT is answered 451
    content          the end of data is answered 554
    hang             MAIL is not answered
    slow             the mail is taken, and the end of data not answered
    gate             the same, until the mode is another one

FOLDER/quit appears when a client says QUIT.
"""
import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def mode():
    try:
        with open(os.path.join(folder, "mode")) as f:
            return f.read().split()
    except OSError:
        return []


class Handler:
    count = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if mode() == ["hang"]:
            open(os.path.join(folder, "hangs"), "w").close()
            await asyncio.sleep(60)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        words = mode()
        if words == ["busy"]:
            return "451 4.3.0 Try again"
        if words[:1] == ["refuse"] and address in words[1:]:
            return "550 5.1.1 <%s>: no such user" % address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode() == ["content"]:
            return "554 5.7.1 We do not like it"
        Handler.count += 1
        stem = os.path.join(folder, "%04d" % Handler.count)
        with open(stem + ".env", "w") as f:
            f.write("%s\n%s\n" % (envelope.mail_from,
                                  "\n".join(envelope.rcpt_tos)))
        with open(stem + ".tmp", "wb") as f:
            f.write(envelope.content)
        os.rename(stem + ".tmp", stem + ".eml")
        if mode() == ["slow"]:
            await asyncio.sleep(60)
        while mode() == ["gate"]:
            await asyncio.sleep(0.02)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):
        open(os.path.join(folder, "quit"), "w").close()
        return "221 Bye"


async def main():
    loop = asyncio.get_running_loop()
    handler = Handler()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="hop.example", enable_SMTPUTF8=True),
        "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
