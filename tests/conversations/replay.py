"""The fold of a reader who is told live, in Python: what the browser does with the same frames."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations.bodies import Deleted, Edited, Erased, Reacted, SecretClosed, SecretGiven
from okno.conversations.rules import bare, erase, fold
from okno.conversations.types import ConversationRow, Event, Receipt


def apply(events: dict[int, Event], event: Event) -> None:
    """The next event of the conversation `events` are of; of another conversation only a deletion matters."""
    change = event.body
    erase_copies(events, event)
    if any(held.conversation != event.conversation for held in events.values()):
        return
    if isinstance(change, Erased):
        for seq, held in events.items():
            if seq <= change.until:
                events[seq] = replace(held, body=bare(held.body, event.at))
    if isinstance(change, Reacted | Edited | Deleted | SecretGiven | SecretClosed) and change.seq in events:
        target = events[change.seq]
        events[change.seq] = replace(target, body=fold(target.body, change, event.actor_id, event.at))
    for deletion in list(events.values()):  # one's own message may have been on its way meanwhile
        if isinstance(deletion.body, Deleted):
            body = erase(event.body, deletion.conversation, deletion.body.seq, here=True)
            event = replace(event, body=body)
    events[event.seq] = event


def erase_copies(events: dict[int, Event], event: Event) -> None:
    """A deletion, perhaps in another conversation, empties what `events` repeat of the message."""
    if isinstance(event.body, Deleted):
        for seq, held in events.items():
            body = erase(held.body, event.conversation, event.body.seq, here=held.conversation == event.conversation)
            events[seq] = replace(held, body=body)


class Screen:
    """A session of the hub: holds one conversation, its receipt and rows, and folds the frames it is sent.

    Without an actor it is a customer's.
    """

    def __init__(self, events: Sequence[Event] = (), actor: Actor | None = None) -> None:
        self.customer = actor is None
        self.actor: Any = actor
        self.listing = actor is not None
        self.conversation = events[0].conversation if events else None
        self.events = {e.seq: e for e in events}
        self.receipt: Receipt | None = None
        self.rows: dict[UUID, ConversationRow] = {}
        self.gone: set[UUID] = set()
        self.stirred = asyncio.Event()

    def send(self, frame: bytes) -> None:
        told = msgspec.json.decode(frame)
        match told["t"]:
            case "events":
                for event in msgspec.convert(told.get("events", []), list[Event]):
                    apply(self.events, event)
            case "receipt":
                self.receipt = _furthest(self.receipt, msgspec.convert(told["receipt"], Receipt))
            case "rows":
                for row in msgspec.convert(told["rows"], list[ConversationRow]):
                    held = self.rows.get(row.id)
                    if held is None or held.change_id < row.change_id:
                        self.rows[row.id] = row
                for gone in msgspec.convert(told.get("gone", []), list[UUID]):
                    self.rows.pop(gone, None)
                    self.gone.add(gone)
        self.stirred.set()

    def drop_thread(self, conversation_id: UUID) -> None:
        """A right was taken away; the list says so, too."""

    def end(self, reason: str) -> None:
        raise AssertionError(reason)


def _furthest(held: Receipt | None, told: Receipt) -> Receipt:
    if held is None:
        return told
    names = ("customer_got_seq", "customer_read_seq", "operator_read_seq")
    return Receipt(told.conversation, *(max(getattr(held, n), getattr(told, n)) for n in names))


@contextmanager
def looking(app: App, *screens: Screen) -> Iterator[None]:
    """The screens have their conversations open, operators the list, too."""
    hub = app.realtime.hub
    for screen in screens:
        if screen.conversation:
            hub.subscribe((app.workspace_id, screen.conversation), screen)
        if screen.listing:
            hub.add_operator(screen)
            hub.add_list(screen)
    try:
        yield
    finally:
        for screen in screens:
            if screen.conversation:
                hub.unsubscribe((app.workspace_id, screen.conversation), screen)
            if screen.listing:
                hub.remove_operator(screen)
