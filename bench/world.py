"""A workspace full of conversations, made in the database, and the real server over it."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from okno.access.api import Access
from okno.access.keys import load_keys
from okno.access.types import PERMISSIONS, Actor, NewApiKey
from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from okno.kit.ids import uuid7
from tests.support.process import free_port

TEAMS, MINE = 40, 3
OPEN_SHARE, MINE_SHARE, LABEL_SHARE = 20, 500, 50  # one in so many is open, assigned to the reader, labelled
THREAD_EVENTS = 10_000


FILL = """
INSERT INTO conversation (workspace_id, id, contact_id, inbox_id, channel, status, turn, assignee_id, team_id, last_seq,
  last_at, preview, preview_actor, unread, waiting_since, labels, closed_at, created_at)
SELECT $1, gen_random_uuid(), id, 1, 'site', CASE WHEN open THEN 'open' ELSE 'closed' END,
       CASE WHEN mine THEN 'operator' ELSE 'queue' END, CASE WHEN mine THEN $2::uuid END,
       ($3::bigint[])[1 + n % cardinality($3::bigint[])], 10, at, 'When will my order be delivered?', 'customer',
       CASE WHEN open THEN n % 3 ELSE 0 END, CASE WHEN open AND n % 2 = 0 THEN at END,
       CASE WHEN n % $4 = 0 THEN ARRAY['delivery'] ELSE '{}' END, CASE WHEN NOT open THEN at END, at
  FROM (SELECT id, n, n * 7919 % $5 = 0 AS open, n * 104729 % $6 = 0 AS mine, now() - n * interval '7 seconds' AS at
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contact WHERE workspace_id = $1) numbered) c
"""
FILL_THREAD = """
INSERT INTO event (workspace_id, conversation_id, seq, client_id, actor, actor_id, type, body, created_at)
SELECT $1, $2, n, gen_random_uuid(), 'customer', gen_random_uuid(), 'message',
       '{"type":"message","text":"' || repeat('x', 110) || '"}', now() FROM generate_series(1, $3::bigint) n
"""


class World(NamedTuple):
    """What a benchmark needs to know of a prepared database."""

    url: str
    workspace: int
    teams: list[int]
    key: str
    owner_key: str
    thread: str


async def make_world(postgres: EmbeddedPostgres, home: Path, name: str, conversations: int) -> World:
    """A database with `conversations` of 40 teams, an API key that sees three of them, and one long thread."""
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    await connection.close()
    url = postgres.url_of(name)
    database = await Database.connect(url, size=2)
    connection = await database.dedicated()
    await connection.execute("SET statement_timeout = 0")
    await migrate(connection)
    access = Access(database, load_keys(home / "master.key"), SystemClock())
    workspace = await access.ensure_workspace("bench", "en")
    owner = Actor(workspace, uuid7(), "bench", "owner", PERMISSIONS["owner"])
    teams = [(await access.create_team(owner, f"Team {n}")).id for n in range(TEAMS)]
    owner_key = await access.api_keys.create(owner, NewApiKey("owner", "owner"))
    key = await access.api_keys.create(owner, NewApiKey("reader", "operator", teams[:MINE]))
    await connection.execute(
        "INSERT INTO contact (workspace_id, id, name, created_at)"
        " SELECT $1, gen_random_uuid(), 'Customer ' || n, now() FROM generate_series(1, $2::bigint) n",
        *(workspace, conversations),
    )
    await connection.execute(FILL, workspace, key.key.id, teams, LABEL_SHARE, OPEN_SHARE, MINE_SHARE)
    thread = await connection.fetchval(
        "SELECT id FROM conversation WHERE workspace_id = $1 AND team_id = $2 AND status = 'open' LIMIT 1",
        *(workspace, teams[0]),
    )
    await connection.execute(FILL_THREAD, workspace, thread, THREAD_EVENTS)
    await connection.execute(
        "UPDATE conversation SET last_seq = $3 WHERE workspace_id = $1 AND id = $2", workspace, thread, THREAD_EVENTS
    )
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    await database.close()
    return World(url, workspace, teams, key.secret, owner_key.secret, str(thread))


@asynccontextmanager
async def serving(home: Path, url: str, core: str = "0") -> AsyncIterator[tuple[str, int]]:
    """The real server over a database, pinned to a core: its address and process."""
    port = free_port()
    environment = {**os.environ, "OKNO_DATA": str(home), "OKNO_DATABASE_URL": url, "OKNO_LOG_LEVEL": "warning"}
    environment["OKNO_FLOOD_LIMITS"] = "false"  # a bench writes more than any customer
    command = ["taskset", "-c", core, sys.executable, "-m", "okno.app.command", "serve", "--port", str(port)]
    server = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    assert server.stdout
    try:
        while b"okno answers" not in (line := await server.stdout.readline()):
            if not line:
                raise RuntimeError("okno did not start")
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


async def value(url: str, sql: str, *arguments: Any) -> Any:
    """One value, read on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql, *arguments)
    finally:
        await connection.close()
