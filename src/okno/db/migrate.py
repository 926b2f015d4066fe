"""Forward migrations: numbered SQL files, each in a transaction, under one advisory lock."""

import hashlib
from importlib.resources import files
from typing import NamedTuple

from okno.db.pool import Connection, WrongServer

LOCK_KEY = 0x6F6B6E6F  # "okno"
TIMEOUTS = "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '300s'"


class Migration(NamedTuple):
    """`digest` guards against a file that was changed after it had been applied."""

    name: str
    sql: str
    digest: str


def migrations() -> list[Migration]:
    """All of the product, in order."""
    folder = files("okno.db").joinpath("migrations")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return [
        Migration(name.removesuffix(".sql"), sql, hashlib.sha256(sql.encode()).hexdigest())
        for name, sql in zip(names, texts, strict=True)
    ]


async def applied(connection: Connection) -> dict[str, str]:
    """Digest by name; empty for a new database."""
    if not await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL"):
        return {}
    return {r["name"]: r["digest"] for r in await connection.fetch("SELECT name, digest FROM migration ORDER BY name")}


async def migrate(connection: Connection) -> list[str]:
    """Apply what is missing; the names applied. Raises `WrongServer` for a database of a newer or changed okno."""
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
    try:
        done = await applied(connection)
        known = {m.name: m for m in migrations()}
        if newer := sorted(done.keys() - known.keys()):
            raise WrongServer(f"the database was migrated by a newer okno ({newer[-1]}): install that version")
        if changed := [name for name, digest in done.items() if known[name].digest != digest]:
            raise WrongServer(f"migration {changed[0]} was changed after it had been applied")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        missing = [m for m in known.values() if m.name not in done]
        for migration in missing:
            async with connection.transaction():
                await connection.execute(TIMEOUTS)
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO migration (name, digest) VALUES ($1, $2)", migration.name, migration.digest
                )
        return [m.name for m in missing]
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK_KEY)
