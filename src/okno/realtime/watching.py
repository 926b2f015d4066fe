"""Supervisors who look over shoulders: who watches what, who sees drafts, what they whisper. Nothing is stored."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from okno.access.types import Actor
from okno.kit.errors import NotFound
from okno.kit.wire import encode
from okno.realtime.frames import WatchedFrame, Whisper, WhisperAnswer, WhisperDone, WhisperFrame

Thread = tuple[int, UUID]


class Watcher(Protocol):
    """A console."""

    actor: Actor

    def send(self, frame: bytes) -> None: ...


class Watching:
    """`consoles` gives an operator's connected ones of this process; `say_far` reaches those of the others.

    Who watches elsewhere is here as a ghost, so that each process tells its own consoles.
    """

    def __init__(
        self,
        consoles: Callable[[int, UUID], list[Watcher]],
        say_far: Callable[[int, UUID, bytes], bool] = lambda *_: False,
    ) -> None:
        self._consoles = consoles
        self._say_far = say_far
        self._watchers: dict[Thread, set[Watcher]] = {}
        self._places: dict[Watcher, tuple[Thread, UUID | None, bool]] = {}

    def watchers_of(self, thread: Thread) -> set[Watcher]:
        return self._watchers.get(thread, set())

    def watch(self, watcher: Watcher, conversation: UUID | None, assignee: UUID | None, *, shown: bool) -> None:
        """One conversation a console, null: none. Whoever has it is told, by name if `shown`."""
        was = self._places.pop(watcher, None)
        if was is not None:
            thread, former, _ = was
            group = self._watchers[thread]
            group.discard(watcher)
            if not group:
                del self._watchers[thread]
            self._tell(thread, former)
        if conversation is not None:
            thread = (watcher.actor.workspace_id, conversation)
            self._watchers.setdefault(thread, set()).add(watcher)
            self._places[watcher] = (thread, assignee, shown)
            self._tell(thread, assignee)

    def assignee_of(self, thread: Thread, otherwise: UUID | None) -> UUID | None:
        """Who has a watched conversation, as far as it is known here."""
        return next((self._places[w][1] for w in self.watchers_of(thread)), otherwise)

    def leave(self, watcher: Watcher) -> None:
        """The console is gone."""
        if watcher in self._places:
            self.watch(watcher, None, None, shown=False)

    def moved(self, thread: Thread, assignee: UUID | None) -> None:
        """The conversation is somebody else's now: the former operator is told no more, the new one is."""
        for watcher in list(self.watchers_of(thread)):
            _, former, shown = self._places[watcher]
            if former == assignee:
                continue
            self._places[watcher] = (thread, assignee, shown)
            if former is not None:
                self._send(thread[0], former, encode(WatchedFrame(thread[1], on=False)))
            self._tell(thread, assignee)

    def joined(self, console: Watcher) -> None:
        """An operator's console has connected: it is told what of his is watched."""
        for thread, group in self._watchers.items():
            if any(self._places[w][1] == console.actor.operator_id for w in group):
                console.send(encode(self._frame(thread)))

    def whisper(self, actor: Actor, frame: Whisper, assignee: UUID | None) -> None:
        """Raises `NotFound` when nobody is there to hear it."""
        told = WhisperFrame(
            *(frame.id, frame.conversation, actor.operator_id, actor.name, frame.text), propose=frame.propose
        )
        if assignee in (None, actor.operator_id) or not self._say(actor.workspace_id, assignee, encode(told)):
            raise NotFound("nobody hears it: the operator is not connected")

    def answer(self, actor: Actor, frame: WhisperAnswer) -> None:
        done = WhisperDone(frame.id, frame.conversation, actor.name, frame.fate)
        self._say(actor.workspace_id, frame.to, encode(done))

    def _frame(self, thread: Thread) -> WatchedFrame:
        group = self.watchers_of(thread)
        names = sorted({w.actor.name for w in group if self._places[w][2]})
        return WatchedFrame(thread[1], bool(group), names)

    def _tell(self, thread: Thread, assignee: UUID | None) -> None:
        if assignee is not None:
            self._send(thread[0], assignee, encode(self._frame(thread)))

    def _send(self, workspace_id: int, operator_id: UUID | None, frame: bytes) -> bool:
        consoles = self._consoles(workspace_id, operator_id) if operator_id else []
        for console in consoles:
            console.send(frame)
        return bool(consoles)

    def _say(self, workspace_id: int, operator_id: UUID | None, frame: bytes) -> bool:
        """The same, wherever his consoles are connected."""
        here = self._send(workspace_id, operator_id, frame)
        elsewhere = operator_id is not None and self._say_far(workspace_id, operator_id, frame)
        return here or elsewhere
