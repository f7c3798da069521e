#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A mail server on loopback for the tests of notice/: Debian's python3-aiosmtpd, told how to behave.

    smtp_test_server.py FOLDER [tls=starttls|implicit|none] [cert=FILE key=FILE] [user=USER:PASSWORD] [mail=REPLY,…] [rcpt=REPLY,…] [data=REPLY,…]
                        [stall=1] [break=1]

Prints "port N" once it listens; ends when its standard input does. Each mail that it accepts is a file FOLDER/1, 2, …: sender,
recipient, whether it came encrypted and the subject as Python reads it, each in a line, then the mail; its text as Python reads it is
FOLDER/body-1. mail, rcpt and data: what is replied to the sender, to the recipient and to the
mail, one after the other (the last for all that follow); 250 accepts. stall: never replies to the recipient. break: cuts the connection
in the middle of the mail.
"""
import asyncio
import email
import email.policy
import logging
import os
import pathlib
import ssl
import sys

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    sys.exit("this test needs Debian's package python3-aiosmtpd: tools/setup test")


class Server:
    """The handler of aiosmtpd, for all connections."""

    def __init__(self, options):
        self.options = options
        self.folder = pathlib.Path(options["folder"])
        self.count = 0

    def reply(self, which):
        replies = self.options.get(which, ["250"])
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        reply = self.reply("mail")
        if reply == "250":
            envelope.mail_from = address
            envelope.mail_options.extend(mail_options)
        return f"{reply} as the test wants it"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if "stall" in self.options:
            await asyncio.Event().wait()
        reply = self.reply("rcpt")
        if reply == "250":
            envelope.rcpt_tos.append(address)
        return f"{reply} as the test wants it"

    async def handle_DATA(self, server, session, envelope):
        reply = self.reply("data")
        if reply == "250":
            self.count += 1
            encrypted = session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None
            mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
            lines = [envelope.mail_from, " ".join(envelope.rcpt_tos), "encrypted" if encrypted else "plain", mail["Subject"], ""]
            (self.folder / f"body-{self.count}").write_bytes(mail.get_content().replace("\r\n", "\n").encode())
            part = self.folder / "part"
            part.write_bytes("\n".join(lines).encode() + envelope.original_content)
            part.rename(self.folder / str(self.count))
        return f"{reply} as the test wants it"


class BreakingSmtp(SMTP):
    async def smtp_DATA(self, arg):
        await self.push("354 go on")
        await self._reader.readline()
        self.transport.abort()


def authenticator(wanted):
    def check(server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == tuple(wanted.split(":", 1)), handled=False)
    return check


async def serve(options):
    tls, context = options.get("tls", "starttls"), None
    if tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["cert"], options["key"])
    handler, loop = Server(options), asyncio.get_running_loop()
    kind = BreakingSmtp if "break" in options else SMTP
    settings = {"tls_context": context if tls == "starttls" else None, "require_starttls": tls == "starttls", "loop": loop,
                "hostname": "test", "ident": "test"}
    if "user" in options:
        settings |= {"auth_required": True, "auth_require_tls": tls == "starttls", "authenticator": authenticator(options["user"])}
    listening = await loop.create_server(lambda: kind(handler, **settings), "127.0.0.1", 0, ssl=context if tls == "implicit" else None)
    print("port", listening.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(0, lambda: os.read(0, 4096) or os._exit(0))
    await listening.serve_forever()


def main(arguments):
    logging.disable()  # that clients go away is what the tests are about
    options = {"folder": arguments[0], **dict(each.split("=", 1) for each in arguments[1:])}
    for which in ("mail", "rcpt", "data"):
        if which in options:
            options[which] = options[which].split(",")
    asyncio.run(serve(options))


if __name__ == "__main__":
    main(sys.argv[1:])
