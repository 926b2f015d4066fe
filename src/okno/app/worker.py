"""`okno worker`: the process of slow work. `okno serve` keeps one of its own, which dies with it."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import structlog

from okno.access.api import Access
from okno.access.keys import load_keys
from okno.attributes.api import Attributes
from okno.automation.api import JOB as WEBHOOK
from okno.automation.api import Webhooks
from okno.cli.connect import database_address
from okno.cli.settings import Settings
from okno.contacts.api import Contacts
from okno.db.pool import Database
from okno.exports.api import JOB as EXPORT
from okno.exports.api import PersonExports
from okno.files.api import Files
from okno.imports.api import RUN, UNDO, Imports, parse_job
from okno.kit.clock import SystemClock
from okno.kit.tasks import Tasks
from okno.knowledge.api import Knowledge
from okno.telephony.api import RECORD, UNRECORD, Recordings, Setup, recorded_in
from okno.worker.jobs import Work, Worker

PR_SET_PDEATHSIG = 1
PARENT = "OKNO_WORKER_OF"  # process id of the server that started this worker
STOP_S = 5.0
PURGE_EVERY_S = 3600.0
PURGES = ("files.purge", "imports.purge", "exports.purge", "automation.purge", "telephony.purge")
log = structlog.get_logger()


def jobs_of(
    files: Files,
    imports: Imports,
    exports: PersonExports,
    webhooks: Webhooks,
    recordings: Recordings,
) -> Mapping[str, Work]:
    """Every job of the product by its name."""

    async def erase(payload: str) -> None:
        await files.erase_bytes([UUID(payload)])

    async def finish(payload: str) -> None:
        await files.finish_later(UUID(payload))

    async def purge(_: str) -> None:
        await files.purge()

    async def run_import(payload: str) -> None:
        await imports.run(*parse_job(payload))

    async def undo_import(payload: str) -> None:
        await imports.undo(*parse_job(payload))

    async def purge_imports(_: str) -> None:
        await imports.purge()

    async def purge_exports(_: str) -> None:
        await exports.purge()

    async def purge_runs(_: str) -> None:
        await webhooks.purge()

    return {
        WEBHOOK: webhooks.run,
        "automation.purge": purge_runs,
        EXPORT: exports.run,
        "exports.purge": purge_exports,
        "imports.purge": purge_imports,
        RUN: run_import,
        UNDO: undo_import,
        "files.erase": erase,
        "files.finish": finish,
        "files.purge": purge,
        RECORD: recordings.store,
        UNRECORD: recordings.erase,
        "telephony.purge": recordings.purge,
    }


async def _work(settings: Settings, url: str) -> None:
    tasks = Tasks()
    while True:
        try:
            database = await Database.connect(url, size=4)
        except Exception as error:  # noqa: BLE001 - whatever keeps it from answering passes, or the log says it again
            log.warning("the worker waits for the database", error=repr(error)[:300])
            await asyncio.sleep(STOP_S)
            continue
        try:
            keys, clock = load_keys(settings.home / "master.key"), SystemClock()
            access = Access(database, keys, clock)
            place = (settings.home / "files", settings.files_url)
            files = Files.at(*place, "worked", database=database, access=access, keys=keys, clock=clock, tasks=tasks)
            attributes = Attributes(database, clock)
            knowledge = Knowledge(database, clock, access, attributes, files)
            contacts = Contacts(database, keys, clock)
            contacts.country_of = Setup(database, keys).country
            imports = Imports(database, clock, keys, contacts, knowledge, attributes)
            exports = PersonExports(database, clock, access, contacts, files)
            webhooks = Webhooks(database, keys, clock, settings.connect_networks)
            recordings = Recordings(database, keys, clock, files, recorded_in(settings.home))
            files.sandbox.clear()
            async with contextlib.aclosing(webhooks):
                await Worker(
                    database,
                    jobs_of(files, imports, exports, webhooks, recordings),
                    dict.fromkeys(PURGES, PURGE_EVERY_S),
                ).run()
        except Exception as error:  # noqa: BLE001 - the same
            log.warning("the worker begins anew", error=repr(error)[:300])
        finally:
            await database.close()
        await asyncio.sleep(1)


def worker(settings: Settings) -> None:
    """Until SIGINT or SIGTERM, or the death of the server that started it."""
    if parent := os.environ.get(PARENT):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with database_address(settings) as url, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_work(settings, url))


async def keep_worker(settings: Settings, url: str) -> None:
    """One worker process, started anew by the caller's loop when this ends."""
    environment = {**os.environ, "OKNO_DATABASE_URL": url, "OKNO_DATA": str(settings.home), PARENT: str(os.getpid())}
    environment |= {"OKNO_FILES_URL": settings.files_url, "OKNO_LOG_LEVEL": settings.log_level}
    environment |= {"OKNO_CONNECT_NETWORKS": settings.connect_networks}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "okno.app.command", "worker"),
        env=environment,
        cwd=Path("/"),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C in the terminal is the server's; it ends the worker in its turn
    )
    try:
        code = await process.wait()
        log.warning("the worker ended, starting it again", code=code)
        await asyncio.sleep(1)
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()
