"""Commands on the database: schema, backup and restore, upgrade, parked events."""

import asyncio
import getpass
import os
import sys
from pathlib import Path

from okno.access.keys import MasterKeyLost, load_keys, save_keys
from okno.bus.api import Bus
from okno.cli.connect import database_address, opened
from okno.cli.settings import Settings
from okno.db import backup as archives
from okno.db import migrate as migrations
from okno.db import upgrade as upgrades
from okno.db.embedded import wheel_binaries
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from okno.kit.errors import Invalid, OknoError

PASSPHRASE = "OKNO_BACKUP_PASSPHRASE"  # noqa: S105 - the name of the variable


class RestoreNeedsEmptyPlace(OknoError):
    """There is a master key already, so this folder was used."""

    slug, title = "restore-refused", "A backup is restored into an empty place only"


def migrate(settings: Settings) -> None:
    async def work(url: str) -> None:
        database = await Database.connect(url, size=1)
        connection = await database.dedicated()
        try:
            done = await migrations.migrate(connection)
        finally:
            await connection.close()
            await database.close()
        print("\n".join(f"applied {name}" for name in done) or "the schema is up to date")

    with database_address(settings) as url:
        asyncio.run(work(url))


def status(settings: Settings) -> int:
    """Exit code 1 when something is not applied yet."""

    async def work(url: str) -> int:
        database = await Database.connect(url, size=1)
        connection = await database.dedicated()
        try:
            done = await migrations.applied(connection)
            version = await connection.fetchval("SHOW server_version")
        finally:
            await connection.close()
            await database.close()
        known = [m.name for m in migrations.migrations()]
        print(f"PostgreSQL {version}")
        for name in known:
            print(f"{'applied' if name in done else 'missing'} {name}")
        return int(any(name not in done for name in known))

    with database_address(settings) as url:
        return asyncio.run(work(url))


def backup(settings: Settings, file: str) -> None:
    """Raises what the archive's functions raise; the message says what to do."""
    passphrase = _passphrase(again=True)
    key_file = settings.home / "master.key"
    if not key_file.exists():
        raise MasterKeyLost(f"{key_file} is not there: without it a backup could not be read. See `okno doctor`")
    keys = load_keys(key_file)
    target = Path(file).absolute()
    with database_address(settings) as url:
        archives.backup(url, wheel_binaries(), settings.home / "files", keys.master, target, passphrase)
    print(f"{target}: {target.stat().st_size:,} bytes. Without the passphrase it cannot be restored.")


def restore(settings: Settings, file: str) -> None:
    key_file = settings.home / "master.key"
    if key_file.exists():
        raise RestoreNeedsEmptyPlace(f"{key_file} is there; choose another OKNO_DATA")
    passphrase = _passphrase(again=False)
    source = Path(file)
    archives.verify(source, passphrase)  # before a database is made for nothing
    with database_address(settings) as url:
        keys = archives.restore(url, wheel_binaries(), settings.home / "files", source, passphrase)
    save_keys(key_file, keys)
    print("restored; start it with: okno serve")


def upgrade(settings: Settings) -> None:
    if settings.database_url:
        raise Invalid("OKNO_DATABASE_URL is set: upgrade that server by its own means")
    old = upgrades.upgrade(settings.home)
    print(f"upgraded. The old database is still in {old}; delete it when all is well.")


def list_parked(settings: Settings) -> None:
    async def work(url: str) -> None:
        async with opened(url) as database:
            parked = await Bus(database, SystemClock()).list_parked()
        for r in parked:
            waits = "  (will be handled again)" if r["replay"] else ""
            print(f"{r['id']:>6}  {r['parked_at']:%Y-%m-%d %H:%M:%S}  {r['handler']}  {r['topic']}{waits}")
            print(f"        {r['error']}\n        {r['payload'][:300]}")
        if not parked:
            print("nothing is parked")

    with database_address(settings) as url:
        asyncio.run(work(url))


def replay(settings: Settings, which: str) -> None:
    if which != "all" and not which.isdecimal():
        raise Invalid("give the number of a parked event, or all")

    async def work(url: str) -> int:
        async with opened(url) as database:
            return await Bus(database, SystemClock()).request_replay(None if which == "all" else int(which))

    with database_address(settings) as url:
        count = asyncio.run(work(url))
    print(f"{count} will be handled again by the running server within seconds, else at its next start")


def _passphrase(*, again: bool) -> str:
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Invalid(f"set {PASSPHRASE}: nobody is here to be asked")
    passphrase = getpass.getpass("Passphrase: ")
    if again and getpass.getpass("Once more: ") != passphrase:
        raise Invalid("the two differ")
    return passphrase
