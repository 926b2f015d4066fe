"""One connection of a visitor or an operator: frames in, frames out, whatever carries them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Protocol
from uuid import UUID

import structlog

from okno.access.api import Access
from okno.access.types import Actor
from okno.channels.site.api import Guest, Site
from okno.conversations.api import Conversations, Draft
from okno.conversations.rules import preview_of
from okno.conversations.types import Message, Send, SendMessage, Thread
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Malformed, NotFound, OknoError, TooMany
from okno.kit.tasks import Tasks
from okno.kit.wire import encode, parse_json
from okno.realtime.frames import (
    PROTOCOL_VERSION,
    Bye,
    Close,
    List,
    Open,
    OperatorHello,
    OperatorWelcome,
    Ping,
    Pong,
    Read,
    Refused,
    Repair,
    Repaired,
    Rows,
    SendFrame,
    Snapshot,
    ThreadFrame,
    Typing,
    TypingFrame,
    VisitorHello,
    VisitorWelcome,
    parse_client_frame,
)
from okno.realtime.hub import Hub

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
        self.closing = False

    async def run_sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            now = self.clock.monotonic()
            for connection in list(self.sessions):
                connection.sweep(now)

    def close(self) -> None:
        """The server stops: everybody resumes elsewhere or later."""
        self.closing = True
        for connection in list(self.sessions):
            connection.end("resume")


class Connection:
    """From the first frame on. Frames that need the database run one after the other, so order is kept."""

    __slots__ = ("_budget", "_budget_at", "_queue", "carrier", "credentials", "made_at", "realtime", "seen_at", "session")

    def __init__(self, realtime: Realtime, carrier: Carrier, credentials: str | None) -> None:
        self.realtime = realtime
        self.carrier: Carrier | None = carrier
        self.credentials = credentials
        self.session: Session | None = None
        self._queue: list[Any] | None = None
        self.made_at = self.seen_at = realtime.clock.monotonic()
        self._budget = limits.SOCKET_FRAMES_PER_S_MAX
        self._budget_at = 0
        realtime.sessions.add(self)

    def receive(self, payload: bytes | memoryview) -> None:
        """One frame from the client; never raises."""
        now = self.realtime.clock.monotonic()
        self.seen_at = now
        try:
            frame = parse_json(parse_client_frame, payload)
            second = int(now)
            if second != self._budget_at:
                self._budget_at, self._budget = second, limits.SOCKET_FRAMES_PER_S_MAX
            self._budget -= 1
            if self._budget < 0 and not isinstance(frame, SendFrame):
                self._refuse(TooMany("slow down"), close=CLOSE_PROTOCOL)
                return
            session = self.session
            if session is not None and self._queue is None and session.take(frame):
                return
        except OknoError as error:
            identity = frame.id if isinstance(locals().get("frame"), SendFrame) else None
            self._refuse(error, identity)
            return
        self._later(frame)

    def _later(self, frame: Any) -> None:
        if self._queue is None:
            self._queue = [frame]
            self.realtime.tasks.spawn(self._work(), name="session")
        elif len(self._queue) >= limits.SEND_PENDING_PER_SOCKET_MAX:
            self._refuse(TooMany("too many frames at once"), close=CLOSE_PROTOCOL)
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
                except OknoError as error:
                    identity = frame.id if isinstance(frame, SendFrame) else None
                    self._refuse(error, identity, close=None if self.session else CLOSE_REFUSED)
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
        if isinstance(frame, VisitorHello):
            await VisitorSession.enter(self, frame)
        else:
            secret = frame.key or self.credentials or ""
            access = self.realtime.access
            actor = await (access.actor_of_api_key(secret) if frame.key else access.actor_of_session(secret))
            OperatorSession(self, actor).welcome()
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

    def end(self, reason: str) -> None:
        """Say goodbye and close; the client knows from the reason whether to come back."""
        if self.carrier is not None:
            self._say(Bye(reason))  # type: ignore[arg-type]
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


class Session:
    """What visitors and operators have in common."""

    __slots__ = ("_held", "connection")
    customer: ClassVar[bool] = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._held: list[bytes] | None = None
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
        outermost = self._held is None
        if outermost:
            self._held = []
        snapshot: Snapshot | None = None
        try:
            snapshot = await read
        finally:
            held: list[bytes] = []
            if outermost:
                held, self._held = self._held or [], None
            if snapshot is not None:
                self.say(snapshot)
            for frame in held:
                self.send(frame)

    def end(self, reason: str) -> None:
        """Say goodbye and close; the client knows from the reason whether to come back."""
        if self.carrier is not None:
            self._say(Bye(reason))  # type: ignore[arg-type]
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


class Session:
    """What visitors and operators have in common."""

    __slots__ = ("_held", "connection")
    customer: ClassVar[bool] = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._held: list[bytes] | None = None
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
        outer = self._held
        if outer is None:
            self._held = []
        try:
            snapshot = await read
        finally:
            held, self._held = (self._held or []) if outer is None else [], outer
            if outer is None and "snapshot" not in locals():
                for frame in held:
                    self.send(frame)
        self.say(snapshot)
        for frame in held:
            self.send(frame)

    def end(self, reason: str) -> None:
        self.connection.end(reason)

    def take(self, frame: Any) -> bool:
        """Handle at once what needs no database; false for the rest. Raises `OknoError`."""
        raise NotImplementedError

    async def handle(self, frame: Any) -> None:
        raise NotImplementedError

    def leave(self) -> None:
        raise NotImplementedError

    def _thread(self, conversation_id: UUID, status: str, assignee: UUID | None, last_seq: int) -> Thread:
        access = self.realtime.access
        name, photo = (access.name_of(assignee), access.photo_of(assignee)) if assignee else ("", "")
        return Thread(conversation_id, status, assignee, name, photo, last_seq)  # type: ignore[arg-type]

    async def _open_thread(self, workspace_id: int, thread: Callable[[], Awaitable[Thread]], after: int | None) -> None:
        """Read state and events behind the subscription made before, and send them."""
        await self._after_snapshot(self._read_snapshot(workspace_id, thread, after))

    async def _read_snapshot(
        self, workspace_id: int, read_thread: Callable[[], Awaitable[Thread]], after: int | None
    ) -> Snapshot:
        thread = await read_thread()
        conversation_id = thread.conversation
        conversations = self.realtime.conversations
        receipt = await conversations.read_receipt(workspace_id, conversation_id)
        behind = thread.last_seq - after if after is not None else None
        if behind is not None and 0 <= behind <= limits.REPAIR_EVENTS_MAX:
            events: list[Any] = []
            if behind:
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
        if type(body) is not SendMessage or body.attachments or body.quote is not None or not body.text.strip():
            return False
        text = encode(Message(text=body.text)).decode()
        draft = Draft(
            *(workspace_id, conversation_id, frame.id, actor, actor_id, "message", text),
            preview_of(body.text, 0),
            self,
        )
        self.realtime.conversations.writer.submit(draft)
        return True

    async def _send(
        self, workspace_id: int, conversation_id: UUID, sender: Any, frame: SendFrame, rights: Any, owner: UUID
    ) -> None:
        """The long way: look-ups first, then the same writer."""
        conversations = self.realtime.conversations
        ack = await conversations.send(
            workspace_id, conversation_id, sender, frame.id, frame.body, rights=rights, owner=owner
        )
        self.send(b'{"t":"events","acks":[' + encode(ack) + b"]}")


class VisitorSession(Session):
    """A widget. It follows its contact: a conversation made elsewhere is announced to it."""

    __slots__ = ("_email", "_locale", "_name", "_open", "contact_id", "current", "guest", "threads")
    customer: ClassVar[bool] = True

    def __init__(self, connection: Connection, guest: Guest, hello: VisitorHello) -> None:
        super().__init__(connection)
        self.contact_id = guest.contact_id
        current = guest.current
        self.current: UUID | None = current["id"] if current else None
        self._open = bool(current) and current["status"] == "open"
        self.threads: tuple[UUID, ...] = ()
        self.guest = guest._replace(conversations=())
        self._name, self._email, self._locale = hello.name, hello.email, hello.locale
        if self.contact_id:
            self.realtime.hub.add_visitor((guest.workspace_id, self.contact_id), self)

    @classmethod
    async def enter(cls, connection: Connection, hello: VisitorHello) -> None:
        realtime = connection.realtime
        guest = await realtime.site.enter(
            hello.key, hello.token, identity=hello.identity, name=hello.name, email=hello.email, locale=hello.locale
        )
        if connection.carrier is None:
            return
        session = cls(connection, guest, hello)
        session.say(
            VisitorWelcome(
                *(PROTOCOL_VERSION, guest.token, guest.visitor_id, guest.contact_id, guest.name, session.current),
                [c["id"] for c in guest.conversations],
                *(guest.verified, guest.inbox.draft_preview, limits.BEAT_VISIBLE_S, limits.BEAT_HIDDEN_S),
            )
        )
        if session.current is not None:
            await session.open_thread(session.current, hello.after.get(session.current))

    async def open_thread(self, conversation_id: UUID, after: int | None) -> None:
        """Subscribe, then read: what comes between is sent after the snapshot or is in it; the client sorts by seq."""
        workspace_id = self.guest.workspace_id
        if conversation_id not in self.threads:
            self.threads = (*self.threads, conversation_id)
            self.realtime.hub.subscribe((workspace_id, conversation_id), self)

        async def read() -> Thread:
            record = await self._record(conversation_id)
            return self._thread(conversation_id, record["status"], record["assignee_id"], record["last_seq"])

        await self._open_thread(workspace_id, read, after)

    async def _record(self, conversation_id: UUID) -> Any:
        """A conversation of this visitor's contact. Raises `NotFound` for anybody else's."""
        if self.contact_id is not None:
            records = await self.realtime.conversations.list_of_contacts(self.guest.workspace_id, [self.contact_id])
            for record in records:
                if record["id"] == conversation_id:
                    return record
        raise NotFound("there is no such conversation")

    def take(self, frame: Any) -> bool:
        if isinstance(frame, Ping):
            self.send(b'{"t":"pong","n":%d}' % frame.n)
            return True
        if isinstance(frame, SendFrame) and self._open and self.contact_id and self.current:
            if frame.conversation not in (None, self.current):
                return False
            return self._submit_text(self.guest.workspace_id, self.current, "customer", self.contact_id, frame)
        if isinstance(frame, Typing):
            if frame.conversation in self.threads and self.contact_id:
                draft = frame.draft if self.guest.inbox.draft_preview else ""
                told = TypingFrame(frame.conversation, "customer", self.contact_id, "", frame.on, draft)
                self.realtime.hub.on_typing((self.guest.workspace_id, frame.conversation), told, self)
            return True
        return False

    async def handle(self, frame: Any) -> None:
        workspace_id = self.guest.workspace_id
        match frame:
            case SendFrame():
                await self._send_or_open(frame)
            case Open():
                await self.open_thread(frame.conversation, frame.after)
            case Close():
                self._close(frame.conversation)
            case Repair():
                await self._record(frame.conversation)
                await self._repair(workspace_id, frame)
            case Read():
                await self._record(frame.conversation)
                await self.realtime.conversations.mark_read_by_customer(
                    workspace_id, frame.conversation, frame.seq, got=frame.got
                )
            case _:
                raise Malformed("a visitor does not send this")

    async def _send_or_open(self, frame: SendFrame) -> None:
        """A send that cannot go at once: the first one, one into a closed conversation, one with files."""
        what: Send = frame.body
        guest = self.guest
        if frame.conversation not in (None, self.current) or not isinstance(what, SendMessage):
            target = frame.conversation or self.current
            if target is None:
                raise NotFound("there is no conversation yet")
            await self._record(target)
        else:
            target = None
        if target is None or isinstance(what, SendMessage):
            contact_id, conversation_id = await self.realtime.site.open_conversation(
                guest, name=self._name, email=self._email, locale=self._locale
            )
            await self._now_in(contact_id, conversation_id)
            target = conversation_id
            if self._submit_text(guest.workspace_id, target, "customer", contact_id, frame):
                return
        sender = ("customer", self.contact_id or NOBODY)
        await self._send(guest.workspace_id, target, sender, frame, "own", guest.visitor_id)

    async def _now_in(self, contact_id: UUID, conversation_id: UUID) -> None:
        if self.contact_id != contact_id:
            self._leave_contact()
            self.contact_id = contact_id
            self.realtime.hub.add_visitor((self.guest.workspace_id, contact_id), self)
        fresh = self.current != conversation_id
        self.current, self._open = conversation_id, True
        if fresh or conversation_id not in self.threads:
            self.say(ThreadFrame(self._thread(conversation_id, "open", None, 0)))
            await self.open_thread(conversation_id, None)

    def conversation_changed(self, conversation_id: UUID, *, is_open: bool) -> None:
        if is_open and conversation_id not in self.threads:
            self.current, self._open = conversation_id, True
            self.realtime.tasks.spawn(self._follow(conversation_id), name="visitor follows")
        elif conversation_id == self.current:
            self._open = is_open

    async def _follow(self, conversation_id: UUID) -> None:
        try:
            await self.open_thread(conversation_id, None)
        except OknoError as error:
            log.info("visitor could not follow", error=repr(error))

    def _close(self, conversation_id: UUID) -> None:
        self.threads = tuple(t for t in self.threads if t != conversation_id)
        self.realtime.hub.unsubscribe((self.guest.workspace_id, conversation_id), self)

    def _leave_contact(self) -> None:
        if self.contact_id:
            self.realtime.hub.remove_visitor((self.guest.workspace_id, self.contact_id), self)

    def leave(self) -> None:
        for thread in self.threads:
            self.realtime.hub.unsubscribe((self.guest.workspace_id, thread), self)
        self._leave_contact()


class OperatorSession(Session):
    """A console, or a program with an API key."""

    __slots__ = ("actor", "listing", "threads")

    def __init__(self, connection: Connection, actor: Actor) -> None:
        super().__init__(connection)
        self.actor = actor
        self.listing = False
        self.threads: set[UUID] = set()
        self.realtime.hub.add_operator(self)

    def welcome(self) -> None:
        self.say(
            OperatorWelcome(
                *(PROTOCOL_VERSION, self.actor.operator_id, self.actor.name),
                *(limits.BEAT_VISIBLE_S, limits.BEAT_HIDDEN_S),
            )
        )

    def take(self, frame: Any) -> bool:
        match frame:
            case Ping():
                self.say(Pong(frame.n))
            case SendFrame() if frame.conversation in self.threads:
                actor = self.actor
                return self._submit_text(
                    actor.workspace_id, frame.conversation, "operator", actor.operator_id, frame
                )
            case Typing():
                if frame.conversation in self.threads:
                    actor = self.actor
                    told = TypingFrame(frame.conversation, "operator", actor.operator_id, actor.name, frame.on)
                    self.realtime.hub.on_typing((actor.workspace_id, frame.conversation), told, self)
            case Close():
                self._close(frame.conversation)
            case _:
                return False
        return True

    async def handle(self, frame: Any) -> None:
        handler: dict[type, Callable[[Any], Awaitable[None]]] = {
            SendFrame: self._send_looked_up,
            Open: self._open,
            List: self._list,
            Repair: self._repair_seen,
            Read: self._read,
        }
        if type(frame) not in handler:
            raise Malformed("an operator does not send this")
        await handler[type(frame)](frame)

    async def _send_looked_up(self, frame: SendFrame) -> None:
        if frame.conversation is None:
            raise Malformed("an operator names the conversation")
        actor = self.actor
        await self.realtime.conversations.access_conversation(actor, frame.conversation)
        rights = "any" if "delete_any" in actor.permissions else "own"
        sender = ("operator", actor.operator_id)
        await self._send(actor.workspace_id, frame.conversation, sender, frame, rights, actor.operator_id)

    async def _open(self, frame: Open) -> None:
        actor, conversations = self.actor, self.realtime.conversations
        if len(self.threads) >= limits.THREADS_PER_SOCKET_MAX:
            raise TooMany("too many threads are open here; close some")
        await conversations.access_conversation(actor, frame.conversation)
        self.threads.add(frame.conversation)
        self.realtime.hub.subscribe((actor.workspace_id, frame.conversation), self)

        async def read() -> Thread:
            record = await conversations.access_conversation(actor, frame.conversation)
            return self._thread(frame.conversation, record["status"], record["assignee_id"], record["last_seq"])

        await self._open_thread(actor.workspace_id, read, frame.after)

    async def _list(self, frame: List) -> None:
        conversations = self.realtime.conversations
        if not self.listing:
            self.listing = True
            self.realtime.hub.add_list(self)
        if frame.cursor is None:
            cursor = await conversations.read_cursor()
            page = await conversations.list_rows(self.actor, limit=limits.PAGE_MAX)
            rows, reset = page.rows, True
        else:
            rows, cursor, reset = await conversations.list_changes(self.actor, frame.cursor)
        self.say(Rows(rows, cursor, await conversations.count(self.actor), [], reset))

    async def _repair_seen(self, frame: Repair) -> None:
        await self.realtime.conversations.access_conversation(self.actor, frame.conversation)
        await self._repair(self.actor.workspace_id, frame)

    async def _read(self, frame: Read) -> None:
        await self.realtime.conversations.mark_read(self.actor, frame.conversation, frame.seq)

    def drop_thread(self, conversation_id: UUID) -> None:
        """The right to see it has ended."""
        self._close(conversation_id)
        problem = NotFound("this conversation is with another team now").problem()
        self.say(Refused(problem, None))

    def _close(self, conversation_id: UUID) -> None:
        self.threads.discard(conversation_id)
        self.realtime.hub.unsubscribe((self.actor.workspace_id, conversation_id), self)

    def leave(self) -> None:
        for thread in list(self.threads):
            self._close(thread)
        self.realtime.hub.remove_operator(self)
