"""The command line as an administrator uses it: a real process on a real folder."""

import os
import re
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from okno.db.embedded import EmbeddedPostgres
from tests.support.process import Server, data_folder

TABLES = ("operator", "contact", "conversation", "event", "visit", "page_view", "visitor", "identity", "draft")


@pytest.fixture
def home() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def okno(home: Path, *arguments: str, code: int = 0, **environment: str) -> str:
    """What the command printed; fails on another exit code."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OKNO_")}
    done = subprocess.run(
        [sys.executable, "-m", "okno.app.command", *arguments],
        env={**clean, "OKNO_DATA": str(home), "OKNO_SHARED_BUFFERS": "32MB", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


async def counts(home: Path) -> dict[str, int]:
    server = EmbeddedPostgres(home)
    url = server.start()
    try:
        connection = await asyncpg.connect(url)
        found = {t: await connection.fetchval(f"SELECT count(*) FROM {t}") for t in TABLES}
        await connection.close()
    finally:
        server.stop()
    return found


async def test_the_example_shop_comes_and_goes_without_a_trace(home: Path) -> None:
    okno(home, "admin", "create", "anna@example.com", "--name", "Anna")
    before = await counts(home)
    okno(home, "demo", "load", "--locale", "en", "--conversations", "60")
    loaded = await counts(home)
    assert loaded["operator"] == before["operator"] + 5
    assert loaded["conversation"] > 20
    assert loaded["event"] > 60 * 4
    assert loaded["page_view"] >= 60
    assert "loaded" in okno(home, "demo", "load", code=1)
    okno(home, "demo", "clear")
    assert await counts(home) == before
    assert "no example" in okno(home, "demo", "clear")


def test_the_first_administrator_gets_a_link_and_there_is_no_default_password(home: Path) -> None:
    link = okno(home, "admin", "link", OKNO_PUBLIC_URL="https://chat.example.com")
    assert re.search(r"https://chat\.example\.com/link/[\w-]{43}\n", link)
    assert "nobody signs in" in okno(home, "admin", "reset-password", "nobody@example.com", code=1)
    okno(home, "admin", "create", "anna@example.com", "--role", "admin")
    assert "/link/" in okno(home, "admin", "reset-password", "ANNA@example.com")
    assert "here already" in okno(home, "admin", "create", "Anna@example.com", code=1)
    assert "email" in okno(home, "admin", "create", "anna", code=1)


def test_a_backup_restores_on_an_empty_machine(home: Path) -> None:
    """The database, a file and a sealed field: the inbox's identity secret opens with the restored master key."""
    okno(home, "admin", "create", "anna@example.com")
    okno(home, "demo", "load", "--conversations", "5")
    (home / "files" / "ab").mkdir(parents=True)
    (home / "files" / "ab" / "picture").write_bytes(b"\x89PNG" * 1_000)
    archive = home.parent / "backup.tar"
    okno(home, "backup", str(archive), OKNO_BACKUP_PASSPHRASE="six green apples")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert "sums" in okno_damaged(home, archive)
    other = home.parent / "other"
    assert "passphrase" in okno(other, "restore", str(archive), code=1, OKNO_BACKUP_PASSPHRASE="wrong wrong wrong")
    okno(other, "restore", str(archive), OKNO_BACKUP_PASSPHRASE="six green apples")
    assert (other / "files" / "ab" / "picture").read_bytes() == b"\x89PNG" * 1_000
    assert (other / "master.key").read_bytes() == (home / "master.key").read_bytes()
    assert stat.S_IMODE((other / "master.key").stat().st_mode) == 0o600
    server = Server(other).start()  # reading the inbox for the demo page unseals its secret
    try:
        with urllib.request.urlopen(f"{server.url}/demo", timeout=10) as page:
            assert b"data-key" in page.read()
    finally:
        server.stop()
    assert "empty place" in okno(other, "restore", str(archive), code=1, OKNO_BACKUP_PASSPHRASE="six green apples")


def okno_damaged(home: Path, archive: Path) -> str:
    damaged = archive.with_suffix(".bad")
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    return okno(home.parent / "third", "restore", str(damaged), code=1, OKNO_BACKUP_PASSPHRASE="six green apples")


def test_status_doctor_and_settings_tell_what_is_wrong(home: Path) -> None:
    assert "applied 0001_house" in okno(home, "db", "migrate")
    assert "up to date" in okno(home, "db", "migrate")
    assert "missing" not in okno(home, "db", "status")
    okno(home, "admin", "link")
    (home / "master.key").chmod(0o644)
    told = okno(home, "doctor", code=1)
    assert "chmod 600" in told
    (home / "master.key").chmod(0o600)
    assert "nothing is wrong" in okno(home, "doctor")
    shown = okno(home, "config", "show", OKNO_DATABASE_URL="postgresql://u:secret@h/d", OKNO_PORT="9000")
    assert "secret" not in shown
    assert "OKNO_PORT=9000" in shown
    assert "OKNO_PORT" in okno(home, "config", "show") and "port" in okno(home, "config", "show", code=1, OKNO_PORT="x")
    (home / "okno.toml").write_text("prot = 1\n")
    assert "there is no setting prot" in okno(home, "config", "show", code=1)


def test_commands_work_beside_a_running_server(home: Path) -> None:
    server = Server(home).start()
    try:
        okno(home, "admin", "create", "anna@example.com")
        assert "nothing is parked" in okno(home, "bus", "parked")
        assert "served by process" in okno(home, "serve", "--port", "0", code=1)
    finally:
        server.stop()


def test_a_lost_master_key_is_explained_and_never_replaced(home: Path) -> None:
    """A new key made in silence would sign everybody out and make sealed fields unreadable for good."""
    okno(home, "admin", "create", "anna@example.com")
    (home / "master.key").rename(home / "kept.key")
    for command in (("serve", "--port", "0"), ("admin", "link"), ("backup", str(home / "b.tar"))):
        told = okno(home, *command, code=1, OKNO_BACKUP_PASSPHRASE="six green apples")
        assert "master.key is" in told
        assert not (home / "master.key").exists()
    (home / "kept.key").rename(home / "master.key")
    assert "/link/" in okno(home, "admin", "reset-password", "anna@example.com")
