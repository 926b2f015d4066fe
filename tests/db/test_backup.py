"""A backup comes back as it was, or says why not before anything is touched."""

import asyncio
import os
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from okno.db.backup import BackupFailed, BackupUnreadable, RestoreFailed, RestoreRefused, backup, restore, verify
from okno.db.embedded import wheel_binaries
from okno.db.migrate import migrate
from tests.db.conftest import ask

KEYS = bytes(range(32))
PASSPHRASE = "шесть зелёных яблок"
BIN = wheel_binaries()


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[tuple[str, str]]:
    """Addresses of two empty databases."""
    names = ("backup_from", "backup_to")
    for name in names:
        await ask(database_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await ask(database_url, f"CREATE DATABASE {name}")
    yield tuple(database_url.replace("/okno?", f"/{name}?") for name in names)
    for name in names:
        await ask(database_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "photo").write_bytes(os.urandom(700_000))
    (folder / "empty").touch()
    (folder / ("long" * 60)).write_bytes(b"x" * 512)
    (folder / "link").symlink_to("/etc/passwd")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and not p.is_symlink()
    }


async def test_comes_back_as_it_was(databases, files, tmp_path):
    """The backup would be found useless on the day it is needed."""
    source, target = databases
    connection = await asyncpg.connect(source)
    await migrate(connection)
    await connection.execute("CREATE TABLE kept AS SELECT n, 'Жук' || n AS word FROM generate_series(1, 20000) n")
    await connection.close()
    backup(source, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert tar.getnames()[:3] == ["manifest.json", "keys", "database.dump"]
    assert KEYS not in (tmp_path / "b.tar").read_bytes()
    assert restore(target, BIN, tmp_path / "restored", tmp_path / "b.tar", PASSPHRASE) == KEYS
    digest = "SELECT md5(string_agg(word, ',' ORDER BY n)) FROM kept"
    assert await ask(target, digest) == await ask(source, digest)
    assert contents(tmp_path / "restored") == contents(files)
    connection = await asyncpg.connect(target)
    assert await migrate(connection) == []
    await connection.close()


async def test_news_goes_on_after_a_restore(databases, files, tmp_path):
    """Handlers would wait for ever, because the transaction numbers of the old cluster lie ahead of the new one's."""
    source, target = databases
    connection = await asyncpg.connect(source)
    await migrate(connection)
    await connection.execute(
        "INSERT INTO outbox (xid, at, topic)"
        " SELECT (4000000000 + n)::text::xid8, now(), 't' || n FROM generate_series(1, 6) n"
    )
    await connection.execute(
        "INSERT INTO bus_cursor SELECT 'h' || seen, xid, id"
        " FROM outbox, (VALUES (2), (6)) v (seen) WHERE topic = 't' || seen"
    )
    await connection.execute("INSERT INTO bus_cursor VALUES ('h0', '0', 0)")
    await connection.close()
    backup(source, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    restore(target, BIN, tmp_path / "restored", tmp_path / "b.tar", PASSPHRASE)
    connection = await asyncpg.connect(target)
    await connection.execute("INSERT INTO outbox (at, topic) VALUES (now(), 'new')")
    heard: dict[str, list[str]] = {}
    async with asyncio.timeout(60):
        while "new" not in heard.get("h6", ()):  # news waits for whoever writes anywhere on this server
            rows = await connection.fetch(
                "SELECT handler, array(SELECT topic FROM outbox o WHERE (o.xid, o.id) > (c.xid, c.id)"
                " AND o.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY o.xid, o.id) AS topics FROM bus_cursor c"
            )
            heard = {r["handler"]: r["topics"] for r in rows}
            await asyncio.sleep(0.05)
    await connection.close()
    assert heard == {
        "h0": ["t1", "t2", "t3", "t4", "t5", "t6", "new"],
        "h2": ["t3", "t4", "t5", "t6", "new"],
        "h6": ["new"],
    }


async def test_refuses_what_is_not_empty(databases, files, tmp_path):
    """A slip of the hand would mix two companies' customers."""
    source, target = databases
    backup(source, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    with pytest.raises(RestoreRefused, match="files"):
        restore(target, BIN, files, tmp_path / "b.tar", PASSPHRASE)
    await ask(target, "CREATE TABLE taken ()")
    with pytest.raises(RestoreRefused, match="database"):
        restore(target, BIN, tmp_path / "restored", tmp_path / "b.tar", PASSPHRASE)
    assert not (tmp_path / "restored").exists()


async def test_broken_archive_touches_nothing(databases, files, tmp_path):
    """A damaged backup would leave half a company restored."""
    source, target = databases
    await ask(source, "CREATE TABLE kept AS SELECT 7 AS n")
    backup(source, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    whole = (tmp_path / "b.tar").read_bytes()
    flipped = bytearray(whole)
    flipped[whole.index(b"PGDMP") + 200] ^= 1
    broken = {"flipped": bytes(flipped), "cut": whole[: len(whole) // 2], "empty": b"", "other": b"no tar" * 1000}
    for name, body in broken.items():
        (tmp_path / name).write_bytes(body)
        with pytest.raises(BackupUnreadable):
            restore(target, BIN, tmp_path / "restored", tmp_path / name, PASSPHRASE)
    with pytest.raises(BackupUnreadable, match="passphrase"):
        restore(target, BIN, tmp_path / "restored", tmp_path / "b.tar", "another passphrase")
    assert not (tmp_path / "restored").exists()
    assert restore(target, BIN, tmp_path / "restored", tmp_path / "b.tar", PASSPHRASE) == KEYS


def test_archive_with_a_path_outside_is_refused(tmp_path):
    """A forged backup would write anywhere on the machine."""
    for name in ("files/../../etc/cron.d/x", "/etc/cron.d/x"):
        with tarfile.open(tmp_path / "b.tar", "w") as tar:
            tar.addfile(tarfile.TarInfo(name))
        with pytest.raises(BackupUnreadable, match="no place"):
            verify(tmp_path / "b.tar", PASSPHRASE)


async def test_failed_backup_leaves_nothing(databases, files, tmp_path):
    """A nightly job would keep half a backup under the name of a whole one."""
    source, _ = databases
    missing = source.replace("backup_from", "backup_missing")
    with pytest.raises(BackupFailed, match="backup_missing"):
        backup(missing, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    with pytest.raises(BackupFailed, match="passphrase"):
        backup(source, BIN, files, KEYS, tmp_path / "b.tar", "short")
    assert list(tmp_path.iterdir()) == [files]
    (tmp_path / "b.tar").write_text("yesterday's")
    with pytest.raises(BackupFailed, match="already"):
        backup(source, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    assert (tmp_path / "b.tar").read_text() == "yesterday's"


async def test_password_is_not_in_the_arguments(databases, files, tmp_path):
    """Everybody on the machine would read the database's password in the list of processes."""
    source, _ = databases
    seen = tmp_path / "seen"
    (tmp_path / "pg_dump").write_text(f'#!/bin/sh\necho "$@" "[$PGPASSWORD]" > {seen}; exit 1\n')
    (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(BackupFailed):
        backup(source.replace("postgres@", "postgres:s%40crt@"), tmp_path, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    assert "s%40crt" not in seen.read_text()
    assert seen.read_text().endswith("[s@crt]\n")


async def test_failed_restore_leaves_the_database_empty(databases, files, tmp_path):
    """The next try would be refused because of what the failed one had left."""
    source, target = databases
    await ask(source, "CREATE ROLE backup_owner NOLOGIN")
    try:
        await ask(source, "CREATE TABLE kept AS SELECT 7 AS n")
        await ask(source, "CREATE TABLE guarded ()")
        await ask(source, "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY")
        await ask(source, "CREATE POLICY narrow ON guarded TO backup_owner USING (true)")
        backup(source, BIN, files, KEYS, tmp_path / "b.tar", PASSPHRASE)
    finally:
        await ask(source, "DROP TABLE guarded")
        await ask(source, "DROP ROLE backup_owner")
    with pytest.raises(RestoreFailed, match="backup_owner"):
        restore(target, BIN, tmp_path / "restored", tmp_path / "b.tar", PASSPHRASE)
    assert await ask(target, "SELECT to_regclass('kept') IS NULL")


async def test_files_are_never_whole_in_memory(databases, tmp_path):
    """A company with large files could not make a backup."""
    source, target = databases
    (tmp_path / "files").mkdir()
    with (tmp_path / "files" / "big").open("wb") as big:
        for _ in range(300):
            big.write(os.urandom(1 << 20))
    script = (
        "import sys; from pathlib import Path; from okno.db.backup import backup, restore\n"
        "source, target, binaries, folder = sys.argv[1:]; folder = Path(folder); place = folder / 'b.tar'\n"
        "backup(source, Path(binaries), folder / 'files', bytes(32), place, 'x' * 20)\n"
        "restore(target, Path(binaries), folder / 'restored', place, 'x' * 20)\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"  # getrusage counts the parent's
    )
    command = [sys.executable, "-c", script, source, target, str(BIN), str(tmp_path)]
    peak_kb = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert peak_kb < 256 * 1024  # 128 MB of it are scrypt's
    assert (tmp_path / "restored" / "big").stat().st_size == 300 << 20
