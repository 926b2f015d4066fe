"""Idle visitors: memory each, and how quickly they come. Each is known, says hello and has one thread subscribed."""

import asyncio
import os
import resource
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from picows import WSListener, WSMsgType, ws_connect

from bench.measure import cpu_s, memory_kb, result
from bench.world import serving
from okno.access.api import Access
from okno.access.keys import load_keys
from okno.contacts.api import Contacts
from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from okno.visits.api import Visits
from tests.support.process import data_folder

VISITORS = int(os.environ.get("BENCH_SOCKETS", "10000"))
AT_ONCE = 200
WARM = 200
SETTLE_S = 3.0
VISITORS_SQL = """
WITH people AS (SELECT gen_random_uuid() AS contact, gen_random_uuid() AS visitor, gen_random_uuid() AS conversation
                  FROM generate_series(1, $2::bigint)),
     contacts AS (INSERT INTO contact (workspace_id, id, name, created_at)
                  SELECT $1, contact, 'Guest', now() FROM people),
     visitors AS (INSERT INTO visitor (workspace_id, id, inbox_id, contact_id, created_at)
                  SELECT $1, visitor, $3, contact, now() FROM people RETURNING id)
SELECT contact, visitor, conversation FROM people
"""
CONVERSATIONS_SQL = """
INSERT INTO conversation (workspace_id, id, contact_id, inbox_id, channel, last_at, created_at)
SELECT $1, unnest($2::uuid[]), unnest($3::uuid[]), $4, 'site', now(), now()
"""


class Visitor(WSListener):
    """Says hello and waits for the snapshot of its thread."""

    def __init__(self, hello: bytes) -> None:
        super().__init__()
        self.hello = hello
        self.lost = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        transport.send(WSMsgType.TEXT, self.hello)

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.get_payload_as_bytes().startswith(b'{"t":"snapshot"') and not self.ready.done():
            self.ready.set_result(None)

    def on_ws_disconnected(self, transport: Any) -> None:
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("refused"))


class Crowd(NamedTuple):
    """Known visitors with a conversation each: their hellos, and the conversations in the same order."""

    workspace: int
    hellos: list[bytes]
    conversations: list[str]


async def prepare(url: str, home: Any, count: int) -> Crowd:
    """Migrate, and fill in `count` visitors."""
    database = await Database.connect(url, size=2)
    connection = await database.dedicated()
    await migrate(connection)
    keys, clock = load_keys(home / "master.key"), SystemClock()
    workspace = await Access(database, keys, clock).ensure_workspace("bench", "en")
    inbox = await Visits(database, keys, clock, "http://127.0.0.1").ensure_site_inbox(workspace, "Site")
    people = await connection.fetch(VISITORS_SQL, workspace, count, inbox.id)
    conversations, contacts = [p["conversation"] for p in people], [p["contact"] for p in people]
    await connection.execute(CONVERSATIONS_SQL, workspace, conversations, contacts, inbox.id)
    await connection.execute("ANALYZE")
    issue = Contacts(database, keys, clock).visitor_token
    hellos = [{"t": "visitor", "version": 1, "key": inbox.key, "token": issue(workspace, p["visitor"])} for p in people]
    await connection.close()
    await database.close()
    return Crowd(workspace, [msgspec.json.encode(hello) for hello in hellos], [str(c) for c in conversations])


async def enter(address: str, hellos: list[bytes], listener: Callable[[bytes], Any] = Visitor) -> list[Any]:
    """Connect all, AT_ONCE under way at a time; returns when every thread is subscribed."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(hello: bytes) -> Any:
        async with gate:
            visitor = listener(hello)
            await ws_connect(lambda: visitor, address)
            await visitor.ready
            return visitor

    return list(await asyncio.gather(*(one(hello) for hello in hellos)))


async def main() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.sched_setaffinity(0, {1})
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        os.sched_setaffinity(postgres.pid or 0, {0, 1})
        try:
            hellos = (await prepare(postgres.url, home, VISITORS + WARM)).hellos
            async with serving(home, postgres.url) as (url, pid):
                address = url.replace("http", "ws") + "/realtime"
                warm = await enter(address, hellos[:WARM])  # pools and caches are paid once, not by visitors
                await asyncio.sleep(SETTLE_S)
                before_kb, before_s = memory_kb(pid), cpu_s(pid)
                begun = time.perf_counter()
                visitors = await enter(address, hellos[WARM:])
                took = time.perf_counter() - begun
                cpu = cpu_s(pid) - before_s
                await asyncio.sleep(SETTLE_S)
                after_kb = memory_kb(pid)
                if lost := sum(v.lost for v in (*warm, *visitors)):
                    raise RuntimeError(f"{lost} connections were lost")
        finally:
            postgres.stop()
    print(f"{VISITORS:,} visitors in {took:.1f} s, {cpu / VISITORS * 1e6:.0f} us of the server's CPU each")
    result("sockets-memory", (after_kb - before_kb) / VISITORS, "KB a visitor", 12, most=True)
    result("sockets-connects", VISITORS / took, "a second", 1_000)
