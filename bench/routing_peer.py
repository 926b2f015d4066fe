"""The other process of `bench/routing.py`: consoles, a planner, and sooner or later a SIGKILL."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import uvloop

from bench.routing import opened


async def main(home: str, url: str, nats: str, operators: str) -> None:
    async with opened(Path(home), url, [nats]) as app:
        for operator in operators.split(","):
            app.routing.desks.came(app.workspace_id, UUID(operator))
        sql = "SELECT count(*) FROM lease WHERE name = 'routing' AND until > now()"
        while not (app.hints.connected and await app.database.fetchval(sql)):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.05)
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
