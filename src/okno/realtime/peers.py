"""Consoles of the other processes: who is connected there, looks at what, writes, watches.

Each process tells what its own consoles do, and how many such changes there were; who has missed one asks for all.
Here each of them is a ghost: a console that presence and watching count like any other and that cannot be spoken to.
"""

import asyncio
import itertools
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec

from okno.access.types import Actor
from okno.bus.hints import Hints
from okno.kit import limits
from okno.kit.clock import Clock
from okno.realtime.presence import Presences, Scope, Thread
from okno.realtime.watching import Watching

NOWHERE: Scope = (0, None, ())
CHANGES, WRITING, ASK, BEAT, GONE = "peer", "peer.writes", "peer.ask", "peer.beat", "peer.gone"


class Console(msgspec.Struct, array_like=True, kw_only=True):
    """One connected console. `program`: it came by an API key; `scope` is of the conversation it looks at."""

    number: int
    workspace: int
    operator: UUID
    name: str
    program: bool
    look: UUID | None = None
    scope: Scope = NOWHERE
    watch: UUID | None = None
    assignee: UUID | None = None
    shown: bool = False


class Told(msgspec.Struct, array_like=True):
    """`version` counts the changes of a process; `whole`: these are all its consoles, or the first part of them."""

    version: int
    whole: bool
    consoles: list[Console]
    gone: list[int]


class Writes(msgspec.Struct, array_like=True):
    number: int
    conversation: UUID
    on: bool


class Ghost:
    """A console of another process."""

    __slots__ = ("actor", "state")

    def __init__(self, state: Console) -> None:
        self.actor = Actor(state.workspace, state.operator, state.name, "operator", frozenset())
        self.state = state

    def send(self, frame: bytes) -> None:
        """Its own process tells it."""


class Peer:
    """Another process as far as it was heard of."""

    def __init__(self) -> None:
        self.version = -1
        self.heard_at = self.asked_at = 0.0
        self.ghosts: dict[int, Ghost] = {}


parse_told = msgspec.msgpack.Decoder(Told).decode
parse_writes = msgspec.msgpack.Decoder(Writes).decode
encode = msgspec.msgpack.Encoder().encode


class Peers:
    """Both halves: what is told of the consoles here, and what was heard of those elsewhere."""

    def __init__(self, hints: Hints, clock: Clock, presences: Presences, watching: Watching) -> None:
        self._hints = hints
        self._clock = clock
        self._presences = presences
        self._watching = watching
        self._numbers = itertools.count(1)
        self._mine: dict[Any, Console] = {}
        self._version = 0
        self._peers: dict[str, Peer] = {}
        self._consoles: Counter[tuple[int, UUID]] = Counter()
        hints.hear(CHANGES, self._heard)
        hints.hear(WRITING, self._heard_writing)
        hints.hear(BEAT, self._heard_beat)
        hints.hear(ASK, lambda _, payload: self._tell_all(payload))
        hints.hear(GONE, lambda process, _: self._forget(process))
        hints.on_back(self._ask)

    def consoles_of(self, workspace_id: int, operator_id: UUID) -> int:
        """How many consoles of an operator are connected to other processes; programs are not counted."""
        return self._consoles[workspace_id, operator_id]

    # -- the consoles here -----------------------------------------------------------------------------------------

    def came(self, session: Any) -> None:
        actor = session.actor
        state = Console(
            number=next(self._numbers),
            workspace=actor.workspace_id,
            operator=actor.operator_id,
            name=actor.name,
            program=bool(actor.api_key_id),
        )
        self._mine[session] = state
        self._tell(state)

    def left(self, session: Any) -> None:
        if state := self._mine.pop(session, None):
            self._version += 1
            self._hints.tell(CHANGES, encode(Told(self._version, False, [], [state.number])))

    def looked(self, session: Any, conversation_id: UUID | None, scope: Scope) -> None:
        state = self._mine[session]
        state.look, state.scope = conversation_id, scope
        self._tell(state)

    def watched(self, session: Any, conversation_id: UUID | None, assignee: UUID | None, *, shown: bool) -> None:
        state = self._mine[session]
        state.watch, state.assignee, state.shown = conversation_id, assignee, shown
        self._tell(state)

    def wrote(self, session: Any, conversation_id: UUID, *, on: bool) -> None:
        state = self._mine[session]
        if state.look == conversation_id:
            self._hints.tell(WRITING, encode(Writes(state.number, conversation_id, on)))

    def _tell(self, state: Console) -> None:
        self._version += 1
        self._hints.tell(CHANGES, encode(Told(self._version, False, [state], [])))

    def _tell_all(self, asked: bytes = b"") -> None:
        """In parts that fit a publication. `asked` names the process whose consoles are wanted; empty: everybody's."""
        if asked and asked.decode() != self._hints.process:
            return
        consoles = list(self._mine.values())
        for state in consoles:
            state.scope = self._presences.scope_of((state.workspace, state.look)) if state.look else NOWHERE
            if state.watch:
                state.assignee = self._watching.assignee_of((state.workspace, state.watch), state.assignee)
        parts = [consoles[i : i + limits.PEER_CONSOLES_MAX] for i in range(0, len(consoles), limits.PEER_CONSOLES_MAX)]
        for number, part in enumerate(parts or [[]]):
            self._hints.tell(CHANGES, encode(Told(self._version, number == 0, part, [])))

    async def run(self) -> None:
        """Say that this process lives and how far it is; forget those who say nothing."""
        while True:
            self._hints.tell(BEAT, b"%d" % self._version)
            now = self._clock.monotonic()
            for process, peer in list(self._peers.items()):
                if now - peer.heard_at > limits.PEER_SILENCE_S_MAX:
                    self._forget(process)
            await asyncio.sleep(limits.PEER_BEAT_S)

    def close(self) -> None:
        """This process ends: its consoles connect elsewhere."""
        self._hints.tell(GONE, b"")

    # -- the consoles elsewhere ------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Changes may have been missed on both sides."""
        self._hints.tell(ASK, b"")
        self._tell_all()

    def _heard(self, process: str, payload: bytes) -> None:
        told = parse_told(payload)
        peer = self._peers.setdefault(process, Peer())
        peer.heard_at = self._clock.monotonic()
        if not told.whole and told.version > peer.version + 1:  # one was missed; these here are in the answer
            self._ask_one(process, peer)
            return
        if told.whole:
            kept = {state.number for state in told.consoles}
            told.gone = [number for number in peer.ghosts if number not in kept]
        peer.version = told.version
        for number in told.gone:
            self._lay(peer, number)
        for state in told.consoles:
            self._show(peer, state)

    def _heard_beat(self, process: str, payload: bytes) -> None:
        peer = self._peers.setdefault(process, Peer())
        peer.heard_at = self._clock.monotonic()
        if int(payload) != peer.version:
            self._ask_one(process, peer)

    def _ask_one(self, process: str, peer: Peer) -> None:
        """For all its consoles; while the answer is on its way not again."""
        if peer.heard_at - peer.asked_at > limits.PEER_ASK_S:
            peer.asked_at = peer.heard_at
            self._hints.tell(ASK, process.encode())

    def _heard_writing(self, process: str, payload: bytes) -> None:
        writes = parse_writes(payload)
        peer = self._peers.get(process)
        ghost = peer.ghosts.get(writes.number) if peer else None
        if ghost is not None:
            self._presences.write(ghost, writes.conversation, on=writes.on)

    def _show(self, peer: Peer, state: Console) -> None:
        ghost = peer.ghosts.get(state.number)
        if ghost is None:
            ghost = peer.ghosts[state.number] = Ghost(
                Console(
                    number=state.number,
                    workspace=state.workspace,
                    operator=state.operator,
                    name=state.name,
                    program=state.program,
                )
            )
            if not state.program:
                self._consoles[state.workspace, state.operator] += 1
        was, ghost.state = ghost.state, state
        if was.look != state.look:
            self._presences.look(ghost, state.look, state.scope)
        if (was.watch, was.shown) != (state.watch, state.shown):
            self._watching.watch(ghost, state.watch, state.assignee, shown=state.shown)

    def _lay(self, peer: Peer, number: int) -> None:
        ghost = peer.ghosts.pop(number, None)
        if ghost is None:
            return
        self._presences.leave(ghost)
        self._watching.leave(ghost)
        state = ghost.state
        if not state.program:
            key = (state.workspace, state.operator)
            self._consoles[key] -= 1
            if self._consoles[key] <= 0:
                del self._consoles[key]

    def _forget(self, process: str) -> None:
        peer = self._peers.pop(process, None)
        if peer is not None:
            for number in list(peer.ghosts):
                self._lay(peer, number)


__all__ = ["Console", "Peers", "Thread"]
