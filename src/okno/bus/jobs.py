"""Slow work and work for later: handlers and commands put it here, the worker's process does it.

Never from the append of a message: the table's NOTIFY would make commits wait for one another.
"""

from typing import Any

from okno.bus.api import SQL
from okno.db.pool import Connection, Database
from okno.kit import limits


async def enqueue(
    place: Connection | Database, job: str, payload: str = "", *, after_s: float = 0.0, once: str | None = None
) -> None:
    """In the caller's transaction when `place` is one. `once`: nothing is added while a job with this key waits."""
    await place.execute(SQL["enqueue_job"], job, payload.encode(), after_s, once)


async def list_failed(database: Database) -> list[Any]:
    """Jobs that were given up: id, entrypoint, payload, attempts, updated, error."""
    return list(await database.fetch(SQL["list_failed_jobs"], limits.PAGE_MAX))


async def retry(database: Database, job_id: int | None) -> int:
    """Have one of them, or all, done again; how many."""
    return len(await database.fetch(SQL["retry_jobs"], job_id))
