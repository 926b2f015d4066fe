"""Who listens to what in this process, and what they are told after a commit. No query on the path of a message."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Protocol, TypeGuard
from uuid import UUID

import structlog

from okno.access.types import Actor
from okno.conversations.api import Conversations, Stored, Waiter
from okno.conversations.bodies import CUSTOMER_SEES, HIDDEN_BODY, NOBODY
from okno.conversations.events import Draft, Outcome
from okno.conversations.types import ConversationRow, Receipt
from okno.kit import limits
from okno.kit.cards import MASK
from okno.kit.clock import Clock
from okno.kit.errors import OknoError
from okno.kit.wire import encode, utc_text
from okno.notifications.types import Alert
from okno.realtime.frames import (
    AlertFrame,
    Bye,
    CallFrame,
    DeskFrame,
    Farewell,
    ReceiptFrame,
    Refused,
    Rows,
    TypingFrame,
)
from okno.realtime.presence import Presences, Scope
from okno.realtime.watching import Watching
from okno.routing.types import Desk
from okno.telephony.types import Call

log = structlog.get_logger()
CURSOR_LAG_TICKS = 20  # five seconds: a row marked late is sent again rather than never
COUNTERS_INTERVAL_S = 1.0
EMPTY = '""'
Thread = tuple[int, UUID]


class Listening(Protocol):
    """What the hub needs of a session."""

    customer: ClassVar[bool]

    def send(self, frame: bytes) -> None: ...
    def end(self, reason: Farewell) -> None: ...


class OperatorListening(Listening, Protocol):
    actor: Actor
    listing: bool

    def drop_thread(self, conversation_id: UUID) -> None: ...


class VisitorListening(Listening, Protocol):
    contact_id: UUID | None

    def conversation_changed(self, conversation_id: UUID, *, is_open: bool, apart: bool) -> None: ...


class Far(Protocol):
    """Where other processes hear of what a console does here."""

    def came(self, session: Any) -> None: ...
    def left(self, session: Any) -> None: ...
    def looked(self, session: Any, conversation_id: UUID | None, scope: Scope) -> None: ...
    def watched(self, session: Any, conversation_id: UUID | None, assignee: UUID | None, *, shown: bool) -> None: ...
    def wrote(self, session: Any, conversation_id: UUID, *, on: bool) -> None: ...
    def typed(self, workspace_id: int, frame: TypingFrame) -> None: ...
    def say_to(self, workspace_id: int, operator_id: UUID, frame: bytes) -> bool: ...


class Alone:
    """There is no other process."""

    def came(self, session: Any) -> None: ...
    def left(self, session: Any) -> None: ...
    def looked(self, session: Any, conversation_id: UUID | None, scope: Scope) -> None: ...
    def watched(self, session: Any, conversation_id: UUID | None, assignee: UUID | None, *, shown: bool) -> None: ...
    def wrote(self, session: Any, conversation_id: UUID, *, on: bool) -> None: ...
    def typed(self, workspace_id: int, frame: TypingFrame) -> None: ...
    def say_to(self, workspace_id: int, operator_id: UUID, frame: bytes) -> bool:  # noqa: ARG002
        return False


class Names(Protocol):
    def name_of(self, operator_id: UUID) -> str: ...


def place_of(draft: Draft, seq: int, at: str) -> str:
    """The members an event and its ack have in common. Ids and times need no escaping."""
    return f'"conversation":"{draft.conversation_id!s}","seq":{seq},"id":"{draft.client_id!s}","at":"{at}"'


def encode_event(draft: Draft, place: str, name: str) -> bytes:
    """The event's JSON around the body that was encoded when it was accepted."""
    return (
        f'{{{place},"actor":"{draft.actor}","actor_id":"{draft.actor_id!s}",'
        f'"actor_name":{encode(name).decode() if name else EMPTY},"body":{draft.body}}}'
    ).encode()


def events_frame(events: Sequence[bytes] | None, acks: Sequence[bytes] | None) -> bytes:
    """What one session is told of one batch."""
    if not acks:
        return b'{"t":"events","events":[' + b",".join(events or ()) + b"]}"
    if not events:
        return b'{"t":"events","acks":[' + b",".join(acks) + b"]}"
    return b'{"t":"events","events":[' + b",".join(events) + b'],"acks":[' + b",".join(acks) + b"]}"


class Hub:
    """Subscriptions of this process. All methods are synchronous: a batch is told in one turn of the loop."""

    def __init__(self, conversations: Conversations, clock: Clock, names: Names) -> None:
        self._conversations = conversations
        self._clock = clock
        self._names = names
        self._threads: dict[Thread, set[Listening]] = {}
        self._contacts: dict[tuple[int, UUID], set[VisitorListening]] = {}
        self._browsers: dict[tuple[int, UUID], set[VisitorListening]] = {}
        self._lists: dict[int, set[OperatorListening]] = defaultdict(set)
        self._operators: dict[tuple[int, UUID], set[OperatorListening]] = {}
        self._dirty: dict[int, dict[UUID, bool]] = defaultdict(dict)
        self._stir = asyncio.Event()
        self._uncounted: set[int] = set()
        self._count_stir = asyncio.Event()
        self._wake_bus: Callable[[], None] = _nobody
        self._came: Callable[[int, UUID], None] = _nobody
        self._went: Callable[[int, UUID], None] = _nobody
        self.far: Far = Alone()
        self.watching = Watching(lambda w, o: list(self._operators.get((w, o), ())), self._say_far)
        self.presences = Presences(clock, lambda w: list(self._lists.get(w, ())), _in_scope)
        self.defects = 0

    def on_presence(self, came: Callable[[int, UUID], None], went: Callable[[int, UUID], None]) -> None:
        """Told of every console that is connected, and that it is gone; of programs it is not."""
        self._came, self._went = came, went

    def on_desk(self, workspace_id: int, operator_id: UUID, desk: Desk) -> None:
        frame = encode(DeskFrame(desk))
        for session in self._operators.get((workspace_id, operator_id), ()):
            session.send(frame)

    def on_call(self, workspace_id: int, operators: Iterable[UUID], call: Call) -> None:
        frame = encode(CallFrame(call))
        for operator in operators:
            self.say_to(workspace_id, operator, frame)
            self.far.say_to(workspace_id, operator, frame)

    def on_commit_wake(self, wake: Callable[[], None]) -> None:
        """Called after every batch, for the bus."""
        self._wake_bus = wake

    # -- subscriptions ---------------------------------------------------------------------------------------------

    def subscribe(self, thread: Thread, session: Listening) -> None:
        self._threads.setdefault(thread, set()).add(session)

    def unsubscribe(self, thread: Thread, session: Listening) -> None:
        _remove(self._threads, thread, session)

    def listeners_of(self, thread: Thread) -> list[Listening]:
        """Sessions that have the thread open here."""
        return list(self._threads.get(thread, ()))

    def workspaces_of_customers(self) -> set[int]:
        """Where some customer is connected here."""
        return {workspace_id for workspace_id, _ in self._contacts}

    def customers_of(self, thread: Thread) -> list[Listening]:
        """Customers' sessions that have the thread open here."""
        return [session for session in self._threads.get(thread, ()) if session.customer]

    def add_visitor(self, contact: tuple[int, UUID], session: VisitorListening) -> None:
        self._contacts.setdefault(contact, set()).add(session)

    def remove_visitor(self, contact: tuple[int, UUID], session: VisitorListening) -> None:
        _remove(self._contacts, contact, session)

    def add_browser(self, browser: tuple[int, UUID], session: VisitorListening) -> None:
        self._browsers.setdefault(browser, set()).add(session)

    def remove_browser(self, browser: tuple[int, UUID], session: VisitorListening) -> None:
        _remove(self._browsers, browser, session)

    def add_operator(self, session: OperatorListening) -> None:
        actor = session.actor
        self._operators.setdefault((actor.workspace_id, actor.operator_id), set()).add(session)
        self.far.came(session)
        if not actor.api_key_id:
            self._came(actor.workspace_id, actor.operator_id)

    def add_list(self, session: OperatorListening) -> None:
        self._lists[session.actor.workspace_id].add(session)

    def remove_operator(self, session: OperatorListening) -> None:
        self.presences.leave(session)
        self.watching.leave(session)
        self.far.left(session)
        actor = session.actor
        _remove(self._operators, (actor.workspace_id, actor.operator_id), session)
        if not actor.api_key_id:
            self._went(actor.workspace_id, actor.operator_id)
        self._lists[session.actor.workspace_id].discard(session)

    # -- what conversations tell -----------------------------------------------------------------------------------

    def on_batch(self, batch: Sequence[tuple[Draft, Outcome]]) -> None:
        """Acks to senders and events to everyone who has the thread open, one frame each."""
        acks: dict[Listening, list[bytes]] = {}
        events: dict[Listening, list[bytes]] = {}
        at_value: Any = None
        at = ""
        threads = self._threads
        for draft, outcome in batch:
            origin = draft.origin
            if type(origin) is Waiter:  # somebody who awaits the outcome
                origin = None
            if type(outcome) is not Stored:
                _refuse(origin, draft, outcome)
                continue
            seq, stored_at, fresh = outcome
            if stored_at is not at_value:
                at_value, at = stored_at, utc_text(stored_at)
            place = place_of(draft, seq, at)
            if origin is not None:
                acks.setdefault(origin, []).append(f"{{{place}}}".encode())
            if fresh:
                self._dirty[draft.workspace_id].setdefault(draft.conversation_id, False)
                listeners = threads.get((draft.workspace_id, draft.conversation_id))
                if listeners:
                    self._tell(events, listeners, draft, place, origin)
        for session, told in acks.items():
            session.send(events_frame(events.pop(session, None), told))
        for session, told in events.items():
            session.send(events_frame(told, None))
        self._stir.set()
        self._wake_bus()

    def _tell(
        self,
        told: dict[Listening, list[bytes]],
        listeners: Iterable[Listening],
        draft: Draft,
        place: str,
        origin: Any,
    ) -> None:
        event = hidden = b""
        secret = draft.type not in CUSTOMER_SEES or draft.target == "note"
        for session in listeners:
            if session is origin and MASK not in draft.body:  # else the sender has not what was stored
                continue
            if secret and session.customer:
                hidden = hidden or encode_event(
                    draft._replace(actor="system", actor_id=NOBODY, body=HIDDEN_BODY), place, ""
                )
                told.setdefault(session, []).append(hidden)
                continue
            if not event:
                name = self._names.name_of(draft.actor_id) if draft.actor == "operator" else ""
                event = encode_event(draft, place, name)
            told.setdefault(session, []).append(event)

    def on_row_changed(self, workspace_id: int, conversation_id: UUID, *, scope: bool) -> None:
        rows = self._dirty[workspace_id]
        rows[conversation_id] = scope or rows.get(conversation_id, False)
        self._stir.set()

    def on_receipt(self, workspace_id: int, receipt: Receipt) -> None:
        listeners = self._threads.get((workspace_id, receipt.conversation))
        if listeners:
            frame = encode(ReceiptFrame(receipt))
            for session in listeners:
                session.send(frame)

    def on_erased(self, workspace_id: int, holders: Sequence[UUID], draft: Draft, stored: Stored) -> None:
        """To those who have a quote before them and not the conversation it is of; they are not told by whom."""
        told = self._threads.get((workspace_id, draft.conversation_id), set())
        listeners = {s for c in holders for s in self._threads.get((workspace_id, c), ())} - told
        if listeners:
            bare = draft._replace(actor="system", actor_id=NOBODY)
            frame = events_frame([encode_event(bare, place_of(draft, stored.seq, utc_text(stored.at)), "")], None)
            for session in listeners:
                if not (session.customer and draft.target == "note"):
                    session.send(frame)

    def on_conversation(
        self, workspace_id: int, contact_id: UUID, conversation_id: UUID, *, is_open: bool, apart: bool = False
    ) -> None:
        for session in list(self._contacts.get((workspace_id, contact_id), ())):
            session.conversation_changed(conversation_id, is_open=is_open, apart=apart)

    def on_typing(self, thread: Thread, frame: TypingFrame, sender: Listening | None) -> None:
        """Not stored. A customer's draft goes to operators only, an operator's to those who watch him.

        Without a `sender` it came from another process.
        """
        if sender is not None:
            self.far.typed(thread[0], frame)
        listeners = self._threads.get(thread, ())
        if listeners:
            whole = encode(frame)
            bare = encode(TypingFrame(frame.conversation, frame.actor, frame.actor_id, frame.name, frame.on))
            readers: Iterable[Any] = self.watching.watchers_of(thread) if frame.actor == "operator" else listeners
            for session in listeners:
                if session is not sender:
                    session.send(whole if not session.customer and session in readers else bare)

    def on_browser_changed(self, workspace_id: int, visitor_id: UUID, contact_id: UUID | None) -> None:
        """Another person sits at the browser: tabs that show the former one end. `contact_id` null: logged out."""
        for session in list(self._browsers.get((workspace_id, visitor_id), ())):
            if contact_id is None:
                session.end("signed-out")
            elif session.contact_id != contact_id:
                session.end("resume")

    def on_rights_changed(self, workspace_id: int, operator_id: UUID) -> None:
        """The operator connects again and is asked anew."""
        for session in list(self._operators.get((workspace_id, operator_id), ())):
            session.end("resume")

    def on_alert(self, workspace_id: int, operator_id: UUID, alert: Alert | None, unread: int, *, sound: bool) -> int:
        sessions = self._operators.get((workspace_id, operator_id), ())
        if sessions:
            frame = encode(AlertFrame(unread, alert, sound))
            for session in sessions:
                session.send(frame)
        return len(sessions)

    def say_to(self, workspace_id: int, operator_id: UUID, frame: bytes) -> None:
        """A ready frame for an operator's consoles here."""
        for session in self._operators.get((workspace_id, operator_id), ()):
            session.send(frame)

    def _say_far(self, workspace_id: int, operator_id: UUID, frame: bytes) -> bool:
        return self.far.say_to(workspace_id, operator_id, frame)

    def is_present(self, workspace_id: int, operator_id: UUID) -> bool:
        return (workspace_id, operator_id) in self._operators

    # -- the list --------------------------------------------------------------------------------------------------

    async def run_lists(self) -> None:
        """Changed rows to everyone who has the list, at most four frames a second: one query a workspace and frame."""
        seen: list[int] = []
        while True:
            await self._stir.wait()
            self._stir.clear()
            dirty, self._dirty = self._dirty, defaultdict(dict)
            for workspace_id, ids in dirty.items():
                sessions = list(self._lists[workspace_id])
                watched = {c for (w, c) in self._threads if w == workspace_id} if any(ids.values()) else set()
                wanted = ids if sessions else [c for c, scope in ids.items() if scope and c in watched]
                if not wanted:
                    continue
                rows, cursor = await self._conversations.list_rows_by_id(workspace_id, list(wanted))
                seen.append(cursor)
                del seen[:-CURSOR_LAG_TICKS]
                self._show(rows, ids, sessions, seen[0])
                self._check_threads(workspace_id, rows, ids)
                if sessions:
                    self._uncounted.add(workspace_id)
                    self._count_stir.set()
            await asyncio.sleep(limits.LIST_FRAME_INTERVAL_S)

    async def run_counters(self) -> None:
        """Exact counters, at most once a second: one query a workspace."""
        while True:
            await self._count_stir.wait()
            self._count_stir.clear()
            uncounted, self._uncounted = self._uncounted, set()
            for workspace_id in uncounted:
                sessions = list(self._lists[workspace_id])
                actors = {s.actor.operator_id: s.actor for s in sessions}
                counters = await self._conversations.count_many(list(actors.values()))
                frames = {i: encode(Rows([], 0, c)) for i, c in counters.items()}
                for session in sessions:
                    session.send(frames[session.actor.operator_id])
            await asyncio.sleep(COUNTERS_INTERVAL_S)

    def _show(
        self, rows: list[ConversationRow], ids: dict[UUID, bool], sessions: list[OperatorListening], cursor: int
    ) -> None:
        encoded = {row.id: encode(row) for row in rows}
        frames: dict[Any, bytes] = {}
        mine: dict[UUID, list[ConversationRow]] = defaultdict(list)
        for row in rows:
            for holder in {holder for holder in (row.assignee, *row.participants) if holder}:
                mine[holder].append(row)
        for session in sessions:
            actor = session.actor
            scope: Any = "all" if actor.see_all else (actor.teams, actor.operator_id if mine else None)
            frame = frames.get(scope)
            if frame is None:
                visible = [r for r in rows if _may_see(actor, r)]
                gone = [] if actor.see_all else [r.id for r in rows if ids.get(r.id) and not _may_see(actor, r)]
                frame = b""
                if visible or gone:
                    parts = b",".join(encoded[r.id] for r in visible)
                    frame = b'{"t":"rows","rows":[%b],"cursor":%d%b}' % (
                        parts,
                        cursor,
                        b',"gone":' + encode(gone) if gone else b"",
                    )
                frames[scope] = frame
            if frame:
                session.send(frame)

    def _check_threads(self, workspace_id: int, rows: list[ConversationRow], ids: dict[UUID, bool]) -> None:
        """A right that was taken away ends the subscription."""
        for row in rows:
            if not ids.get(row.id):
                continue
            self.watching.moved((workspace_id, row.id), row.assignee)
            self.presences.move((workspace_id, row.id), (row.team or 0, row.assignee, tuple(row.participants)))
            for session in list(self._threads.get((workspace_id, row.id), ())):
                if _is_operators(session) and not _may_see(session.actor, row):
                    session.drop_thread(row.id)

    def close(self) -> None:
        """Tell everyone to connect again, elsewhere or later."""
        frame = encode(Bye("resume"))
        everyone = {s for group in self._threads.values() for s in group}
        everyone |= {s for group in self._operators.values() for s in group}
        for session in everyone:
            session.send(frame)


def _refuse(origin: Any, draft: Draft, error: Outcome) -> None:
    if origin is not None and isinstance(error, OknoError):
        retry = error.status >= 500  # noqa: PLR2004 - nothing is wrong with the message itself
        origin.send(encode(Refused(error.problem(), draft.client_id, retry)))


def _nobody(*_: Any) -> None:
    """Nobody is to be told."""


def _is_operators(session: Listening) -> TypeGuard[OperatorListening]:
    return not session.customer


def _may_see(actor: Actor, row: ConversationRow) -> bool:
    return _in_scope(actor, (row.team or 0, row.assignee, tuple(row.participants)))


def _in_scope(actor: Actor, scope: Scope) -> bool:
    team, assignee, participants = scope
    return actor.see_all or team == 0 or team in actor.teams or actor.operator_id in (assignee, *participants)


def _remove(groups: dict[Any, set[Any]], key: Any, session: Any) -> None:
    group = groups.get(key)
    if group is not None:
        group.discard(session)
        if not group:
            del groups[key]
