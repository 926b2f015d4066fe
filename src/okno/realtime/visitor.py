"""A widget's connection."""

from typing import Any, ClassVar
from uuid import UUID

import structlog

from okno.channels.site.api import Guest
from okno.conversations.types import Send, SendMessage
from okno.kit import limits
from okno.kit.errors import Malformed, NotFound, OknoError
from okno.realtime.frames import (
    PROTOCOL_VERSION,
    Close,
    Open,
    Ping,
    Read,
    Repair,
    SendFrame,
    ThreadFrame,
    Typing,
    TypingFrame,
    VisitorHello,
    VisitorWelcome,
)
from okno.realtime.session import Connection, Session

log = structlog.get_logger()
NOBODY = UUID(int=0)


class VisitorSession(Session):
    """A widget. It follows its contact: a conversation made elsewhere is announced to it."""

    __slots__ = ("_email", "_locale", "_name", "_open", "contact_id", "current", "guest", "threads")
    customer: ClassVar[bool] = True

    def __init__(self, connection: Connection, guest: Guest, hello: VisitorHello) -> None:
        super().__init__(connection)
        self.contact_id = guest.contact_id
        current = guest.current
        self.current: UUID | None = current["id"] if current else None
        self._open = current is not None and current["status"] == "open"
        self.threads: tuple[UUID, ...] = ()
        self.guest = guest._replace(conversations=())
        self._name, self._email, self._locale = hello.name, hello.email, hello.locale
        self.realtime.hub.add_browser((guest.workspace_id, guest.visitor_id), self)
        if self.contact_id:
            self.realtime.hub.add_visitor((guest.workspace_id, self.contact_id), self)

    @classmethod
    async def enter(cls, connection: Connection, hello: VisitorHello) -> None:
        realtime = connection.realtime
        guest = await realtime.site.enter(
            hello.key,
            hello.token,
            visitor=hello.visitor,
            identity=hello.identity,
            name=hello.name,
            email=hello.email,
            locale=hello.locale,
            ip=connection.address,
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

        await self._open_thread(workspace_id, self._record(conversation_id), after)

    async def _record(self, conversation_id: UUID) -> Any:
        """A conversation of this visitor's contact. Raises `NotFound` for anybody else's."""
        for record in await self.realtime.site.list_conversations(self.guest.workspace_id, self.contact_id):
            if record["id"] == conversation_id:
                return record
        raise NotFound("there is no such conversation")

    def take(self, frame: Any) -> bool:
        sort = type(frame)
        if sort is SendFrame and self._open and self.contact_id and self.current:
            if frame.conversation not in (None, self.current):
                return False
            self._take_message()
            return self._submit_text(self.guest.workspace_id, self.current, "customer", self.contact_id, frame)
        if sort is Ping:
            self.send(b'{"t":"pong","n":%d}' % frame.n)
            return True
        if sort is Typing:
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
                await self._record(frame.conversation)  # before the subscription: it would tell a stranger what comes
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

    def _take_message(self) -> None:
        self.realtime.site.flood.take_message(self.guest.workspace_id, self.guest.visitor_id)

    @property
    def blocked(self) -> bool:
        return self.realtime.site.blocks.is_blocked(
            self.guest.workspace_id,
            contact_id=self.contact_id,
            visitor_id=self.guest.visitor_id,
            email=self._email,
            ip=self.connection.address,
        )

    async def _send_or_open(self, frame: SendFrame) -> None:
        """A send that cannot go at once: the first one, one into a closed conversation, one with files."""
        self._take_message()
        what: Send = frame.body
        guest = self.guest
        if frame.conversation not in (None, self.current) or not isinstance(what, SendMessage):
            target = frame.conversation or self.current
            if target is None:
                raise NotFound("there is no conversation yet")
            await self._record(target)
        else:
            target = None
        meant = await self._meant(what, frame.conversation)
        if meant is None and (target is None or isinstance(what, SendMessage)):
            contact_id, conversation_id = await self.realtime.site.open_conversation(
                guest, name=self._name, email=self._email, locale=self._locale
            )
            await self._now_in(contact_id, conversation_id)
            target = conversation_id
            if self._submit_text(guest.workspace_id, target, "customer", contact_id, frame):
                return
        sender = ("customer", self.contact_id or NOBODY)
        await self._send(guest.workspace_id, meant or target or NOBODY, sender, frame, "own", guest.visitor_id)

    async def _meant(self, what: Send, named: UUID | None) -> UUID | None:
        """Where a message goes that names or quotes an open conversation beside his own."""
        quoted = what.quote.conversation if isinstance(what, SendMessage) and what.quote else None
        if not isinstance(what, SendMessage) or {quoted, named} <= {None, self.current}:
            return None
        records = await self.realtime.site.list_conversations(self.guest.workspace_id, self.contact_id)
        return self.guest._replace(conversations=records).goes_to(what, named)

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

    def conversation_changed(self, conversation_id: UUID, *, is_open: bool, apart: bool) -> None:
        """What stands beside his own is followed, too; his messages go there only when it is named."""
        if is_open and not apart:
            self.current, self._open = conversation_id, True
        elif conversation_id == self.current:
            self._open = is_open and not apart
        if is_open and conversation_id not in self.threads:
            self.realtime.tasks.spawn(self._follow(conversation_id), name="visitor follows")

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
        self.realtime.hub.remove_browser((self.guest.workspace_id, self.guest.visitor_id), self)
        self._leave_contact()
