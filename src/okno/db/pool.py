"""The pool, transactions and the errors that mean "the server went away"."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from okno.kit.errors import OknoError, Unavailable

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any] | PoolConnectionProxy[Any]
else:
    Connection = asyncpg.Connection | PoolConnectionProxy

LOST = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    OSError,
    TimeoutError,
)
"""All mean: reconnect and do the same again."""

STORAGE_FULL = (asyncpg.DiskFullError, asyncpg.OutOfMemoryError)
SESSION_SETTINGS = {
    "statement_timeout": "30s",  # a query that runs longer is a bug
    "idle_in_transaction_session_timeout": "30s",  # the bus stands still behind an idle writer
    "lock_timeout": "10s",
    "timezone": "UTC",
}
POOL_SIZE = 10


class WrongServer(OknoError):
    """The database server cannot be used; `detail` says why and what to do."""

    slug, title = "wrong-server", "The database server cannot be used"


def unavailable(error: BaseException) -> Unavailable:
    """What a sender is told of one of `LOST` or `STORAGE_FULL`."""
    return Unavailable("the disk is full; nothing was stored" if isinstance(error, STORAGE_FULL) else None)


@contextmanager
def _answering() -> Iterator[None]:
    """A server that went away or has no room left is `Unavailable`, whatever it was asked."""
    try:
        yield
    except (*LOST, *STORAGE_FULL) as error:
        raise unavailable(error) from error


async def _keep(_: Connection) -> None:
    """No RESET between uses: it costs a third of a read, and nothing here changes a session's state."""


class Database:
    """A pool on one database. Acquired connections carry no state of a session: no SET, LISTEN or session locks."""

    def __init__(self, url: str, pool: "asyncpg.Pool[Any]") -> None:
        self.url = url
        self.pool = pool

    @classmethod
    async def connect(cls, url: str, *, size: int = POOL_SIZE) -> "Database":
        """Open the pool and check the server. Raises `WrongServer`, also when it does not let us in."""
        try:
            pool = await asyncpg.create_pool(
                url, min_size=1, max_size=size, reset=_keep, server_settings=SESSION_SETTINGS, command_timeout=60
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise WrongServer(f"no connection: {error}") from error
        except ValueError:  # its words quote the address, perhaps the password in it
            raise WrongServer("the address cannot be read: write marks in the password as %40, %2F, …") from None
        try:
            async with pool.acquire() as connection:
                await check_server(connection)
        except BaseException:
            pool.terminate()
            raise
        return cls(url, pool)

    async def close(self) -> None:
        self.pool.terminate()

    async def dedicated(self) -> "asyncpg.Connection[Any]":
        """A connection of its own, for the one writer and for migrations."""
        return await asyncpg.connect(self.url, server_settings=SESSION_SETTINGS, command_timeout=60)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One READ COMMITTED transaction. A server that went away or is full is `Unavailable`: nothing was stored."""
        with _answering():
            async with self.pool.acquire(timeout=10) as connection, connection.transaction():
                yield connection

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        with _answering():
            return await self.pool.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        with _answering():
            return await self.pool.fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: object) -> Any:
        with _answering():
            return await self.pool.fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: object) -> str:
        with _answering():
            return await self.pool.execute(sql, *arguments)


VERSION_MIN = 160000


async def check_server(connection: Connection) -> None:
    """UTF8, Cyrillic case and version 16: what the schema counts on. Raises `WrongServer`."""
    version = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
    if version < VERSION_MIN:
        raise WrongServer(f"PostgreSQL {version // 10000} is too old: 16 or newer is needed")
    encoding = await connection.fetchval(
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    )
    if encoding != "UTF8":
        raise WrongServer(f"the database is in {encoding}: create it with ENCODING 'UTF8'")
    if await connection.fetchval("SELECT lower('Ж')") != "ж":
        raise WrongServer(
            "lower('Ж') is not 'ж': create the database with a UTF-8 locale, for instance LOCALE 'C.UTF-8'"
        )
