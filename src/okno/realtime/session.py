"""One connection of a visitor or an operator: frames in, frames out, whatever carries them."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Protocol
from uuid import UUID

import structlog

from okno.access.api import Access
from okno.access.types import Actor
from okno.channels.site.api import Site
from okno.conversations.api import Conversations, Draft, preview_of
from okno.conversations.bodies import Message, Status
from okno.conversations.types import Receipt, SendMessage, Thread
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Blocked, Malformed, OknoError, TooMany
from okno.kit.tasks import Tasks
from okno.kit.wire import encode, parse_json
from okno.realtime.frames import (
    PROTOCOL_VERSION,
    Bye,
    Farewell,
    OperatorHello,
    Refused,
    Repair,
    Repaired,
    SendFrame,
    Snapshot,
    VisitorHello,
    Whisper,
    parse_client_frame,
)
from okno.realtime.hub import Hub
from okno.realtime.online import OnlineVisitors

log = structlog.get_logger()
CLOSE_REFUSED, CLOSE_RESUME, CLOSE_SIGNED_OUT, CLOSE_PROTOCOL = 1008, 4000, 4001, 4002
NOBODY = UUID(int=0)


class Carrier(Protocol):
    """What moves frames: a WebSocket or an event stream."""

    def send(self, frame: bytes) -> None: ...
    def close(self, code: int, reason: str) -> None: ...


class Realtime:
    """What sessions share, and the sweep that ends the silent, the mute and the old."""

    def __init__(
        self, access: Access, site: Site, conversations: Conversations, hub: Hub, tasks: Tasks, clock: Clock
    ) -> None:
        self.access = access
        self.site = site
        self.conversations = conversations
        self.hub = hub
        self.tasks = tasks
        self.clock = clock
        self.sessions: set[Connection] = set()
        self.enter: Callable[[Connection, Any], Awaitable[None]]
        self.watched_shown: Callable[[int], Awaitable[bool]]
        self.online: OnlineVisitors
        self.closing = False

    async def run_sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            now = self.clock.monotonic()
            for connection in list(self.sessions):
                connection.sweep(now)

    def count_sockets(self) -> dict[str, int]:
        """Connections by party; `nobody` has not said hello yet."""
        found = {"customer": 0, "operator": 0, "nobody": 0}
        for connection in self.sessions:
            session = connection.session
            found["nobody" if session is None else "customer" if session.customer else "operator"] += 1
        return found

    def on_blocks_changed(self) -> None:
        """Who was blocked while inside has to go."""
        for connection in list(self.sessions):
            if connection.session is not None and connection.session.blocked:
                connection.end("blocked")

    def close(self) -> None:
        """The server stops: everybody resumes elsewhere or later."""
        self.closing = True
        for connection in list(self.sessions):
            connection.end("resume")


class Connection:
    """From the first frame on. Frames that need the database run one after the other, so order is kept."""

    __slots__ = (
        "_budget",
        "_budget_at",
        "_queue",
        "address",
        "carrier",
        "credentials",
        "made_at",
        "realtime",
        "seen_at",
        "session",
    )

    def __init__(self, realtime: Realtime, carrier: Carrier, credentials: str | None) -> None:
        self.realtime = realtime
        self.carrier: Carrier | None = carrier
        self.credentials = credentials
        self.address = ""
        self.session: Session | None = None
        self._queue: list[Any] | None = None
        self.made_at = self.seen_at = realtime.clock.monotonic()
        self._budget = limits.SOCKET_FRAMES_PER_S_MAX
        self._budget_at = 0.0
        realtime.sessions.add(self)

    def receive(self, payload: bytes | memoryview) -> None:
        """One frame from the client; never raises."""
        self.seen_at = now = self.realtime.clock.monotonic()
        if now - self._budget_at >= 1.0:
            self._budget_at, self._budget = now, limits.SOCKET_FRAMES_PER_S_MAX
        self._budget -= 1
        try:
            frame = parse_json(parse_client_frame, payload)
            if self._budget < 0:
                message = type(frame) is SendFrame and self.session is not None  # sent again later, nothing is lost
                self._refuse(
                    TooMany("slow down"), frame.id if message else None, close=None if message else CLOSE_PROTOCOL
                )
                return
            session = self.session
            if session is not None and self._queue is None and session.take(frame):
                return
        except OknoError as error:
            identity = frame.id if isinstance(locals().get("frame"), SendFrame) else None
            self._refuse(error, identity, close=CLOSE_PROTOCOL if self._budget < 0 else None)
            return
        self._later(frame)

    def _later(self, frame: Any) -> None:
        if self._queue is None:
            self._queue = [frame]
            self.realtime.tasks.spawn(self._work(), name="session")
        elif len(self._queue) >= limits.SEND_PENDING_PER_SOCKET_MAX:
            # A long outbox after an outage comes again piece by piece; closing would make it come whole, for ever.
            message = type(frame) is SendFrame and self.session is not None
            identity = frame.id if message else None
            self._refuse(TooMany("too many frames at once"), identity, close=None if message else CLOSE_PROTOCOL)
        else:
            self._queue.append(frame)

    async def _work(self) -> None:
        queue = self._queue
        assert queue is not None  # noqa: S101 - set by _later
        try:
            while queue and self.carrier is not None:
                frame = queue[0]
                try:
                    if self.session is None:
                        await self._hello(frame)
                    elif not self.session.take(frame):
                        await self.session.handle(frame)
                except Blocked:
                    self.end("blocked")
                except OknoError as error:
                    identity = frame.id if isinstance(frame, SendFrame | Whisper) else None
                    self._refuse(error, identity, close=None if self.session else CLOSE_REFUSED)
                except Exception:  # a bug costs one frame its answer, not the line
                    log.exception("frame failed", frame=type(frame).__name__)
                    self._refuse(OknoError("it was written to the log"), frame.id if type(frame) is SendFrame else None)
                queue.pop(0)
        finally:
            self._queue = None

    async def _hello(self, frame: Any) -> None:
        if not isinstance(frame, VisitorHello | OperatorHello):
            raise Malformed("the first frame is a hello")
        if frame.version != PROTOCOL_VERSION:
            self._say(Bye("version"))
            self.close(CLOSE_PROTOCOL, "version")
            return
        await self.realtime.enter(self, frame)
        self.credentials = None

    def _refuse(self, error: OknoError, identity: UUID | None = None, *, close: int | None = None) -> None:
        self._say(Refused(error.problem(), identity, error.status >= 500 or error.status == 429))  # noqa: PLR2004
        if close is None and self.session is None:
            close = CLOSE_REFUSED
        if close is not None:
            self.close(close, error.slug)

    def _say(self, frame: Any) -> None:
        self.send(encode(frame))

    def send(self, frame: bytes) -> None:
        if self.carrier is not None:
            self.carrier.send(frame)

    def end(self, reason: Farewell) -> None:
        """Say goodbye and close; the client knows from the reason whether to come back."""
        if self.carrier is not None:
            self._say(Bye(reason))
            self.close(CLOSE_SIGNED_OUT if reason == "signed-out" else CLOSE_RESUME, reason)

    def close(self, code: int, reason: str) -> None:
        carrier = self.carrier
        self.gone()
        if carrier is not None:
            carrier.close(code, reason)

    def gone(self) -> None:
        """The carrier is lost or closed; may be called twice."""
        self.carrier = None
        self.realtime.sessions.discard(self)
        if self.session is not None:
            self.session.leave()
            self.session = None

    def sweep(self, now: float) -> None:
        if self.session is None and now - self.made_at > limits.HELLO_TIMEOUT_S:
            self.close(CLOSE_REFUSED, "no hello")
        elif now - self.seen_at > limits.SOCKET_SILENCE_S_MAX or now - self.made_at > limits.SOCKET_AGE_S_MAX:
            self.end("resume")


class Session(ABC):
    """What visitors and operators have in common."""

    __slots__ = ("_held", "_reading", "connection")
    customer: ClassVar[bool] = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._held: list[bytes] | None = None
        self._reading = 0
        connection.session = self

    @property
    def realtime(self) -> Realtime:
        return self.connection.realtime

    def send(self, frame: bytes) -> None:
        if self._held is not None:
            self._held.append(frame)
            return
        carrier = self.connection.carrier
        if carrier is not None:
            carrier.send(frame)

    def say(self, frame: Any) -> None:
        self.send(encode(frame))

    async def _after_snapshot(self, read: Awaitable[Snapshot]) -> None:
        """Frames that come while a snapshot is being read follow it: it must not wipe out what is newer than itself."""
        self._reading += 1
        if self._held is None:
            self._held = []
        told = b""
        try:
            told = encode(await read)
        finally:
            self._reading -= 1
            if told:
                self.connection.send(told)
            if not self._reading:  # two may be read at once: the last one lets go
                held, self._held = self._held, None
                for frame in held:
                    self.connection.send(frame)

    def end(self, reason: Farewell) -> None:
        self.connection.end(reason)

    @property
    def blocked(self) -> bool:
        """Whether he is not to be here any more."""
        return False

    @abstractmethod
    def take(self, frame: Any) -> bool:
        """Handle at once what needs no database; false for the rest. Raises `OknoError`."""

    @abstractmethod
    async def handle(self, frame: Any) -> None:
        """Handle what `take` left. Raises `OknoError`."""

    @abstractmethod
    def leave(self) -> None:
        """The connection is gone: take it out of every list."""

    def _thread(self, conversation_id: UUID, status: Status, assignee: UUID | None, last_seq: int) -> Thread:
        access = self.realtime.access
        name, photo = (access.name_of(assignee), access.photo_of(assignee)) if assignee else ("", "")
        return Thread(conversation_id, status, assignee, name, photo, last_seq)

    async def _open_thread(self, workspace_id: int, record: Awaitable[Any], after: int | None) -> None:
        """Read state and events behind the subscription made before, and send them."""
        await self._after_snapshot(self._read_snapshot(workspace_id, record, after))

    async def _read_snapshot(self, workspace_id: int, read: Awaitable[Any], after: int | None) -> Snapshot:
        record = await read
        conversation_id, last_seq = record["id"], record["last_seq"]
        thread = self._thread(conversation_id, record["status"], record["assignee_id"], last_seq)
        seqs = (record["customer_got_seq"], record["customer_read_seq"], record["operator_read_seq"])
        receipt = Receipt(conversation_id, *seqs)
        behind = last_seq - after if after is not None else None
        if last_seq == 0 or behind == 0:
            return Snapshot(thread, receipt, [], reset=behind != 0, more_before=bool(last_seq))
        conversations = self.realtime.conversations
        if behind is not None and 0 <= behind <= limits.REPAIR_EVENTS_MAX:
            events, _, _ = await conversations.list_events(
                workspace_id, conversation_id, after=after, limit=limits.REPAIR_EVENTS_MAX, customer=self.customer
            )
            return Snapshot(thread, receipt, events, reset=False, more_before=True)
        events, more, _ = await conversations.list_events(
            workspace_id, conversation_id, limit=limits.THREAD_SNAPSHOT_EVENTS, customer=self.customer
        )
        return Snapshot(thread, receipt, events, reset=True, more_before=more)

    async def _repair(self, workspace_id: int, frame: Repair) -> None:
        count = min(max(frame.until - frame.after, 1), limits.REPAIR_EVENTS_MAX)
        events, _, _ = await self.realtime.conversations.list_events(
            workspace_id, frame.conversation, after=frame.after, limit=count, customer=self.customer
        )
        self.say(Repaired(frame.conversation, events))

    def _submit_text(
        self, workspace_id: int, conversation_id: UUID, actor: Any, actor_id: UUID, frame: SendFrame
    ) -> bool:
        """The short way of a plain text; false for anything that has to be looked up."""
        body = frame.body
        if type(body) is not SendMessage or body.attachments or body.quote is not None or body.seen is not None:
            return False
        text = body.text
        preview = preview_of(text, 0)
        if not preview and not text.strip():
            return False
        stored = encode(Message(text)).decode()
        draft = Draft(workspace_id, conversation_id, frame.id, actor, actor_id, "message", stored, preview, self)
        self.realtime.conversations.writer.submit(draft)
        return True

    async def _send(
        self,
        workspace_id: int,
        conversation_id: UUID,
        sender: Any,
        frame: SendFrame,
        rights: Any,
        owner: UUID,
        reader: Actor | None = None,
    ) -> None:
        """The long way: look-ups first, then the same writer."""
        conversations = self.realtime.conversations
        ack = await conversations.send(
            workspace_id, conversation_id, sender, frame.id, frame.body, rights=rights, owner=owner, reader=reader
        )
        self.send(b'{"t":"events","acks":[' + encode(ack) + b"]}")
