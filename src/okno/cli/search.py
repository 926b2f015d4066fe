"""`okno search`: the index of messages."""

import asyncio
import time

from okno.cli.connect import database_address, opened
from okno.cli.settings import Settings
from okno.conversations.search.api import Search, read_state
from okno.kit.clock import SystemClock

TELL_S = 2.0


class Nobody:
    """Names are not needed to index."""

    def name_of(self, operator_id: object) -> str:  # noqa: ARG002
        return ""


def state(settings: Settings) -> None:
    async def work(url: str) -> None:
        async with opened(url) as database:
            found = await read_state(database, SystemClock())
        print(f"{found.entries:,} messages, {found.lag_s:.1f} s behind")
        print("complete" if found.complete else "older ones are still being read; go on with: okno search rebuild")

    with database_address(settings) as url:
        asyncio.run(work(url))


def rebuild(settings: Settings, *, from_start: bool) -> None:
    async def work(url: str) -> None:
        async with opened(url) as database:
            search = Search(database, SystemClock(), Nobody())
            await search.begin_rebuild(anew=from_start)
            events, told = 0, time.monotonic()
            while (done := await search.rebuild_some()) is not None:
                events += done
                if time.monotonic() - told > TELL_S:
                    told = time.monotonic()
                    print(f"{events:,} events", flush=True)
            print(f"done: {events:,} events read, {(await search.state()).entries:,} messages can be found")

    with database_address(settings) as url:
        asyncio.run(work(url))
