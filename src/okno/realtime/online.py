"""Operators who look at the visitors are told who came, moved and left: one frame a second at most."""

from collections import defaultdict
from typing import Protocol
from uuid import UUID

from okno.access.types import Actor
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.wire import encode
from okno.realtime.frames import VisitorsFrame
from okno.welcome.api import Welcome
from okno.welcome.types import OnlineVisitor

Group = tuple[int, frozenset[int] | None, str]
"""Workspace, teams (null: all) and language: who shares it sees the same."""


class Watcher(Protocol):
    actor: Actor

    def send(self, frame: bytes) -> None: ...


class OnlineVisitors:
    """Of this process: one query a group and second while somebody looks, none else."""

    def __init__(self, welcome: Welcome, clock: Clock) -> None:
        self._welcome = welcome
        self._clock = clock
        self._watchers: dict[Watcher, Group] = {}
        self._fresh: set[Watcher] = set()
        self._known: dict[Group, dict[UUID, OnlineVisitor]] = {}
        self._renewed_at: dict[int, float] = {}

    def join(self, watcher: Watcher, locale: str) -> None:
        """He gets everybody with the next frame. Again is no error."""
        actor = watcher.actor
        self._watchers[watcher] = (actor.workspace_id, None if actor.see_all else actor.teams, locale)
        self._fresh.add(watcher)

    def leave(self, watcher: Watcher) -> None:
        self._watchers.pop(watcher, None)
        self._fresh.discard(watcher)

    async def run(self) -> None:
        while True:
            await self.tell()
            await self._clock.sleep(limits.VISITORS_FRAME_S)

    async def tell(self) -> None:
        """What has changed since the last time; everything to who has just come."""
        groups: dict[Group, list[Watcher]] = defaultdict(list)
        for watcher, group in self._watchers.items():
            groups[group].append(watcher)
        self._known = {group: known for group, known in self._known.items() if group in groups}
        await self._renew({group[0] for group in groups})
        for group, watchers in groups.items():
            found, total = await self._welcome.list_online(*group)
            self._show(group, watchers, {visitor.visitor: visitor for visitor in found}, total)

    async def _renew(self, workspaces: set[int]) -> None:
        now = self._clock.monotonic()
        due = {w for w in workspaces if now - self._renewed_at.get(w, float("-inf")) >= limits.VISITORS_WATCH_RENEW_S}
        if due:
            await self._welcome.watch(due)
        self._renewed_at = {w: now if w in due else self._renewed_at[w] for w in workspaces}

    def _show(self, group: Group, watchers: list[Watcher], now: dict[UUID, OnlineVisitor], total: int) -> None:
        known = self._known.get(group, {})
        changed = [visitor for key, visitor in now.items() if known.get(key) != visitor]
        gone = [key for key in known if key not in now]
        news = encode(VisitorsFrame(changed, total, gone)) if changed or gone else b""
        everybody = b""
        for watcher in watchers:
            if watcher in self._fresh:
                self._fresh.discard(watcher)
                everybody = everybody or encode(VisitorsFrame(list(now.values()), total, reset=True))
                watcher.send(everybody)
            elif news:
                watcher.send(news)
        self._known[group] = now
