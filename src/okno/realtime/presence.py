"""Which operators look at which conversation, and who writes there. Of this process, and never stored."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol
from uuid import UUID

from okno.access.types import Actor
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.wire import encode
from okno.realtime.frames import Here, Presence

Thread = tuple[int, UUID]
Scope = tuple[int, UUID | None, tuple[UUID, ...]]


class Watcher(Protocol):
    """What is needed of an operator's session."""

    actor: Actor

    def send(self, frame: bytes) -> None: ...


class Place:
    """One conversation somebody looks at: its scope, sessions by operator, and until when each is said to write."""

    __slots__ = ("scope", "there", "writing")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.there: dict[UUID, set[Watcher]] = {}
        self.writing: dict[UUID, float] = {}


class Presences:
    """Changes are told at most four times a second, to lists whose readers may see the conversation."""

    def __init__(
        self, clock: Clock, lists: Callable[[int], Iterable[Any]], may_see: Callable[[Actor, Scope], bool]
    ) -> None:
        self._clock = clock
        self._lists = lists
        self._may_see = may_see
        self._places: dict[Thread, Place] = {}
        self._at: dict[Watcher, Thread] = {}
        self._changed: dict[Thread, Scope] = {}
        self._stir = asyncio.Event()

    def look(self, session: Watcher, conversation_id: UUID | None, scope: Scope = (0, None, ())) -> None:
        """The session has this before it and nothing else any more."""
        self.leave(session)
        if conversation_id is None:
            return
        thread = (session.actor.workspace_id, conversation_id)
        place = self._places.setdefault(thread, Place(scope))
        place.scope = scope
        place.there.setdefault(session.actor.operator_id, set()).add(session)
        self._at[session] = thread
        self._change(thread, place)

    def leave(self, session: Watcher) -> None:
        thread = self._at.pop(session, None)
        place = self._places.get(thread) if thread else None
        if thread is None or place is None:
            return
        operator = session.actor.operator_id
        place.there[operator].discard(session)
        if not place.there[operator]:
            del place.there[operator]
            place.writing.pop(operator, None)
        if not place.there:
            del self._places[thread]
        self._change(thread, place)

    def write(self, session: Watcher, conversation_id: UUID, *, on: bool) -> None:
        """An operator who looks begins or ends to write; without another sign it ends by itself."""
        thread = (session.actor.workspace_id, conversation_id)
        place, operator = self._places.get(thread), session.actor.operator_id
        if place is None or operator not in place.there:
            return
        was = operator in place.writing
        if on:
            place.writing[operator] = self._clock.monotonic() + limits.WRITING_S
        else:
            place.writing.pop(operator, None)
        if was != on:
            self._change(thread, place)

    def move(self, thread: Thread, scope: Scope) -> None:
        """The conversation belongs to others now; who may not see it any more is told that nobody is there."""
        place = self._places.get(thread)
        if place is not None and place.scope != scope:
            for session in self._lists(thread[0]):
                if self._may_see(session.actor, place.scope) and not self._may_see(session.actor, scope):
                    session.send(encode(Presence([Here(thread[1], [], [])])))
            place.scope = scope
            self._change(thread, place)

    def scope_of(self, thread: Thread) -> Scope:
        """Of a conversation somebody looks at."""
        place = self._places.get(thread)
        return place.scope if place else (0, None, ())

    def welcome(self, session: Watcher) -> None:
        """Everybody who is anywhere, for a list that begins."""
        workspace_id = session.actor.workspace_id
        here = [
            _here(conversation_id, place)
            for (of, conversation_id), place in self._places.items()
            if of == workspace_id and self._may_see(session.actor, place.scope)
        ]
        if here:
            session.send(encode(Presence(here)))

    async def run(self) -> None:
        """The loop; supervised by the composition root."""
        while True:
            until = self._quiet()
            wait_s = None if until is None else max(until - self._clock.monotonic(), 0.0)
            try:
                await asyncio.wait_for(self._stir.wait(), wait_s)
            except TimeoutError:
                continue
            self._stir.clear()
            changed, self._changed = self._changed, {}
            self._tell(changed)
            await asyncio.sleep(limits.LIST_FRAME_INTERVAL_S)

    def _change(self, thread: Thread, place: Place) -> None:
        self._changed[thread] = place.scope
        self._stir.set()

    def _quiet(self) -> float | None:
        """End the writing of those who gave no sign; when the next one would end."""
        now = self._clock.monotonic()
        next_at: float | None = None
        for thread, place in self._places.items():
            for operator, until in list(place.writing.items()):
                if until <= now:
                    del place.writing[operator]
                    self._change(thread, place)
                else:
                    next_at = min(until, next_at or until)
        return next_at

    def _tell(self, changed: dict[Thread, Scope]) -> None:
        told = {thread: _here(thread[1], self._places.get(thread)) for thread in changed}
        for workspace_id in {thread[0] for thread in changed}:
            for session in self._lists(workspace_id):
                here = [
                    told[thread]
                    for thread, scope in changed.items()
                    if thread[0] == workspace_id and self._may_see(session.actor, scope)
                ]
                if here:
                    session.send(encode(Presence(here)))


def _here(conversation_id: UUID, place: Place | None) -> Here:
    if place is None:
        return Here(conversation_id, [], [])
    return Here(conversation_id, list(place.there), list(place.writing))
