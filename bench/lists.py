"""A page of a list and a long thread out of a million conversations, over HTTP, against the same out of a thousand.

The reader sees 3 of 40 teams. Counters are compared with a full count.
"""

import json
import os
import time
from typing import Any

import httpx

from bench.measure import percentile, result
from bench.world import MINE, World, make_world, serving, value
from okno.db.embedded import EmbeddedPostgres
from tests.support.process import data_folder

MANY = int(os.environ.get("BENCH_CONVERSATIONS", "1000000"))
FEW = 1_000
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "300"))
PAGE = 25
DEEP = 50
P99_MS_MAX, RATIO_MAX = 30.0, 3.0
TABS = {
    "mine": {"tab": "mine"},
    "waiting": {"tab": "waiting"},
    "all": {"tab": "all"},
    "closed": {"tab": "all", "status": "closed"},
    "label": {"tab": "all", "label": "delivery"},
    "label, closed": {"tab": "all", "status": "closed", "label": "delivery"},
    "label, mine": {"tab": "mine", "label": "delivery"},
    "label, waiting": {"tab": "waiting", "label": "delivery"},
}
COUNT = """
SELECT count(*) FILTER (WHERE assignee_id = k.id),
       count(*) FILTER (WHERE assignee_id = k.id AND unread > 0),
       count(*) FILTER (WHERE team_id = ANY(k.teams) AND waiting_since IS NOT NULL AND assignee_id IS NULL),
       count(*) FILTER (WHERE team_id = ANY(k.teams) OR assignee_id = k.id)
  FROM conversation c, api_key k WHERE k.name = 'reader' AND c.status = 'open'
"""


async def timed(client: httpx.AsyncClient, path: str, **parameters: Any) -> list[float]:
    """Milliseconds of each of REQUESTS requests."""
    took = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        answer = await client.get(path, params=parameters)
        took.append((time.perf_counter() - begun) * 1e3)
        answer.raise_for_status()
    return took


async def deep_cursor(client: httpx.AsyncClient, parameters: dict[str, Any]) -> str | None:
    """The cursor of page DEEP, or of the last page there is."""
    cursor = None
    for _ in range(DEEP - 1):
        more = {"cursor": cursor} if cursor else {}
        following = (await client.get("/conversations", params={**parameters, **more, "limit": PAGE})).json()["next"]
        if following is None:
            break
        cursor = following
    return cursor


async def measure(world: World, home: Any) -> dict[str, float]:
    """p99 in milliseconds by what was asked."""
    found: dict[str, float] = {}
    headers = {"authorization": f"Bearer {world.key}"}
    async with (
        serving(home, world.url) as (address, _),
        httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers) as client,
    ):
        await timed(client, "/conversations", tab="all", limit=PAGE)  # warm
        for name, parameters in TABS.items():
            found[name] = percentile(await timed(client, "/conversations", **parameters, limit=PAGE), 0.99)
            if cursor := await deep_cursor(client, parameters):
                took = await timed(client, "/conversations", **parameters, limit=PAGE, cursor=cursor)
                found[f"{name}, page {DEEP}"] = percentile(took, 0.99)
        found["thread"] = percentile(await timed(client, f"/conversations/{world.thread}/events", limit=50), 0.99)
        middle = await timed(client, f"/conversations/{world.thread}/events", around=5_000, limit=50)
        found["thread, middle"] = percentile(middle, 0.99)
        found["counters"] = percentile(await timed(client, "/conversations/counters"), 0.99)
        counters = (await client.get("/conversations/counters")).json()
    full = await value(world.url, f"SELECT row_to_json(t) FROM ({COUNT}) AS t (mine, mine_unread, waiting, every)")
    exact = json.loads(full)
    told = [counters["mine"], counters["mine_unread"], counters["waiting"], counters["all"]]
    if told != [exact["mine"], exact["mine_unread"], exact["waiting"], exact["every"]]:
        raise RuntimeError(f"counters {told} differ from a full count {exact}")
    print(f"counters {told} equal a full count", flush=True)
    return found


async def main() -> None:
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        try:
            few = await measure(await make_world(postgres, home, "few", FEW), home)
            many = await measure(await make_world(postgres, home, "many", MANY), home)
        finally:
            postgres.stop()
    print(f"-- p99 of {REQUESTS} requests, {PAGE} of {MANY:,} conversations, {MINE} of 40 teams; beside: of {FEW:,}")
    for name, figure in many.items():
        beside = few.get(name)
        print(f"{name:18} {figure:6.1f} ms   {f'{beside:6.1f} ms' if beside else ''}", flush=True)
    lists = {n: f for n, f in many.items() if n != "counters"}
    result("list", max(lists.values()), "ms p99 of the slowest", P99_MS_MAX, most=True)
    ratios = [figure / few[name] for name, figure in lists.items() if name in few]
    result("list-growth", max(ratios), f"x the same out of {FEW}", RATIO_MAX, most=True)
