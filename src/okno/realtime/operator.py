"""A console's connection."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from okno.access.api import require
from okno.access.types import Actor
from okno.conversations.api import Changes
from okno.kit import limits
from okno.kit.errors import Malformed, NotFound, TooMany
from okno.realtime.frames import (
    PROTOCOL_VERSION,
    Close,
    List,
    Look,
    Open,
    OperatorWelcome,
    Ping,
    Pong,
    Read,
    Refused,
    Repair,
    Rows,
    SendFrame,
    Typing,
    TypingFrame,
    Visitors,
    Watch,
    Whisper,
    WhisperAnswer,
)
from okno.realtime.presence import Scope
from okno.realtime.session import Connection, Session


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
                return self._submit_text(actor.workspace_id, frame.conversation, "operator", actor.operator_id, frame)
            case Typing():
                if frame.conversation in self.threads:
                    actor = self.actor
                    told = TypingFrame(
                        frame.conversation, "operator", actor.operator_id, actor.name, frame.on, frame.draft
                    )
                    self.realtime.hub.on_typing((actor.workspace_id, frame.conversation), told, self)
                    self.realtime.hub.presences.write(self, frame.conversation, on=frame.on)
                    self.realtime.hub.far.wrote(self, frame.conversation, on=frame.on)
            case WhisperAnswer():
                self.realtime.hub.watching.answer(self.actor, frame)
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
            Look: self._look,
            Watch: self._watch,
            Visitors: self._visitors,
            Whisper: self._whisper,
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
        await self._send(actor.workspace_id, frame.conversation, sender, frame, rights, actor.operator_id, actor)

    async def _open(self, frame: Open) -> None:
        actor, conversations = self.actor, self.realtime.conversations
        if len(self.threads) >= limits.THREADS_PER_SOCKET_MAX:
            raise TooMany("too many threads are open here; close some")
        await conversations.access_conversation(actor, frame.conversation)
        self.threads.add(frame.conversation)
        self.realtime.hub.subscribe((actor.workspace_id, frame.conversation), self)

        record = conversations.access_conversation(actor, frame.conversation)
        await self._open_thread(actor.workspace_id, record, frame.after)

    async def _list(self, frame: List) -> None:
        conversations = self.realtime.conversations
        require(self.actor, "conversations")
        if not self.listing:
            self.listing = True
            self.realtime.hub.add_list(self)
            self.realtime.hub.presences.welcome(self)
            self.realtime.hub.watching.joined(self)
        if frame.cursor is None:
            cursor = await conversations.read_cursor()
            page = await conversations.list_rows(self.actor, limit=limits.PAGE_MAX)
            changes = Changes(page.rows, [], cursor, reset=True)
        else:
            changes = await conversations.list_changes(self.actor, frame.cursor)
        counters = await conversations.count(self.actor)
        self.say(Rows(changes.rows, changes.cursor, counters, changes.gone, changes.reset))

    async def _repair_seen(self, frame: Repair) -> None:
        await self.realtime.conversations.access_conversation(self.actor, frame.conversation)
        await self._repair(self.actor.workspace_id, frame)

    async def _read(self, frame: Read) -> None:
        await self.realtime.conversations.mark_read(self.actor, frame.conversation, frame.seq)

    async def _look(self, frame: Look) -> None:
        scope: Scope = (0, None, ())
        if frame.conversation:
            record = await self.realtime.conversations.access_conversation(self.actor, frame.conversation)
            scope = (record["team_id"], record["assignee_id"], tuple(record["participants"]))
        if self.connection.carrier is None:  # gone while the scope was read
            return
        self.realtime.hub.presences.look(self, frame.conversation, scope)
        self.realtime.hub.far.looked(self, frame.conversation, scope)

    async def _watch(self, frame: Watch) -> None:
        require(self.actor, "supervise")
        assignee, shown = None, False
        if frame.conversation:
            record = await self.realtime.conversations.access_conversation(self.actor, frame.conversation)
            assignee, shown = record["assignee_id"], await self.realtime.watched_shown(self.actor.workspace_id)
        if self.connection.carrier is None:
            return
        self.realtime.hub.watching.watch(self, frame.conversation, assignee, shown=shown)
        self.realtime.hub.far.watched(self, frame.conversation, assignee, shown=shown)

    async def _visitors(self, frame: Visitors) -> None:
        require(self.actor, "visitors")
        online = self.realtime.online
        if frame.on:
            online.join(self, frame.locale)
        else:
            online.leave(self)

    async def _whisper(self, frame: Whisper) -> None:
        require(self.actor, "supervise")
        record = await self.realtime.conversations.access_conversation(self.actor, frame.conversation)
        self.realtime.hub.watching.whisper(self.actor, frame, record["assignee_id"])

    def drop_thread(self, conversation_id: UUID) -> None:
        """The right to see it has ended."""
        self._close(conversation_id)
        problem = NotFound("this conversation is with another team now").problem()
        self.say(Refused(problem, None))

    def _close(self, conversation_id: UUID) -> None:
        self.threads.discard(conversation_id)
        self.realtime.hub.unsubscribe((self.actor.workspace_id, conversation_id), self)

    def leave(self) -> None:
        self.realtime.online.leave(self)
        for thread in list(self.threads):
            self._close(thread)
        self.realtime.hub.remove_operator(self)
