"""200 operators, 5,000 waiting, 50 arrivals a second: time of a decision, who waits in vain; one process, then two."""

import asyncio
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.measure import median, percentile, result
from okno.access.keys import load_keys
from okno.access.types import PERMISSIONS, Actor, NewOperator
from okno.app.wiring import App, running
from okno.conversations.types import SendMessage
from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.ids import uuid7
from okno.routing import rules, store
from okno.routing.store import SQL
from okno.routing.types import OperatorSkill, QueueChange, SeatChange
from tests.support.nats import NatsServer
from tests.support.process import data_folder

OPERATORS = int(os.environ.get("BENCH_OPERATORS", "200"))
WAITING = int(os.environ.get("BENCH_WAITING", "5000"))
ARRIVALS_PER_S = int(os.environ.get("BENCH_ARRIVALS", "50"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
DECISION_MS_MAX, IN_VAIN_S_MAX, REPLACED_S_MAX = 20.0, 1.0, 3.0
FILL_S_MAX = 120.0
SAMPLE_S = 0.1
FILL = """
WITH c AS (INSERT INTO contact (workspace_id, id, name, created_at)
  SELECT $1, gen_random_uuid(), 'Customer ' || n, now() FROM generate_series(1, $2::bigint) n RETURNING id),
     t AS (INSERT INTO conversation
  (workspace_id, id, contact_id, inbox_id, channel, last_at, waiting_since, created_at)
  SELECT $1, gen_random_uuid(), id, $3, 'site', now(), now() - random() * interval '1 hour', now() FROM c
  RETURNING id, waiting_since)
INSERT INTO queue_entry
  (workspace_id, id, conversation_id, episode, queue_id, entered_at, joined_at, priority, skill_id)
SELECT $1, gen_random_uuid(), id, 1, $4, waiting_since, now(), 3, CASE WHEN random() < 0.3 THEN $5::bigint END FROM t
"""


class Bench:
    def __init__(self, app: App, owner: Actor, operators: list[UUID]) -> None:
        self.app, self.owner, self.operators = app, owner, operators
        self.decisions_ms: list[float] = []
        self.in_vain_s = 0.0
        self.paused = False  # while a dead planner is being replaced: that has a figure of its own
        self.arrived = self.closed = 0

    def watch_decisions(self) -> None:
        plan = rules.plan_assignment

        def timed(*arguments: Any, **options: Any) -> Any:
            begun = time.thread_time()
            found = plan(*arguments, **options)
            self.decisions_ms.append((time.thread_time() - begun) * 1e3)
            return found

        rules.plan_assignment = timed  # type: ignore[assignment]

    async def sample(self) -> None:
        """The longest stretch during which an operator had room and was given nobody whom he could have served."""
        app, workspace_id = self.app, self.app.workspace_id
        free_since: dict[UUID, float] = {}
        loads: dict[UUID, int] = {}
        while True:
            begun = time.monotonic()
            if self.paused:
                free_since.clear()
                await asyncio.sleep(SAMPLE_S)
                continue
            now = datetime.now(UTC)
            since = now - timedelta(hours=limits.LOAD_IDLE_H)
            records = await app.database.fetch(SQL["list_candidates"], workspace_id, now, since)
            there = [store.candidate_of(r) for r in records]
            queues = {q.id: q for q in await app.routing.list_queues(workspace_id)}
            line = await app.routing.router._read_line(workspace_id, queues, self.operators, now)  # noqa: SLF001
            sorts = list({(w.skill_id, w.team_id): w for w in line}.values())
            idle = set()
            for c in there:
                key = c.operator_id
                if any(rules.fits(w, c) and rules.has_room(w, c) for w in sorts):
                    idle.add(key)
                    if c.load_percent > loads.get(key, 0):  # he was given one meanwhile
                        free_since.pop(key, None)
                    self.in_vain_s = max(self.in_vain_s, begun - free_since.setdefault(key, begun))
                loads[key] = c.load_percent
            free_since = {key: at for key, at in free_since.items() if key in idle}
            await asyncio.sleep(SAMPLE_S)

    async def arrive(self) -> None:
        contact = uuid7()
        app, workspace_id = self.app, self.app.workspace_id
        await app.database.execute(
            "INSERT INTO contact (workspace_id, id, created_at) VALUES ($1, $2, now())", workspace_id, contact
        )
        inbox = (await app.visits.list_inboxes(workspace_id))[0]
        conversation = await app.conversations.open_for_contact(
            workspace_id, contact, inbox_id=inbox.id, channel="site", team_id=0
        )
        sent = SendMessage(text="hello")
        await app.conversations.send(workspace_id, conversation, ("customer", contact), uuid7(), sent, rights="own")
        self.arrived += 1

    async def finish(self) -> None:
        """The conversation that is with somebody for the longest is closed."""
        row = await self.app.database.fetchrow(
            "SELECT conversation_id FROM assignment WHERE workspace_id = $1 AND ended_at IS NULL AND assigned_at <"
            " now() - interval '1 second' ORDER BY assigned_at LIMIT 1 OFFSET $2",
            *(self.app.workspace_id, self.closed % 20),
        )
        if row:
            await self.app.conversations.close(self.owner, row["conversation_id"])
            self.closed += 1

    async def steadily(self, act: Any, until: float) -> None:
        running_: deque[asyncio.Task[None]] = deque()
        due = time.monotonic()
        while due < until:
            running_.append(asyncio.create_task(act()))
            if len(running_) > ARRIVALS_PER_S:
                await running_.popleft()
            due += 1 / ARRIVALS_PER_S  # by the clock: what came late is made up for
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        await asyncio.gather(*running_)


async def prepare(app: App) -> Bench:
    owner = Actor(app.workspace_id, uuid7(), "bench", "owner", PERMISSIONS["owner"])
    routing, workspace_id = app.routing, app.workspace_id
    skill = await routing.create_skill(owner, "Visas")
    operators = []
    for number in range(OPERATORS):
        made, _ = await app.access.create_operator(workspace_id, NewOperator(f"{uuid7()}@example.com", f"Op {number}"))
        skills = [OperatorSkill(skill.id, 1 + number % 5)] if number % 2 else []
        await routing.change_seat(owner, made.id, SeatChange(chats_max=5, skills=skills))
        operators.append(made.id)
    queue = (await routing.list_queues(workspace_id))[0]
    await routing.change_queue(owner, queue.id, QueueChange(mode="automatic", sticky="off"))
    inbox = (await app.visits.list_inboxes(workspace_id))[0]
    await app.database.execute(FILL, workspace_id, WAITING, inbox.id, queue.id, skill.id)
    await app.database.execute("ANALYZE")
    return Bench(app, owner, operators)


async def main() -> None:
    """One process with everything in it; then two, of which the one that plans is killed in the middle."""
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        url = postgres.start()
        try:
            async with opened(home, url) as app:
                await measure(await prepare(app), "routing")
        finally:
            postgres.stop()
    with data_folder() as home:
        postgres, nats = EmbeddedPostgres(home), NatsServer().start()
        url = postgres.start()
        try:
            await two(home, url, nats.url)
        finally:
            postgres.stop()
            nats.stop()


@asynccontextmanager
async def opened(home: Path, url: str, nats: Sequence[str] = ()) -> AsyncIterator[App]:
    database = await Database.connect(url)
    connection = await database.dedicated()
    await migrate(connection)
    await connection.close()
    home.joinpath("files").mkdir(exist_ok=True)
    app = App(database, load_keys(home / "master.key"), "http://127.0.0.1:8000", home / "files", nats=nats)
    async with running(app, locale="en"):
        yield app


class Peer:
    """The other process, with consoles of its own. It is there first, so it holds the planner's lease."""

    def __init__(self, home: Path, url: str, nats: str, operators: list[UUID]) -> None:
        self.operators = operators
        told = [str(home), url, nats, ",".join(map(str, operators))]
        self.process = subprocess.Popen([sys.executable, "-m", "bench.routing_peer", *told], stdout=subprocess.PIPE)
        assert self.process.stdout
        while b"ready" not in (line := self.process.stdout.readline()):
            assert line, "the other process did not start"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


async def two(home: Path, url: str, nats: str) -> None:
    async with opened(home, url) as app:
        prepared = await prepare(app)
    half = len(prepared.operators) // 2
    peer = Peer(home, url, nats, prepared.operators[half:])
    try:
        async with opened(home, url, [nats]) as app:
            bench = Bench(app, prepared.owner, prepared.operators)
            await measure(bench, "routing_two", peer)
    finally:
        peer.kill()


async def killed_midway(bench: Bench, peer: Peer) -> float:
    """Seconds until the dead planner is replaced. Its operators connect to this process, as their consoles do."""
    app, sql = bench.app, "SELECT holder FROM lease WHERE name = 'routing'"
    await asyncio.sleep(SECONDS / 2)
    dead = await app.database.fetchval(sql)
    bench.paused = True
    begun = time.monotonic()
    peer.kill()
    await asyncio.sleep(0.5)
    for operator in peer.operators:
        app.routing.desks.came(app.workspace_id, operator)
    while await app.database.fetchval(sql) == dead:  # noqa: ASYNC110 - it is a row
        await asyncio.sleep(0.02)
    taken_s = time.monotonic() - begun
    await asyncio.sleep(1.0)  # what has heaped up meanwhile is given out
    bench.paused = False
    return taken_s


async def measure(bench: Bench, name: str, peer: Peer | None = None) -> None:
    app = bench.app
    bench.watch_decisions()
    begun = time.monotonic()
    for operator in bench.operators:
        if peer is None or operator not in peer.operators:
            app.routing.desks.came(app.workspace_id, operator)
    want, served = min(OPERATORS * 5, WAITING), 0
    while served < want:
        await asyncio.sleep(0.1)
        sql = "SELECT count(*) FROM assignment WHERE workspace_id = $1 AND ended_at IS NULL"
        served = await app.database.fetchval(sql, app.workspace_id)
        assert time.monotonic() - begun < FILL_S_MAX, "nobody gives anything out"
    filled_s = time.monotonic() - begun
    print(f"{want} conversations given to {OPERATORS} operators in {filled_s:.1f} s, {want / filled_s:.0f} a second")
    burst, bench.decisions_ms = bench.decisions_ms, []
    until = time.monotonic() + SECONDS
    cpu = time.process_time()
    sampler = asyncio.create_task(bench.sample())
    killing = asyncio.create_task(killed_midway(bench, peer)) if peer else None
    await asyncio.gather(bench.steadily(bench.arrive, until), bench.steadily(bench.finish, until))
    sampler.cancel()
    steady = bench.decisions_ms
    print(
        f"{bench.arrived} arrived, {bench.closed} closed in {SECONDS:.0f} s; {len(steady)} plannings, median"
        f" {median(steady):.2f} ms; CPU of the process {(time.process_time() - cpu) / SECONDS:.2f} s a second;"
        f" {'under' if await waiting(app) < WAITING else 'over'} {WAITING} wait"
    )
    result(f"{name}_decision_p99", percentile(burst + steady, 0.99), "ms", DECISION_MS_MAX, most=True)
    result(f"{name}_in_vain_max", bench.in_vain_s, "s", IN_VAIN_S_MAX, most=True)
    if killing:
        result(f"{name}_planner_replaced", await killing, "s", REPLACED_S_MAX, most=True)


async def waiting(app: App) -> int:
    sql = "SELECT count(*) FROM queue_entry WHERE workspace_id = $1 AND left_at IS NULL"
    return int(await app.database.fetchval(sql, app.workspace_id))
