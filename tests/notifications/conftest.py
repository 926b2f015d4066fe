"""A second app over the same database whose clock can run ahead, with a mail server and a push service of its own."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.handlers import Message
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from okno.access.keys import Keys
from okno.app.wiring import App
from okno.channels.site.api import Guest
from okno.conversations.types import SendMessage
from okno.kit.clock import SystemClock
from okno.kit.ids import uuid7
from okno.mailer.rules import parse_smtp_url
from okno.notifications.types import NewPush
from okno.notifications.webpush import _derive, base64url
from tests.conversations.people import make_operator
from tests.support.live import Staff

URL = "https://chat.example.com"


class LateClock(SystemClock):
    late = timedelta()

    def now(self):
        return super().now() + self.late

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Postbox(Message):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def handle_message(self, message) -> None:
        self.got.append(message)


class Phone:
    """A browser's side of push: keys of its own, and what it reads of what arrives."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = bytes(range(16))
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> NewPush:
        return NewPush(self.endpoint, base64url(self.point), base64url(self.auth), "ru")

    def read(self, body: bytes) -> bytes:
        """Decrypt as RFC 8291 tells a browser to; raises when it is not for this one."""
        salt, size, rest = body[:16], body[20], body[21:]
        public, sealed = rest[:size], rest[size:]
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
        key = _derive(self.auth, b"WebPush: info\0" + self.point + public, 32, shared)
        cek = _derive(salt, b"Content-Encoding: aes128gcm\0", 16, key)
        nonce = _derive(salt, b"Content-Encoding: nonce\0", 12, key)
        return AESGCM(cek).decrypt(nonce, sealed, None).rstrip(b"\0")[:-1]


class PushService:
    """Answers as told and keeps what it was sent: headers and body by path."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.port = 0
        self.lines: set[asyncio.StreamWriter] = set()

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def phone(self) -> Phone:
        return Phone(f"http://{self.host}/send/{uuid7()}")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.got.append((first.split()[1], headers, body))
                status = self.answers.pop(0) if self.answers else 201
                writer.write(f"HTTP/1.1 {status} said\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Scene(NamedTuple):
    """`late` is the app whose clock runs ahead; the other one serves."""

    app: App
    late: App
    clock: LateClock
    box: Postbox
    service: PushService
    staff: list[Staff]

    async def guest(self) -> tuple[Guest, UUID]:
        """A visitor who has written, and his conversation."""
        inbox = (await self.app.visits.list_inboxes(self.app.workspace_id))[0]
        guest = await self.app.site.enter(inbox.key, None, identity=None, name="", email="", locale="ru")
        await self.app.site.send(guest, uuid7(), SendMessage(text="Когда привезут?"))
        guest = await self.app.site.get_guest(inbox.key, guest.token)
        return guest, guest.conversations[0]["id"]

    async def answer(self, conversation: UUID, text: str, operator: UUID | None = None) -> int:
        """An operator writes; back when the ladder knows of it."""
        operator = operator or (await make_operator(self.app, "owner")).operator_id
        sent = await self.app.conversations.send(
            self.app.workspace_id, conversation, ("operator", operator), uuid7(), SendMessage(text=text), rights="own"
        )
        while not await self.app.database.fetchval(
            "SELECT EXISTS (SELECT FROM bus_cursor b WHERE b.handler = 'notifications.timeline' AND (b.xid, b.id) >="
            " (SELECT o.xid, o.id FROM outbox o WHERE o.topic = 'timeline' AND $1 = ANY(o.conversation_ids)"
            " ORDER BY o.xid DESC, o.id DESC LIMIT 1))",
            conversation,
        ):
            await asyncio.sleep(0.02)
        return sent.seq

    async def later(self, **by: float) -> None:
        """So much time passes, and everything that comes due is done; letters are sent."""
        self.clock.late += timedelta(**by)
        while await self.late.notifications.step():
            pass
        while await self.late.mailer.step():
            pass

    def links(self, letter: Any) -> dict[str, str]:
        """Tokens of a letter by what they do."""
        text = letter.get_payload()[0].get_payload(decode=True).decode()
        return dict(re.findall(r"#(open|stop)=([A-Za-z0-9_-]+)", text))


@pytest.fixture
async def scene(app: App, tmp_path) -> AsyncIterator[Scene]:
    for task in [t for t in asyncio.all_tasks() if t.get_name() in ("notices", "mailer")]:
        task.cancel()  # the serving app would take what is due, by its own clock, to its dead mail server
    for table in ("notice", "alert", "letter", "push_subscription", "notice_settings", "notice_stop"):
        await app.database.execute(f"DELETE FROM {table}")
    box, service, clock = Postbox(), PushService(), LateClock()
    loop = asyncio.get_running_loop()
    controller = UnthreadedController(box, hostname="127.0.0.1", port=0, loop=loop)
    controller.server = await controller._create_server()
    port = controller.server.sockets[0].getsockname()[1]
    server = await service.start()
    smtp = parse_smtp_url(f"smtp://127.0.0.1:{port}", "okno <help@shop.example>")
    late = App(app.database, Keys(bytes(range(32))), URL, tmp_path, clock, smtp=smtp, push_hosts=[service.host])
    late.workspace_id = app.workspace_id
    app.notifications.pusher._hosts = [service.host]
    await late.notifications.load_key()
    await late.access.load_names()
    staff: list[Staff] = []
    yield Scene(app, late, clock, box, service, staff)
    for one in staff:
        await one.http.aclose()
    await late.tasks.close()
    await late.notifications.close()
    await app.notifications.close()
    server.close()
    for line in service.lines:
        line.close()
    controller.server.close()
    app.tasks.loop(app.notifications.run, name="notices")
    app.tasks.loop(app.mailer.run, name="mailer")
