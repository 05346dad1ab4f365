"""imap.py PORT USER WHAT… - what people and their mail programs do to a folder

append FOLDER FILE [DATE]   a mail, sent just now or at that INTERNALDATE
load FOLDER N               N mails with a promise each; says each when done
renumber FOLDER             a new UIDVALIDITY, the same mails in it
flags FOLDER                all flags in the folder
"""
import imaplib
import sys
import time


def mail(i):
    return (f"From: Anna <anna@acme.example>\r\nTo: ben@client.example\r\n"
            f"Subject: load {i}\r\nMessage-ID: <load{i}@acme.example>\r\n"
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}"
            f"\r\n\r\nI will send you the offer number {i} tomorrow.\r\n")


def main(port, user, what, *args):
    imap = imaplib.IMAP4("127.0.0.1", int(port))
    imap.login(user, "ouvre-toi")
    folder = '"' + args[0] + '"'
    if what == "append":
        with open(args[1], "rb") as f:
            text = f.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        at = float(args[2]) if len(args) > 2 else time.time()
        print(imap.append(folder, r"(\Seen)", imaplib.Time2Internaldate(at),
                          text))
    elif what == "load":
        for i in range(int(args[1])):
            ok, said = imap.append(folder, None, None, mail(i).encode())
            assert ok == "OK", said
            print(f"load{i}@acme.example", flush=True)
    elif what == "flags":
        imap.select(folder, readonly=True)
        print(imap.fetch("1:*", "(UID FLAGS)")[1])
    elif what == "renumber":
        for line in (imap.rename(folder, '"aside"'), imap.create(folder),
                     imap.select('"aside"'), imap.copy("1:*", folder)):
            assert line[0] == "OK", line
        imap.close()
        imap.delete('"aside"')
    imap.logout()


main(*sys.argv[1:])
