"""What must be done once is done by one process at a time, and by another soon after the first has died."""

import asyncio

from okno.app.wiring import App
from okno.bus.leases import Lease
from okno.db.pool import Database
from okno.kit.ids import uuid7
from okno.kit.tasks import Tasks


class Candidate:
    """A process that wants the work, with what it saw of it."""

    def __init__(self, app: App, name: str, doing: list[str], me: str) -> None:
        self.tasks = Tasks()
        self.begun = asyncio.Event()
        self.lease = Lease(app.database, app.clock, self.tasks, name)
        self.doing, self.me, self.overlapped = doing, me, False

    async def work(self) -> None:
        self.overlapped |= bool(self.doing)
        self.doing.append(self.me)
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.doing.remove(self.me)

    def start(self) -> asyncio.Task[None]:
        return self.tasks.loop(lambda: self.lease.run(self.work), name=self.me)


async def test_one_at_a_time_and_a_successor(app: App) -> None:
    """Two planners would assign the same conversation; after the first has gone nobody would plan."""
    name, doing = f"test {uuid7()}", list[str]()
    first, second = Candidate(app, name, doing, "first"), Candidate(app, name, doing, "second")
    first.start()
    await asyncio.wait_for(first.begun.wait(), 30)
    second.start()
    await asyncio.sleep(1.2)
    assert doing == ["first"]
    await first.tasks.close()
    await asyncio.wait_for(second.begun.wait(), 30)
    assert doing == ["second"]
    assert not second.overlapped
    await second.tasks.close()


async def test_a_lost_lease_stops_the_work(app: App) -> None:
    """A process that was away from the database would go on beside its successor."""
    name, doing = f"test {uuid7()}", list[str]()
    holder = Candidate(app, name, doing, "holder")
    holder.start()
    await asyncio.wait_for(holder.begun.wait(), 30)
    await steal(app.database, name)
    async with asyncio.timeout(30):
        while doing:
            await asyncio.sleep(0.02)
    await holder.tasks.close()


async def steal(database: Database, name: str) -> None:
    await database.execute(
        "UPDATE lease SET holder = $2, until = clock_timestamp() + interval '1 hour' WHERE name = $1", name, uuid7()
    )
    assert await database.fetchval("SELECT count(*) FROM lease WHERE name = $1", name) == 1


async def test_work_that_fails_is_begun_anew(app: App) -> None:
    """One error in a planner would leave the queue unserved until a restart."""
    tasks, tries, done = Tasks(), list[int](), asyncio.Event()

    async def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("once")
        done.set()
        await asyncio.Event().wait()

    lease = Lease(app.database, app.clock, tasks, f"test {uuid7()}")
    tasks.loop(lambda: lease.run(work), name="again")
    await asyncio.wait_for(done.wait(), 30)
    await tasks.close()
