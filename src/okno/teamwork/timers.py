"""One loop for everything that has a due time: it sleeps until the earliest, and whoever sets a time wakes it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from okno.kit import limits
from okno.kit.clock import Clock


class Timed(Protocol):
    """Due times that live in a table."""

    async def next_due(self) -> datetime | None: ...
    async def fire(self, now: datetime) -> int:
        """Do what is due, a bounded piece; how many."""
        ...


class Timers:
    """Runs where the lease is held; a process that is killed leaves every time in its table to its successor."""

    def __init__(self, clock: Clock, timed: Sequence[Timed]) -> None:
        self._clock = clock
        self._timed = timed
        self._stir = asyncio.Event()

    def wake(self) -> None:
        """A time was set or taken away."""
        self._stir.set()

    async def run(self) -> None:
        while True:
            self._stir.clear()
            now = self._clock.now()
            if sum([await timed.fire(now) for timed in self._timed]):
                continue
            dues = [due for timed in self._timed if (due := await timed.next_due())]
            wait_s = max((min(dues) - self._clock.now()).total_seconds(), 0.0) if dues else limits.TIMER_LOOK_S
            try:
                await asyncio.wait_for(self._stir.wait(), min(wait_s, limits.TIMER_LOOK_S))
            except TimeoutError:
                continue
