"""Does the jobs of the queue: the only place that knows PgQueuer. It names its schema before it is imported."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

os.environ["PGQUEUER_SCHEMA"] = "okno_jobs"

import structlog
from pgqueuer.db import AsyncpgDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from okno.bus.jobs import enqueue
from okno.db.pool import Database
from okno.kit import limits

log = structlog.get_logger()
Work = Callable[[str], Awaitable[object]]
"""Does one job; its argument is the job's payload. At least once: it must bear being repeated."""

POLL_S = 5.0  # a job put back by hand is not announced
BATCH = 10


class Worker:
    """Runs `jobs` by their names, and each of `every` again and again: name and seconds between."""

    def __init__(self, database: Database, jobs: Mapping[str, Work], every: Mapping[str, float]) -> None:
        self._database = database
        self._jobs = jobs
        self._every = every

    async def run(self, *, drain: bool = False) -> None:
        """Until cancelled; with `drain` until nothing is left to do now."""
        connection = await self._database.dedicated()
        try:
            await connection.execute("SET statement_timeout = 0")
            manager = QueueManager(Queries(AsyncpgDriver(connection)))
            for name, work in self._jobs.items():
                manager.entrypoint(name, on_failure="hold", accepts_context=False)(self._bounded(name, work))
            mode = QueueExecutionMode.drain if drain else QueueExecutionMode.continuous
            clocks = (
                [asyncio.ensure_future(self._again(name, s)) for name, s in self._every.items()] if not drain else []
            )
            try:
                await manager.run(
                    dequeue_timeout=timedelta(seconds=POLL_S),
                    batch_size=BATCH,
                    mode=mode,
                    max_concurrent_tasks=BATCH * 2,
                    shutdown_on_listener_failure=True,
                )
            finally:
                for clock in clocks:
                    clock.cancel()
        finally:
            connection.terminate()

    def _bounded(self, name: str, work: Work) -> Callable[[Job], Awaitable[None]]:
        async def run(job: Job) -> None:
            """Retried with growing pauses, then held: `okno jobs failed` lists it."""
            try:
                async with asyncio.timeout(limits.JOB_S_MAX):
                    await work((job.payload or b"").decode())
            except Exception as error:
                tried = job.attempts + 1
                log.warning("job failed", job=name, id=int(job.id), tried=tried, error=repr(error)[:300])
                if tried >= limits.JOB_TRIES_MAX:
                    raise
                pause_s = min(limits.JOB_PAUSE_S * 2**job.attempts, limits.JOB_PAUSE_S_MAX) * random.uniform(0.5, 1.5)  # noqa: S311
                raise RetryRequested(delay=timedelta(seconds=pause_s), reason=repr(error)[:300]) from error

        return run

    async def _again(self, name: str, between_s: float) -> None:
        while True:
            try:
                await enqueue(self._database, name, once=name)
            except Exception as error:  # noqa: BLE001 - the database is away; the next turn tries again
                log.warning("a regular job was not put in the queue", job=name, error=repr(error)[:300])
            await asyncio.sleep(between_s)
