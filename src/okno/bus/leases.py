"""Work that must be done once over all processes: the holder of a named lease does it, the others wait to replace it.

The database's clock decides. A dead holder is replaced after at most LEASE_S + LEASE_RENEW_S; a holder that could not
renew stops by its own clock before anybody else begins.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from okno.bus.api import SQL
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.ids import uuid7
from okno.kit.tasks import Tasks

log = structlog.get_logger()


class Lease:
    """One process's candidacy for the work called `name`."""

    def __init__(self, database: Database, clock: Clock, tasks: Tasks, name: str) -> None:
        self._db = database
        self._clock = clock
        self._tasks = tasks
        self.name = name
        self._holder = uuid7()

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: wait for the lease, run `work` while it is held. `work` that ends or fails is begun anew.

        Cancelling this gives the lease up at once, so that a successor need not wait.
        """
        while True:
            asked = self._clock.monotonic()
            if not await self._take():
                await self._clock.sleep(limits.LEASE_RENEW_S)
                continue
            log.info("lease taken", lease=self.name)
            try:
                await self._hold(work, asked)
            finally:
                await asyncio.shield(self._give_up())

    async def _hold(self, work: Callable[[], Awaitable[None]], asked: float) -> None:
        async def again() -> None:
            await work()

        task = self._tasks.loop(again, name=f"lease {self.name}")
        good_until = asked + limits.LEASE_S
        try:
            while not task.done():
                await self._clock.sleep(limits.LEASE_RENEW_S)
                asked = self._clock.monotonic()
                try:
                    async with asyncio.timeout(max(good_until - asked, 0.0)):
                        held = await self._take()
                except Exception as error:  # noqa: BLE001 - whatever hinders renewal: until the term is over it is held
                    held = self._clock.monotonic() < good_until
                    log.warning("lease not renewed", lease=self.name, error=repr(error)[:300])
                else:
                    good_until = asked + limits.LEASE_S
                if not held:
                    log.warning("lease lost", lease=self.name)
                    return
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _take(self) -> bool:
        holder = await self._db.fetchval(SQL["take_lease"], self.name, self._holder, limits.LEASE_S)
        return bool(holder == self._holder)

    async def _give_up(self) -> None:
        try:
            await self._db.execute(SQL["give_lease_up"], self.name, self._holder)
        except Exception as error:  # noqa: BLE001 - it ends by itself
            log.warning("lease not given up", lease=self.name, error=repr(error)[:300])
