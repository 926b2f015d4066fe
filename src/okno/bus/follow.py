"""What is in the outbox and was not heard of as a hint: a process or NATS died between the commit and the hint.

Reads as handlers do, below the oldest running transaction, but from a cursor in memory: a process that starts has
nothing to repair. A row is given on at the look after the one that found it: its hint has had that long to arrive.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from okno.bus.api import SQL
from okno.bus.events import TimelineSpan
from okno.bus.hints import HINT, Hints
from okno.db.pool import Database
from okno.kit import limits

Repair = Callable[[Sequence[TimelineSpan]], None]


class Follower:
    """Of this process; runs only where there are others."""

    def __init__(self, database: Database, hints: Hints, repair: Repair) -> None:
        self._db = database
        self._hints = hints
        self._repair = repair
        self._young: list[TimelineSpan] = []
        self._wake = asyncio.Event()
        self._cursor: tuple[int, int] | None = None
        hints.on_back(self._wake.set)

    async def run(self) -> None:
        while True:
            if self._cursor is None:
                self._cursor = (int(await self._db.fetchval(SQL["outbox_end"])), 0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), limits.FOLLOW_S)
            self._wake.clear()
            await self.look()

    async def look(self) -> None:
        """Everything that has come since; what is old enough is repaired."""
        due, self._young = self._young, []
        assert self._cursor is not None  # noqa: S101 - set by run
        while True:
            rows = await self._db.fetch(SQL["follow_outbox"], *self._cursor, limits.OUTBOX_READ_MAX)
            for row in rows:
                if row["topic"] == HINT:
                    self._hints.take_kept([row["payload"]])
                    continue
                columns = (row["workspace_ids"], row["conversation_ids"], row["before_seqs"], row["event_counts"])
                self._young += [TimelineSpan(*span) for span in zip(*columns, strict=True)]
            if rows:
                self._cursor = (rows[-1]["xid"], rows[-1]["id"])
            if len(rows) < limits.OUTBOX_READ_MAX:
                break
        if not self._hints.connected:  # nothing is on its way
            due, self._young = due + self._young, []
        if due:
            self._repair(due)
