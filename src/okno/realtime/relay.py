"""Stands where the hub stands when there are several processes: what is told here is told in the others, too.

`events` carries a batch whole, once for every process; the rest are references or ready frames. What no hint brought is
found by `bus.follow` in the outbox: rows are marked changed, and threads that are open here get their events.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from okno.bus.events import TimelineSpan
from okno.bus.hints import Hints
from okno.conversations.api import Conversations, Draft, Stored
from okno.conversations.bodies import ActorType
from okno.conversations.events import Outcome
from okno.conversations.types import Receipt
from okno.kit import limits
from okno.kit.errors import OknoError
from okno.kit.tasks import Tasks
from okno.kit.wire import encode
from okno.notifications.types import Alert
from okno.realtime.frames import Events, TypingFrame
from okno.realtime.hub import Hub, Listening, Thread
from okno.realtime.peers import Peers

log = structlog.get_logger()
SEEN_MAX = 50_000  # conversations of one generation; it is changed for a fresh one then


class Event(NamedTuple):
    """An appended event on its way to another process."""

    workspace_id: int
    conversation_id: UUID
    client_id: UUID
    actor: ActorType
    actor_id: UUID
    type: str
    body: str
    target: str
    seq: int
    at: datetime


Row = tuple[int, UUID, bool]
Contact = tuple[int, UUID, UUID, bool, bool]
Erased = tuple[list[UUID], Event]
Person = tuple[int, UUID]
Browser = tuple[int, UUID, UUID | None]
AlertTold = tuple[int, UUID, int, bool, Alert | None]
pack = msgspec.msgpack.Encoder(uuid_format="bytes").encode
parse_events = msgspec.msgpack.Decoder(list[Event]).decode
parse_typing = msgspec.msgpack.Decoder(tuple[int, TypingFrame]).decode
parse_frame = msgspec.msgpack.Decoder(tuple[int, UUID, bytes]).decode
parse_erased = msgspec.json.Decoder(Erased).decode
parse_row = msgspec.json.Decoder(Row).decode
parse_receipt = msgspec.json.Decoder(tuple[int, Receipt]).decode
parse_contact = msgspec.json.Decoder(Contact).decode
parse_person = msgspec.json.Decoder(Person).decode
parse_browser = msgspec.json.Decoder(Browser).decode
parse_alert = msgspec.json.Decoder(AlertTold).decode


class Seen:
    """The greatest `seq` heard of, of conversations that were changed lately. Two generations bound it."""

    def __init__(self) -> None:
        self._young: dict[Thread, int] = {}
        self._old: dict[Thread, int] = {}

    def add(self, thread: Thread, seq: int) -> None:
        if seq > self._young.get(thread, 0):
            self._young[thread] = seq
            if len(self._young) > SEEN_MAX:
                self._old, self._young = self._young, {}

    def last(self, thread: Thread) -> int:
        return max(self._young.get(thread, 0), self._old.get(thread, 0))


class Relay:
    """A listener of the slices below, as the hub is one; gives everything to the hub first."""

    def __init__(self, hub: Hub, hints: Hints, conversations: Conversations, peers: Peers, tasks: Tasks) -> None:
        self._hub = hub
        self._hints = hints
        self._conversations = conversations
        self._peers = peers
        self._tasks = tasks
        self._seen = Seen()
        self.repaired = 0
        hints.hear("events", self._hear_events)
        hints.hear("row", lambda _, p: hub.on_row_changed(*(r := parse_row(p))[:2], scope=r[2]))
        hints.hear("receipt", lambda _, p: hub.on_receipt(*parse_receipt(p)))
        hints.hear("erased", self._hear_erased)
        hints.hear("contact", lambda _, p: hub.on_conversation(*(c := parse_contact(p))[:3], is_open=c[3], apart=c[4]))
        hints.hear("rights", lambda _, p: hub.on_rights_changed(*parse_person(p)))
        hints.hear("browser", lambda _, p: hub.on_browser_changed(*parse_browser(p)))
        hints.hear("alert", self._hear_alert)
        hints.hear("typing", self._hear_typing)
        hints.hear("frame", self._hear_frame)

    # -- the timeline ----------------------------------------------------------------------------------------------

    def on_batch(self, batch: Sequence[tuple[Draft, Outcome]]) -> None:
        self._hub.on_batch(batch)
        told: list[Event] = []
        size = 0
        for draft, outcome in batch:
            if type(outcome) is not Stored or not outcome.fresh:
                continue
            self._seen.add((draft.workspace_id, draft.conversation_id), outcome.seq)
            told.append(Event(*draft[:7], draft.target, outcome.seq, outcome.at))
            size += len(draft.body)
            if size > limits.HINT_BYTES_MAX:
                self._hints.tell("events", pack(told))
                told, size = [], 0
        if told:
            self._hints.tell("events", pack(told))

    def _hear_events(self, _: str, payload: bytes) -> None:
        batch = [_appended(event) for event in parse_events(payload)]
        for draft, stored in batch:
            self._seen.add((draft.workspace_id, draft.conversation_id), stored.seq)
        self._hub.on_batch(batch)

    def on_row_changed(self, workspace_id: int, conversation_id: UUID, *, scope: bool) -> None:
        self._hub.on_row_changed(workspace_id, conversation_id, scope=scope)
        self._hints.tell("row", encode((workspace_id, conversation_id, scope)))

    def on_receipt(self, workspace_id: int, receipt: Receipt) -> None:
        self._hub.on_receipt(workspace_id, receipt)
        told = encode((workspace_id, receipt))
        self._hints.tell("receipt", told, kept=told)

    def on_erased(self, workspace_id: int, holders: Sequence[UUID], draft: Draft, stored: Stored) -> None:
        self._hub.on_erased(workspace_id, holders, draft, stored)
        event = Event(*draft[:7], draft.target, stored.seq, stored.at)
        told = encode((list(holders), event))  # of a deletion, which holds no words
        self._hints.tell("erased", told, kept=told)

    def _hear_erased(self, _: str, payload: bytes) -> None:
        holders, event = parse_erased(payload)
        self._hub.on_erased(event.workspace_id, holders, *_appended(event))

    def on_conversation(
        self, workspace_id: int, contact_id: UUID, conversation_id: UUID, *, is_open: bool, apart: bool = False
    ) -> None:
        self._hub.on_conversation(workspace_id, contact_id, conversation_id, is_open=is_open, apart=apart)
        told = encode((workspace_id, contact_id, conversation_id, is_open, apart))
        self._hints.tell("contact", told, kept=told)

    # -- people ----------------------------------------------------------------------------------------------------

    def on_rights_changed(self, workspace_id: int, operator_id: UUID) -> None:
        self._hub.on_rights_changed(workspace_id, operator_id)
        told = encode((workspace_id, operator_id))
        self._hints.tell("rights", told, kept=told)

    def on_browser_changed(self, workspace_id: int, visitor_id: UUID, contact_id: UUID | None) -> None:
        self._hub.on_browser_changed(workspace_id, visitor_id, contact_id)
        told = encode((workspace_id, visitor_id, contact_id))
        self._hints.tell("browser", told, kept=told)

    def on_alert(self, workspace_id: int, operator_id: UUID, alert: Alert | None, unread: int, *, sound: bool) -> int:
        here = self._hub.on_alert(workspace_id, operator_id, alert, unread, sound=sound)
        told = encode((workspace_id, operator_id, unread, sound, alert))
        bare = encode((workspace_id, operator_id, unread, sound, None))
        self._hints.tell("alert", told, kept=bare)
        return here + self._peers.consoles_of(workspace_id, operator_id)

    def _hear_alert(self, _: str, payload: bytes) -> None:
        workspace_id, operator_id, unread, sound, alert = parse_alert(payload)
        self._hub.on_alert(workspace_id, operator_id, alert, unread, sound=sound)

    def is_present(self, workspace_id: int, operator_id: UUID) -> bool:
        here = self._hub.is_present(workspace_id, operator_id)
        return here or self._peers.consoles_of(workspace_id, operator_id) > 0

    # -- what sessions tell ----------------------------------------------------------------------------------------

    def came(self, session: Any) -> None:
        self._peers.came(session)

    def left(self, session: Any) -> None:
        self._peers.left(session)

    def looked(self, session: Any, conversation_id: UUID | None, scope: Any) -> None:
        self._peers.looked(session, conversation_id, scope)

    def watched(self, session: Any, conversation_id: UUID | None, assignee: UUID | None, *, shown: bool) -> None:
        self._peers.watched(session, conversation_id, assignee, shown=shown)

    def typed(self, workspace_id: int, frame: TypingFrame) -> None:
        self._hints.tell("typing", pack((workspace_id, frame)))

    def wrote(self, session: Any, conversation_id: UUID, *, on: bool) -> None:
        self._peers.wrote(session, conversation_id, on=on)

    def say_to(self, workspace_id: int, operator_id: UUID, frame: bytes) -> bool:
        """A frame for the consoles of an operator elsewhere; whether there are any."""
        if not self._peers.consoles_of(workspace_id, operator_id):
            return False
        self._hints.tell("frame", pack((workspace_id, operator_id, frame)))
        return True

    def _hear_typing(self, _: str, payload: bytes) -> None:
        workspace_id, frame = parse_typing(payload)
        self._hub.on_typing((workspace_id, frame.conversation), frame, None)

    def _hear_frame(self, _: str, payload: bytes) -> None:
        workspace_id, operator_id, frame = parse_frame(payload)
        self._hub.say_to(workspace_id, operator_id, frame)

    # -- what no hint told of --------------------------------------------------------------------------------------

    def repair(self, spans: Sequence[TimelineSpan]) -> None:
        """Changes found in the outbox. Those of conversations nobody here has open or in a list cost nothing."""
        missed: dict[Thread, int] = {}
        for span in spans:
            thread = (span.workspace_id, span.conversation_id)
            if span.size and self._seen.last(thread) >= span.before_seq + span.size:
                continue
            self._hub.on_row_changed(*thread, scope=bool(span.size))
            if span.size and self._hub.listeners_of(thread):
                after = max(span.before_seq, 0)
                missed[thread] = min(missed.get(thread, after), after)
            self._seen.add(thread, span.before_seq + span.size)
        self.repaired += len(missed)
        if missed:
            log.info("events no hint told of", conversations=len(missed))
            self._tasks.spawn(self._tell_missed(missed), name="repair of threads")

    async def _tell_missed(self, missed: dict[Thread, int]) -> None:
        for thread, after in missed.items():
            listeners = self._hub.listeners_of(thread)
            for customer in {session.customer for session in listeners}:
                try:
                    events, _, _ = await self._conversations.list_events(
                        *thread, after=after, limit=limits.REPAIR_EVENTS_MAX, customer=customer
                    )
                except OknoError as error:
                    log.warning("a thread was not repaired", error=error.detail)
                    continue
                _send(encode(Events(events)), (s for s in self._hub.listeners_of(thread) if s.customer == customer))


def _send(frame: bytes, sessions: Iterable[Listening]) -> None:
    for session in list(sessions):
        session.send(frame)


def _appended(event: Event) -> tuple[Draft, Stored]:
    draft = Draft(*event[:7], None, None, event.target)
    return draft, Stored(event.seq, event.at, fresh=True)
