"""What every test may use: one PostgreSQL a run, a migrated database a test session, an app inside the process."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
import uvloop

from okno.access.keys import Keys
from okno.app.wiring import App, running
from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.mailer.rules import parse_smtp_url
from tests.support.live import Live, serving

NO_MAIL = parse_smtp_url("smtp://127.0.0.1:9", "")  # mail is offered, and never arrives
STATE = pytest.StashKey[tuple[EmbeddedPostgres, Path]]()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


def pytest_configure(config: pytest.Config) -> None:
    """From the main thread: the kernel ends the server with the thread that started it."""
    if config.option.collectonly or any("e2e" in str(a) for a in config.args):
        return
    home = Path(tempfile.mkdtemp(prefix="okno-tests-"))
    home.chmod(0o755)
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    config.stash[STATE] = (server, home)
    os.environ["OKNO_TEST_DATABASE"] = server.url_of("okno")


def pytest_unconfigure(config: pytest.Config) -> None:
    if STATE in config.stash:
        server, home = config.stash[STATE]
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
async def database_url(pytestconfig: pytest.Config) -> str:
    """A migrated database for this session."""
    server, _ = pytestconfig.stash[STATE]
    connection = await asyncpg.connect(server.url_of("okno"))
    await migrate(connection)
    await connection.close()
    return server.url_of("okno")


@pytest.fixture(scope="session")
async def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """A whole app on the session's database, started."""
    database = await Database.connect(database_url)
    app = App(database, Keys(bytes(range(32))), "http://127.0.0.1:8000", tmp_path_factory.mktemp("files"), smtp=NO_MAIL)
    async with running(app):
        yield app


@pytest.fixture(scope="session")
async def live(app: App) -> AsyncIterator[Live]:
    """The same app behind its real doors, HTTP and sockets."""
    async with serving(app) as live:
        yield live
