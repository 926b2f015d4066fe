"""`okno jobs`: work that was tried several times and given up."""

import asyncio

from okno.bus import jobs
from okno.cli.connect import database_address, opened
from okno.cli.settings import Settings
from okno.kit.errors import Invalid


def list_failed(settings: Settings) -> None:
    async def work(url: str) -> None:
        async with opened(url) as database:
            failed = await jobs.list_failed(database)
        for job in failed:
            payload = (job["payload"] or b"").decode("utf-8", "replace")
            print(f"{job['id']:>6}  {job['updated']:%Y-%m-%d %H:%M:%S}  {job['entrypoint']}  {payload[:200]}")
            print(f"        {job['error'] or 'no reason was kept'}")
        if not failed:
            print("no job has failed")

    with database_address(settings) as url:
        asyncio.run(work(url))


def retry(settings: Settings, which: str) -> None:
    if which != "all" and not which.isdecimal():
        raise Invalid("give the number of a failed job, or all")

    async def work(url: str) -> int:
        async with opened(url) as database:
            return await jobs.retry(database, None if which == "all" else int(which))

    with database_address(settings) as url:
        count = asyncio.run(work(url))
    print(f"{count} will be done again within seconds, or when a worker is started")
