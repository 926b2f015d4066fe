"""A real SMTP server for the app of the session: what it sends arrives here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message as Mail

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.handlers import Message

from okno.app.wiring import App
from okno.mailer.rules import parse_smtp_url


class Postbox(Message):
    """Keeps what arrives, as letters and as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.got.append(message)

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.got if mail["To"] == address]

    async def letter_to(self, address: str, count: int = 1) -> Mail:
        """The letter number `count` to this address, as soon as it is there."""
        async with asyncio.timeout(60):
            while len(self.to(address)) < count:
                await asyncio.sleep(0.02)
        return self.to(address)[count - 1]


def texts_of(mail: Mail) -> str:
    """Every part of a letter that is text, decoded."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join(str(part.get_payload(decode=True), "utf-8") for part in parts)


@asynccontextmanager
async def receiving(app: App) -> AsyncIterator[Postbox]:
    """While it is open the app's mail arrives in the box."""
    box = Postbox()
    controller = UnthreadedController(box, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop())
    server = await controller._create_server()
    port = server.sockets[0].getsockname()[1]
    before, app.mailer._server = (
        app.mailer._server,
        parse_smtp_url(f"smtp://127.0.0.1:{port}", "okno <help@shop.example>"),
    )
    await app.database.execute("DELETE FROM letter")
    try:
        yield box
    finally:
        app.mailer._server = before
        server.close()
