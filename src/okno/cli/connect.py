"""The database of a short command: the running server's, or one started for the command's time."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from okno.cli.settings import Settings
from okno.db import migrate as migrations
from okno.db.embedded import for_cli
from okno.db.pool import Database


@contextmanager
def database_address(settings: Settings) -> Iterator[str]:
    """Its URL. From the main thread."""
    with contextlib.nullcontext(settings.database_url) if settings.database_url else for_cli(settings.home) as url:
        yield url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database with its schema up to date."""
    database = await Database.connect(url, size=4)
    try:
        connection = await database.dedicated()
        try:
            await migrations.migrate(connection)
        finally:
            await connection.close()
        yield database
    finally:
        await database.close()
