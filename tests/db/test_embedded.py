"""The embedded server through every way a machine, a user or a kill can treat it."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from okno.db import embedded
from okno.db.embedded import DatabaseFailed, DataFolderBusy, EmbeddedPostgres, OlderDatabase, default_home, for_cli
from okno.db.upgrade import NothingToUpgrade, upgrade
from tests.db.conftest import HOLDER, ask, is_free, is_gone, mode
from tests.support.process import free_port

ROOT = os.geteuid() == 0


async def test_first_start_is_durable_and_knows_cyrillic(fresh):
    """A sale would be lost at a power cut, or a search for «жук» would not find «Жук»."""
    url = fresh.start()
    assert url.startswith("postgresql://postgres@/okno?host=")
    shown = "SELECT array_agg(current_setting(name) ORDER BY name) FROM unnest($1::text[]) name"
    names = ["data_checksums", "fsync", "full_page_writes", "listen_addresses", "synchronous_commit"]
    assert await ask(url, shown, names) == ["on", "on", "on", "", "on"]
    assert await ask(url, "SELECT lower('ЖУК') || current_database()") == "жукokno"
    assert (
        await ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'okno'") == "bC.UTF-8"
    )


async def test_second_start_keeps_the_data(server):
    """A restart would begin with an empty console."""
    url = server.start()
    await ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    started = time.monotonic()
    assert server.start() == url
    assert time.monotonic() - started < 3
    assert await ask(url, "SELECT n FROM kept") == 7


def test_folders_are_closed_to_others(fresh, home):
    """Another user of the machine would read customers' messages or enter without a password."""
    above = mode(home.parent)
    fresh.start()
    assert mode(home / "run") == mode(home / "pg18") == 0o700
    assert mode(home) & stat.S_IRWXO == 0
    assert mode(home) & stat.S_IRWXG in ((0, stat.S_IXGRP) if ROOT else (0,))
    assert stat.S_IMODE((home / "run" / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert mode(home / "postgres.log") == 0o600
    assert mode(home.parent) == above


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_umask_does_not_matter(fresh, home, umask):
    """A hardened root could not start okno; a careless one would publish the database."""
    before = os.umask(umask)
    try:
        fresh.start()
    finally:
        os.umask(before)
    assert mode(home) & stat.S_IRWXO == 0
    assert mode(home / "pg18") == 0o700


def test_folders_above_are_never_opened(home):
    """Starting okno would let everybody into the folder the administrator had closed."""
    closed = home.parent / "closed"
    closed.mkdir()
    closed.chmod(0o700 if ROOT else 0o500)
    try:
        with pytest.raises(DatabaseFailed, match=str(closed)):
            EmbeddedPostgres(closed / "data").start()
        assert mode(closed) == (0o700 if ROOT else 0o500)
    finally:
        closed.chmod(0o700)


def test_folder_that_is_not_ours_is_not_opened(home):
    """OKNO_DATA=/root would let PostgreSQL's user into root's home."""
    home.mkdir(mode=0o700)
    (home / "letters.txt").touch()
    server = EmbeddedPostgres(home, durable=False)
    if ROOT:
        with pytest.raises(DatabaseFailed, match="cannot enter"):
            server.start()
    assert mode(home) == 0o700


def test_too_long_path_says_so(home):
    """PostgreSQL would say something about a socket that nobody understands."""
    with pytest.raises(DatabaseFailed, match="shorter OKNO_DATA"):
        EmbeddedPostgres(home / ("x" * 100)).start()


def test_second_owner_is_refused_and_told_who_has_it(server, home, hold):
    """Two servers would write one database and destroy it."""
    holder = hold(home)
    started = time.monotonic()
    with pytest.raises(DataFolderBusy, match=f"process {holder.process.pid};"):
        EmbeddedPostgres(home).start()
    assert time.monotonic() - started < 0.5


def test_stop_frees_the_folder(server, home):
    """`okno serve` would be refused after a clean stop."""
    server.start()
    pid = server.pid
    server.stop()
    assert server.pid is None
    assert server.poll() is None
    assert is_gone(pid, 0)
    assert is_free(home)


async def test_killed_owner_takes_the_server_with_it(server, home, hold):
    """After a kill -9 a server nobody owns would hold the folder for ever."""
    holder = hold(home)
    await ask(holder.url, "CREATE TABLE kept AS SELECT 7 AS n")
    holder.process.kill()
    holder.process.wait()
    assert is_gone(holder.server_pid, 5)
    assert await ask(server.start(), "SELECT n FROM kept") == 7


async def test_killed_server_is_noticed_and_restarted(server):
    """One crash of PostgreSQL would stop the chat until somebody looks."""
    url = server.start()
    await ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    assert server.poll() is None
    os.kill(server.pid, signal.SIGKILL)
    server.child.wait(5)
    assert server.poll() == -signal.SIGKILL
    started = time.monotonic()
    server.restart()
    assert time.monotonic() - started < 3
    assert await ask(url, "SELECT n FROM kept") == 7


async def test_restart_leaves_the_loop_free(server):
    """Sockets would freeze as long as recovery takes."""
    url = server.start()
    os.kill(server.pid, signal.SIGKILL)
    server.child.wait(5)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    beating = asyncio.create_task(beat())
    await server.restart_async()
    beating.cancel()
    assert beats > 2
    assert await ask(url, "SELECT 1") == 1


async def test_killed_backend_does_not_end_the_server(server):
    """The kernel, short of memory, would stop the chat by taking one connection."""
    url = server.start()
    connection = await asyncpg.connect(url)
    os.kill(connection.get_server_pid(), signal.SIGKILL)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await connection.execute("SELECT pg_sleep(5)")
    connection.terminate()
    for _ in range(300):
        try:
            assert await ask(url, "SELECT 1") == 1
        except (asyncpg.PostgresError, OSError):
            await asyncio.sleep(0.02)
        else:
            break
    assert server.poll() is None


async def test_both_killed_at_once(server, home, hold):
    """A power cut would leave a database that does not start."""
    holder = hold(home)
    await ask(holder.url, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(holder.server_pid, signal.SIGKILL)
    holder.process.kill()
    holder.process.wait()
    assert await ask(server.start(), "SELECT n FROM kept") == 7


@pytest.mark.parametrize("broken", ["living", "half", "empty"])
async def test_stale_pid_file(server, home, broken):
    """A container that gave the old number to another process would never start again."""
    url = server.start()
    written = (home / "pg18" / "postmaster.pid").read_text()
    pid = server.pid
    os.kill(pid, signal.SIGKILL)
    server.child.wait(5)
    server.stop()
    bystander = subprocess.Popen(["sleep", "60"], user=home.joinpath("pg18").stat().st_uid if ROOT else None)
    try:
        text = {"living": written.replace(str(pid), str(bystander.pid), 1), "half": written[:2], "empty": ""}[broken]
        (home / "pg18" / "postmaster.pid").write_text(text)
        (home / "run" / ".s.PGSQL.5432.lock").write_text(text)
        assert server.start() == url
        assert await ask(url, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


async def test_leftover_server_is_ended(server, home, monkeypatch):
    """A server that outlived its owner would keep the next one from starting."""
    server.start()
    server.stop()
    command = [str(server.bin / "postgres"), "-D", str(home / "pg18"), "-k", str(home / "run")]
    owner = {"user": (home / "pg18").stat().st_uid, "group": (home / "pg18").stat().st_gid} if ROOT else {}
    leftover = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd="/", **owner)
    try:
        while not server.is_ready():
            time.sleep(0.01)
        monkeypatch.setattr(embedded, "LEFTOVER_STEPS", ((None, 0.2), (signal.SIGQUIT, 5.0)))
        url = server.start()
        assert leftover.wait(5) is not None
        assert await ask(url, "SELECT 1") == 1
    finally:
        if leftover.poll() is None:
            leftover.kill()
            leftover.wait()


def test_bystander_in_the_folder_is_left_alone(server, home):
    """An administrator's shell in the folder would be killed."""
    server.start()
    server.stop()
    bystander = subprocess.Popen(["sleep", "60"], cwd=home / "pg18")
    try:
        server.start()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


async def test_interrupted_first_start(fresh, home):
    """A first start cut short would leave half a database and an error for ever."""
    (home / "pg18.part").mkdir(parents=True)
    (home / "pg18.part" / "PG_VERSION").write_text("18")
    assert await ask(fresh.start(), "SELECT 1") == 1
    assert not (home / "pg18.part").exists()


def test_broken_database_shows_its_log(server, home):
    """The administrator would see that it failed and not why."""
    server.start()
    server.stop()
    (home / "pg18" / "global" / "pg_control").unlink()
    with pytest.raises(DatabaseFailed, match="pg_control"):
        server.start()
    assert is_free(home)


def test_slow_start_is_waited_for(server):
    """A long recovery would be given up and begun anew, for ever."""
    server.start()
    server.stop()

    def delay() -> None:
        while server.child is None:
            time.sleep(0)
        server.child.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        server.child.send_signal(signal.SIGCONT)

    thread = threading.Thread(target=delay)
    thread.start()
    server.start()
    thread.join()
    assert server.poll() is None


def test_only_the_main_thread_starts_it(server):
    """The kernel would end the server with the thread that started it."""
    faults: list[BaseException] = []

    def start() -> None:
        try:
            server.start()
        except RuntimeError as error:
            faults.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(faults) == 1


async def test_libpq_environment_does_not_matter(server, monkeypatch):
    """A PGPORT of the shell would move the server away from its address."""
    for name, value in {"PGPORT": "1", "PGHOST": "nowhere", "PGOPTIONS": "-c fsync=off", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    assert await ask(server.start(), "SHOW fsync") == "on"


async def test_tcp_for_tests(home):
    """Tests that put a proxy between the server and its database could not."""
    server = EmbeddedPostgres(home, durable=False, shared_buffers="16MB", tcp_port=free_port())
    server.start()
    try:
        assert await ask(f"postgresql://postgres@127.0.0.1:{server.port}/okno", "SHOW fsync") == "off"
    finally:
        server.stop()


async def test_command_line_starts_a_free_folder(home):
    """`okno backup` would work only while okno runs."""
    with for_cli(home) as url:
        assert await ask(url, "SELECT current_database()") == "okno"
    assert is_free(home)


async def test_command_line_joins_a_running_server(server, home, hold):
    """`okno backup` would be refused while okno runs, or stop it in the end."""
    holder = hold(home)
    with for_cli(home) as url:
        assert url == holder.url
        assert await ask(url, "SELECT 1") == 1
    assert await ask(holder.url, "SELECT 1") == 1


def test_command_line_waits_only_so_long(home, monkeypatch):
    """A command would hang while an upgrade has the folder."""
    monkeypatch.setattr(embedded, "CLI_WAIT_S_MAX", 0.1)
    taken = EmbeddedPostgres(home)
    taken.take_folder()
    try:
        with pytest.raises(DataFolderBusy), for_cli(home):
            pass
    finally:
        taken.stop()


def test_default_home():
    """Root's database would be where PostgreSQL's user cannot enter."""
    assert default_home({"OKNO_DATA": "/srv/okno"}, 0) == Path("/srv/okno")
    assert default_home({"HOME": "/root"}, 0) == Path("/var/lib/okno")
    assert default_home({"HOME": "/home/anna"}, 1000) == Path("/home/anna/.local/share/okno")
    assert default_home({"HOME": "/home/anna", "XDG_DATA_HOME": "/data"}, 1000) == Path("/data/okno")


def ordinary_python() -> list[str] | None:
    """A Python somebody who is not root can run, with okno importable."""
    paths = os.pathsep.join(path for path in sys.path if path)
    for python in (sys.executable, "/usr/bin/python3"):
        command = ["env", f"PYTHONPATH={paths}", "HOME=/", python]
        asked = [*command, "-c", "import okno.db.embedded"]
        nobody = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
        if subprocess.run(asked, check=False, capture_output=True, **nobody).returncode == 0:
            return command
    return None


async def test_ordinary_user(home, hold):
    """okno would need root."""
    home.mkdir()
    options = {}
    if ROOT:
        if (python := ordinary_python()) is None:
            pytest.skip("no Python an ordinary user can run")
        os.chown(home, 65534, 65534)
        options = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
        options["command"] = [*python, str(HOLDER), str(home)]
    holder = hold(home, **options)
    assert await ask(holder.url, "SELECT 1") == 1
    assert (home / "pg18").stat().st_uid == (65534 if ROOT else os.geteuid())
    holder.process.terminate()
    assert "stopped" in holder.process.stdout.read()
    if ROOT:  # root then serves it as its owner: the folder keeps its rights
        server = EmbeddedPostgres(home, shared_buffers="16MB")
        assert await ask(server.start(), "SELECT 1") == 1
        server.stop()


async def test_upgrade(fresh, home):
    """A new okno would not read the database of an old one."""
    old = EmbeddedPostgres(home, major=16, shared_buffers="16MB")
    url = old.start()
    await ask(url, "CREATE TABLE kept AS SELECT 'Жук' AS word")
    os.kill(old.pid, signal.SIGKILL)  # the old okno did not end well either
    old.child.wait(5)
    old.stop()
    with pytest.raises(OlderDatabase, match="okno upgrade-database"):
        fresh.start()
    shutil.copytree(home / "pg16", home / "before", dirs_exist_ok=True)
    assert upgrade(home) == home / "pg16"
    url = fresh.start()
    assert await ask(url, "SELECT lower(word) FROM kept") == "жук"
    assert await ask(url, "SHOW data_checksums") == "on"
    assert (await ask(url, "SELECT version()")).startswith("PostgreSQL 18")
    fresh.stop()
    with pytest.raises(NothingToUpgrade):
        upgrade(home)
    again = EmbeddedPostgres(home, major=16, shared_buffers="16MB")  # the way back
    assert await ask(again.start(), "SELECT word FROM kept") == "Жук"
    again.stop()


async def test_failed_upgrade_changes_nothing(home, monkeypatch):
    """An upgrade that breaks off would leave no database at all."""
    old = EmbeddedPostgres(home, major=16, durable=False, shared_buffers="16MB")
    await ask(old.start(), "CREATE TABLE kept AS SELECT 7 AS n")
    old.stop()
    tool = EmbeddedPostgres.tool

    def failing(self, name, *arguments, **options):
        if name == "pg_checksums":
            raise DatabaseFailed("no space")
        return tool(self, name, *arguments, **options)

    monkeypatch.setattr(EmbeddedPostgres, "tool", failing)
    with pytest.raises(DatabaseFailed):
        upgrade(home)
    assert not (home / "pg18").exists()
    assert await ask(old.start(), "SELECT n FROM kept") == 7
    old.stop()
    monkeypatch.undo()
    upgrade(home)
