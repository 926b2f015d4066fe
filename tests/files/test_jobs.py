"""Slow work is done whatever dies, and what cannot be done is kept and shown."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from okno.access.keys import Keys
from okno.app.wiring import App
from okno.app.worker import jobs_of
from okno.automation.api import Webhooks
from okno.bus import jobs
from okno.conversations.types import SendDeletion
from okno.db import migrate
from okno.files import storage
from okno.kit import limits
from okno.kit.ids import uuid7
from okno.worker.jobs import Worker
from tests.files.conftest import Staff, Visitor, png
from tests.support.process import Server, data_folder


def all_jobs(app: App) -> Any:
    webhooks = Webhooks(app.database, Keys(bytes(32)), app.clock)
    return jobs_of(app.files, app.imports, app.exports.persons, webhooks, app.telephony.recordings)


async def drain(app: App, work: Any = None) -> None:
    """Everything, also what is for later."""
    await app.database.execute("UPDATE okno_jobs.pgqueuer SET execute_after = now() WHERE status = 'queued'")
    await Worker(app.database, work or all_jobs(app), {}).run(drain=True)


async def objects_of(app: App, file: str) -> list[str]:
    names = []
    for name in (storage.file_of(file), storage.preview_of(file)):
        try:
            await app.files._store.size(name)
            names.append(name)
        except FileNotFoundError:
            continue
    return names


async def test_bytes_of_a_deleted_message_are_removed(app: App, visitor: Visitor, staff: Staff) -> None:
    """What a customer deleted would stay on the disk and in every backup."""
    file = await visitor.upload(png())
    sent = (await visitor.send(file)).json()
    assert len(await objects_of(app, file)) == 2
    await app.conversations.send(
        *(app.workspace_id, UUID(sent["conversation"]), ("operator", staff.id), uuid7()),
        SendDeletion(sent["seq"]),
        rights="any",
    )
    await drain(app)
    assert await objects_of(app, file) == []


async def test_a_file_whose_server_died_is_examined_all_the_same(app: App, visitor: Visitor, monkeypatch) -> None:
    """The customer's file would hang for ever between uploaded and sent."""
    content = png()
    made = await visitor.create(len(content))
    file = made.headers["location"].rsplit("/", 1)[1]

    async def dies(_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(app.files, "_finish", dies)
    monkeypatch.setattr("okno.files.api.CLAIM_S", -1.0)
    await visitor.patch(made.headers["location"], 0, content)
    assert await visitor.links(file) == []
    monkeypatch.undo()
    await drain(app)
    assert len(await visitor.links(file)) == 1


async def test_files_that_were_never_sent_go(app: App, visitor: Visitor) -> None:
    """Given-up uploads would fill the disk."""
    file, kept = await visitor.upload(png()), await visitor.upload(png())
    half = await visitor.create(100)
    await visitor.patch(half.headers["location"], 0, b"x" * 50)
    await visitor.send(kept)
    old = timedelta(hours=limits.UPLOAD_HOURS + 1)
    await app.database.execute("UPDATE attachment SET created_at = created_at - $1::interval", old)
    await jobs.enqueue(app.database, "files.purge", once="files.purge")
    await jobs.enqueue(app.database, "files.purge", once="files.purge")
    assert await app.database.fetchval("SELECT count(*) FROM okno_jobs.pgqueuer WHERE entrypoint = 'files.purge'") == 1
    await drain(app)
    assert await objects_of(app, file) == []
    assert (await visitor.head(half.headers["location"])).status_code == 404
    assert (await visitor.fetch(kept)).status_code == 200
    parts = await app.database.fetchval("SELECT count(*) FROM attachment_part")
    assert parts == 0


async def test_a_job_is_tried_again_then_held_and_can_be_put_back(app: App, monkeypatch) -> None:
    """A store that is away for a minute would lose the work, or a broken job would be tried for ever."""
    monkeypatch.setattr(limits, "JOB_PAUSE_S", 0.0)
    tries: list[str] = []
    broken = True

    async def work(payload: str) -> None:
        tries.append(payload)
        if broken:
            raise OSError("the store is away")

    await jobs.enqueue(app.database, "test.work", "seven")
    for _ in range(limits.JOB_TRIES_MAX + 2):
        await drain(app, {"test.work": work})
    assert tries == ["seven"] * limits.JOB_TRIES_MAX
    (failed,) = [j for j in await jobs.list_failed(app.database) if j["entrypoint"] == "test.work"]
    assert "the store is away" in failed["error"]
    broken = False
    assert await jobs.retry(app.database, failed["id"]) == 1
    await drain(app, {"test.work": work})
    assert len(tries) == limits.JOB_TRIES_MAX + 1
    assert failed["id"] not in [j["id"] for j in await jobs.list_failed(app.database)]


def workers_of(pid: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if b"okno.app.command\0worker" in (place / "cmdline").read_bytes():
                environment = (place / "environ").read_bytes().split(b"\0")
                if f"OKNO_WORKER_OF={pid}".encode() in environment:
                    found.append(int(place.name))
        except OSError:
            continue
    return found


def wait_for(what: Any) -> Any:
    end = time.monotonic() + 60
    while not (value := what()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return value


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_the_worker_lives_and_dies_with_its_server(how: str) -> None:
    """Slow work would stop for ever after a crash, or a lost process would keep working on the database."""
    with data_folder() as data:
        server = Server(data).start()
        try:
            assert httpx.get(f"{server.url}/readyz").status_code == 200
            pid = server.process.pid
            (first,) = wait_for(lambda: workers_of(pid))
            if how == "kill":
                os.kill(first, signal.SIGKILL)
                first = wait_for(lambda: [w for w in workers_of(pid) if w != first])[0]
            getattr(server, how)()
            wait_for(lambda: not workers_of(pid))
        finally:
            server.stop()


def test_the_tables_are_those_of_the_installed_pgqueuer() -> None:
    """A newer PgQueuer would meet tables of an older one in production."""
    program = Path(sys.executable).with_name("pgq")
    environment = {**os.environ, "PGQUEUER_SCHEMA": "okno_jobs"}
    said = subprocess.run([program, "sql", "install"], env=environment, capture_output=True, text=True, check=True)
    ours = Path(migrate.__file__).with_name("migrations").joinpath("0005_jobs.sql").read_text()
    assert [x for x in ours.splitlines() if x[:2] != "--"] == [x for x in said.stdout.splitlines() if x[:2] != "--"]
