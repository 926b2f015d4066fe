"""Who is on the site now: a small table kept by page views and beats, the same for every process."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock

SQL = load_queries("okno.visits")


class Beat(NamedTuple):
    """A page that somebody looks at. `source` counts for a visit that begins with it."""

    workspace_id: int
    visitor_id: UUID
    inbox_id: int
    visit_id: UUID
    url: str
    title: str
    source: str
    ip: str
    device: str


class Online:
    """A visitor is there from his first page until he leaves it, or is silent for VISITOR_SILENCE_S."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def beat(self, beats: Sequence[Beat], place: Connection | None = None) -> None:
        """At most one beat a visitor; in the transaction of `place` where one is given."""
        columns = [list(column) for column in zip(*sorted(beats), strict=True)]
        await (place or self._db).execute(SQL["beat"], *columns, self._clock.now())

    async def leave(self, place: Connection, workspace_id: int, visitor_id: UUID, url: str) -> None:
        """He left this page. Nothing happens when he is on another one already."""
        await place.execute(SQL["leave"], workspace_id, visitor_id, url)

    async def run_purge(self) -> None:
        while True:
            since = self._clock.now() - timedelta(seconds=limits.VISITOR_SILENCE_S)
            await self._db.execute(SQL["forget_silent"], since)
            await self._clock.sleep(limits.VISITOR_PURGE_S)
