"""Folders, processes that hold a server, and questions to it."""

import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from okno.db.embedded import DataFolderBusy, EmbeddedPostgres
from tests.support.process import data_folder

HOLDER = Path(__file__).with_name("holder.py")


@pytest.fixture
def home() -> Iterator[Path]:
    with data_folder() as data:
        yield data


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A folder with a database that was started once: copying it takes a tenth of making it."""
    with data_folder() as data:
        server = EmbeddedPostgres(data, shared_buffers="16MB")
        server.start()
        server.stop()
        yield data


@pytest.fixture
def fresh(home: Path) -> Iterator[EmbeddedPostgres]:
    """Before its first start; stopped in the end."""
    server = EmbeddedPostgres(home, shared_buffers="16MB")
    yield server
    server.stop()


@pytest.fixture
def server(template: Path, fresh: EmbeddedPostgres) -> EmbeddedPostgres:
    """With a database that has been started before."""
    fresh.home.mkdir(mode=0o711)
    for path in template.iterdir():  # the binaries are only read
        how = "-al" if path.name.startswith("postgresql-") else "-a"
        subprocess.run(["cp", how, path, fresh.home], check=True)
    return fresh


class Holder:
    """Another process that holds the server of a folder."""

    def __init__(self, home: Path, **options: Any) -> None:
        command = [sys.executable, str(HOLDER), str(home)]
        command = options.pop("command", command)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        line = self.process.stdout.readline().split()
        self.server_pid, self.url = (int(line[0]), line[1]) if line else (0, "")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def hold() -> Iterator[Callable[..., Holder]]:
    holders: list[Holder] = []

    def start(home: Path, **options: Any) -> Holder:
        holders.append(Holder(home, **options))
        return holders[-1]

    yield start
    for holder in holders:
        holder.close()


async def ask(url: str, sql: str, *arguments: object) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql, *arguments)
    finally:
        await connection.close()


def is_gone(pid: int, within_s: float) -> bool:
    """A zombie counts as gone: nobody may reap it here."""
    end = time.monotonic() + within_s
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.02)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_free(home: Path) -> bool:
    """Whether another process could take the folder."""
    server = EmbeddedPostgres(home)
    try:
        server.take_folder()
    except DataFolderBusy:
        return False
    server.stop()
    return True
