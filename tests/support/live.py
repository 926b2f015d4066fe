"""The whole server, HTTP and sockets, inside the test's own loop: both its doors and its inside can be reached."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import uvicorn

from okno.access.types import PERMISSIONS, Actor, NewOperator, Role
from okno.app.wiring import App
from okno.http.cors import Cors
from okno.kit.ids import uuid7
from okno.visits.types import Inbox

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
OPEN: list["Wire"] = []
"""Lines a test may have left open when it failed."""


class Live(NamedTuple):
    """A running server and the app inside it."""

    app: App
    url: str
    port: int


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[Live]:
    config = uvicorn.Config(
        Cors(app.asgi()),
        host="127.0.0.1",
        port=0,
        ws=app.ws(),
        http="httptools",
        loop="none",
        log_config=None,
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    running = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Live(app, f"http://127.0.0.1:{port}", port)
    finally:
        for wire in OPEN:
            wire.cut()
        OPEN.clear()
        server.should_exit = True
        await running


class Staff(NamedTuple):
    """A signed-in operator: the actor inside, the client outside."""

    actor: Actor
    http: httpx.AsyncClient
    cookie: str


async def sign_in(
    live: Live, workspace_id: int, role: Role = "operator", teams: frozenset[int] = frozenset(), name: str = "Igor"
) -> Staff:
    new = NewOperator(f"{uuid7()}@example.com", name, role, sorted(teams))
    operator, _ = await live.app.access.create_operator(workspace_id, new)
    me, secret = await live.app.access.start_session(workspace_id, operator.id)
    cookie = f"okno_session={secret}"
    headers = {"cookie": cookie, "x-csrf-token": me.csrf}
    actor = Actor(workspace_id, operator.id, name, role, PERMISSIONS[role], teams)
    return Staff(actor, httpx.AsyncClient(base_url=live.url, headers=headers, timeout=30), cookie)


async def other_workspace(live: Live) -> tuple[int, Inbox]:
    """A second company on the same server."""
    workspace_id = await live.app.database.fetchval(
        "INSERT INTO workspace (name, locale, created_at) VALUES ($1, 'en', now()) RETURNING id", f"other {uuid7()}"
    )
    return workspace_id, await live.app.visits.create_inbox(workspace_id, "Other")


class Wire:
    """A WebSocket client that sends exactly the bytes it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        OPEN.append(self)

    @classmethod
    async def connect(cls, live: Live, *, headers: str = "") -> "Wire":
        reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
        writer.write(
            f"GET /realtime HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n".encode()
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        assert b" 101 " in head.split(b"\r\n")[0], head
        return cls(reader, writer)

    def frame(self, payload: bytes, opcode: int = TEXT, *, fin: bool = True, size: int | None = None) -> None:
        size = len(payload) if size is None else size
        head = bytes([(0x80 if fin else 0) | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        self.writer.write(head + b"\0\0\0\0" + payload)

    def say(self, **frame: Any) -> None:
        self.frame(msgspec.json.encode(frame))

    async def read(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame; `(0, b"")` when the line was cut."""
        try:
            first, second = await asyncio.wait_for(self.reader.readexactly(2), 30)
            size = second & 127
            if size == 126:
                (size,) = struct.unpack(">H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
            return first & 15, await asyncio.wait_for(self.reader.readexactly(size), 30)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0, b""

    async def hear(self, wanted: str) -> dict[str, Any]:
        """The next frame of this sort; the ones before it are let go."""
        while True:
            opcode, payload = await self.read()
            assert opcode not in (0, CLOSE), f"closed while waiting for {wanted}: {payload!r}"
            if opcode == TEXT and (frame := msgspec.json.decode(payload))["t"] == wanted:
                return frame

    async def closed(self) -> tuple[int, list[bytes]]:
        """The close code (0: the line was cut without one) and the text frames that came before it."""
        told: list[bytes] = []
        while True:
            opcode, payload = await self.read()
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0] if payload else 1005, told
            if opcode == 0:
                return 0, told
            if opcode == TEXT:
                told.append(payload)

    def cut(self) -> None:
        self.writer.transport.abort()


async def enter(live: Live, key: str, **hello: Any) -> tuple[Wire, dict[str, Any]]:
    """A visitor who was let in."""
    wire = await Wire.connect(live)
    wire.say(t="visitor", version=1, key=key, **hello)
    return wire, await wire.hear("visitor")


async def say(wire: Wire, text: str, **more: Any) -> dict[str, Any]:
    """Send a message and wait for its ack."""
    identity = str(uuid7())
    wire.say(t="send", id=identity, body={"type": "message", "text": text}, **more)
    while True:
        frame = await wire.hear("events")
        for ack in frame.get("acks", ()):
            if ack["id"] == identity:
                return ack


__all__ = ["UUID", "Live", "Staff", "Wire", "enter", "other_workspace", "say", "serving", "sign_in"]
