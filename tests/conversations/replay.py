"""The fold of a reader who is told live, in Python: what the browser does with the same events."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from okno.app.wiring import App
from okno.conversations.events import Draft, Outcome, Stored
from okno.conversations.rules import erase, fold
from okno.conversations.types import Deleted, Edited, Event, Reacted
from okno.kit.wire import utc_text
from okno.realtime.hub import encode_event, place_of


def apply(events: dict[int, Event], event: Event) -> None:
    """The next event of the conversation `events` belong to."""
    change = event.body
    if isinstance(change, Reacted | Edited | Deleted) and change.seq in events:
        target = events[change.seq]
        events[change.seq] = replace(target, body=fold(target.body, change, event.actor_id, event.at))
    erase_copies(events, event)
    events[event.seq] = event


def erase_copies(events: dict[int, Event], event: Event) -> None:
    """A deletion, perhaps in another conversation, empties what `events` repeat of the message."""
    if isinstance(event.body, Deleted):
        for seq, held in events.items():
            body = erase(held.body, event.conversation, event.body.seq, here=held.conversation == event.conversation)
            events[seq] = replace(held, body=body)


class Witness:
    """Holds one conversation and folds what is told live."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.conversation = events[0].conversation
        self.events = {e.seq: e for e in events}

    def on_batch(self, batch: Sequence[tuple[Draft, Outcome]]) -> None:
        for draft, outcome in batch:
            if isinstance(outcome, Stored) and outcome.fresh and draft.conversation_id == self.conversation:
                apply(self.events, _event(draft, outcome))

    def on_erased(self, workspace_id: int, holders: Sequence[UUID], draft: Draft, stored: Stored) -> None:
        if self.conversation in holders:
            erase_copies(self.events, _event(draft, stored))

    def __getattr__(self, name: str) -> Any:
        """The other news of a timeline do not matter here."""
        if not name.startswith("on_"):
            raise AttributeError(name)
        return lambda *_, **__: None


def _event(draft: Draft, stored: Stored) -> Event:
    name = "Igor" if draft.actor == "operator" else ""
    raw = encode_event(draft, place_of(draft, stored.seq, utc_text(stored.at)), name)
    return msgspec.json.decode(raw, type=Event)


@contextmanager
def told_to(app: App, listener: Any) -> Iterator[None]:
    app.conversations.listen(listener)
    try:
        yield
    finally:
        app.conversations._listeners.remove(listener)
        app.writer._listeners.remove(listener.on_batch)
