"""The same protocol where WebSockets are blocked: server frames by event stream, client frames by POST."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, NamedTuple

import httpx
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import Parameter
from litestar.response import Stream

from okno.access.keys import new_secret
from okno.access.types import COOKIE
from okno.kit import limits
from okno.kit.errors import NotFound, TooLarge, TooMany
from okno.kit.openapi import problems
from okno.kit.wire import Answer
from okno.realtime.session import Connection, Realtime

STREAMS_MAX = 2_000  # a fallback for the few; each holds a request open
FAR_S_MAX = 5.0  # the next process is on the same machine
UNREAD_S_MAX = 15.0  # a session whose stream is not fetched is forgotten
AnyRequest = Request[None, None, State]
Secret = Annotated[str, Parameter(min_length=20, max_length=100, pattern="^[A-Za-z0-9_-]+$")]
PADDING = b":" + b" " * 2048 + b"\n\n"  # proxies that buffer let go after two kilobytes


class StreamSession(Answer, frozen=True):
    """`session` is the secret of the stream's and frames' addresses."""

    session: str


class StreamCarrier:
    """An event stream as a `Carrier`; bounded like a socket."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.size_bytes = 0
        self.connection: Connection | None = None
        self.read = False

    def send(self, frame: bytes) -> None:
        self.size_bytes += len(frame)
        if self.size_bytes > limits.SOCKET_QUEUE_BYTES_MAX:
            connection, self.connection = self.connection, None
            if connection is not None:
                connection.close(4000, "resume")
            return
        self.frames.put_nowait(frame)

    def close(self, code: int, reason: str) -> None:  # noqa: ARG002 - a stream has no close code
        self.frames.put_nowait(None)


class Process(NamedTuple):
    """Which of the processes behind one port this is, from 1, and the loopback ports they reach each other by."""

    number: int
    doors: Sequence[int]


ALONE = Process(0, ())


class Streams:
    """Sessions by their secret, which begins with the number of the process that holds it.

    A stream and its frames come by connections of their own: behind a shared port perhaps to another process, which
    passes them on.
    """

    def __init__(self, realtime: Realtime, process: Process = ALONE) -> None:
        self._realtime = realtime
        self._process = process
        self._carriers: dict[str, StreamCarrier] = {}

    def door_of(self, secret: str) -> str | None:
        """Where the process answers that holds the session; null for this one."""
        number, _, _ = secret.partition("-")
        if not number.isdecimal() or int(number) in (0, self._process.number):
            return None
        doors = self._process.doors
        return f"http://127.0.0.1:{doors[int(number) - 1]}" if int(number) <= len(doors) else None

    async def read_far(self, door: str, secret: str) -> AsyncIterator[bytes]:
        """The stream as another process sends it; ends with it, and the client starts a new one."""
        try:
            async with (
                httpx.AsyncClient(timeout=2 * limits.SSE_BEAT_S) as client,
                client.stream("GET", f"{door}/realtime/sessions/{secret}/stream") as answer,
            ):
                if answer.is_success:
                    async for chunk in answer.aiter_raw():
                        yield chunk
        except httpx.HTTPError:
            return

    async def pass_on(self, door: str, secret: str, body: bytes) -> None:
        """A client's frame to the process that holds the session. Raises `NotFound` when that has ended."""
        try:
            async with httpx.AsyncClient(timeout=FAR_S_MAX) as client:
                answer = await client.post(f"{door}/realtime/sessions/{secret}/frames", content=body)
        except httpx.HTTPError:
            raise NotFound("this stream has ended: start a new one") from None
        if not answer.is_success:
            raise NotFound("this stream has ended: start a new one")

    def start(self, credentials: str | None, hello: bytes, address: str = "") -> str:
        if len(self._carriers) >= STREAMS_MAX:
            raise TooMany("too many event streams; use a WebSocket")
        carrier = StreamCarrier()
        carrier.connection = Connection(self._realtime, carrier, credentials)
        carrier.connection.address = address
        secret = f"{self._process.number}-{new_secret()}"
        self._carriers[secret] = carrier
        carrier.connection.receive(hello)
        asyncio.get_running_loop().call_later(UNREAD_S_MAX, self._forget_unread, secret)
        return secret

    def _forget_unread(self, secret: str) -> None:
        carrier = self._carriers.get(secret)
        if carrier is not None and not carrier.read:
            self._end(secret)

    def get(self, secret: str) -> StreamCarrier:
        carrier = self._carriers.get(secret)
        if carrier is None:
            raise NotFound("this stream has ended: start a new one")
        return carrier

    def _end(self, secret: str) -> None:
        carrier = self._carriers.pop(secret, None)
        if carrier is not None and carrier.connection is not None:
            carrier.connection.gone()

    async def read(self, secret: str, carrier: StreamCarrier) -> AsyncIterator[bytes]:
        """Server frames as events; a comment every SSE_BEAT_S shows a dead link to both sides."""
        carrier.read = True
        try:
            yield PADDING
            while True:
                try:
                    frame = await asyncio.wait_for(carrier.frames.get(), limits.SSE_BEAT_S)
                except TimeoutError:
                    yield b": beat\n\n"
                    continue
                if frame is None:
                    return
                carrier.size_bytes -= len(frame)
                yield b"data: " + frame + b"\n\n"
        finally:
            self._end(secret)


@post(
    "/sessions",
    operation_id="start_stream",
    responses=problems(429),
    summary="Start an event stream with a hello frame",
)
async def start_stream(request: AnyRequest, streams: Streams) -> StreamSession:
    """The body is a hello frame. What is wrong with it is told in the stream."""
    origin = request.headers.get("origin")
    own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    credentials = request.cookies.get(COOKIE) if own else None
    return StreamSession(
        streams.start(credentials, await request.body(), request.client.host if request.client else "")
    )


@get(
    "/sessions/{session:str}/stream",
    operation_id="read_stream",
    responses=problems(404),
    summary="Server frames as an event stream",
    media_type="text/event-stream",
)
async def read_stream(streams: Streams, session: Secret) -> Stream:
    door = streams.door_of(session)
    return Stream(
        streams.read_far(door, session) if door else streams.read(session, streams.get(session)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


@post(
    "/sessions/{session:str}/frames",
    operation_id="send_frame",
    status_code=204,
    responses=problems(404, 413),
    summary="One client frame",
)
async def send_frame(request: AnyRequest, streams: Streams, session: Secret) -> Response[None]:
    body = await request.body()
    if len(body) > limits.FRAME_BYTES_MAX:
        raise TooLarge("a frame has at most 96 KB")
    if door := streams.door_of(session):
        await streams.pass_on(door, session, body)
        return Response(None, status_code=204)
    carrier = streams.get(session)
    if carrier.connection is not None:
        carrier.connection.receive(body)
    return Response(None, status_code=204)


ROUTER = Router("/realtime", tags=["realtime"], route_handlers=[start_stream, read_stream, send_frame], security=[{}])
