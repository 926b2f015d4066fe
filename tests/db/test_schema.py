"""The committed schema is what the migrations make."""

import asyncpg
import pytest

from tests.conftest import STATE
from tools.schema import TARGET, dump_schema, migrated


async def test_the_committed_schema_is_what_the_migrations_make(pytestconfig: pytest.Config) -> None:
    """A reviewer would read another schema than the one customers get."""
    server, _ = pytestconfig.stash[STATE]
    connection = await asyncpg.connect(server.url_of("postgres"))
    await connection.execute("CREATE DATABASE golden")
    try:
        await migrated(server.url_of("golden"))
        assert dump_schema(server, "golden") == TARGET.read_text(), "run `make schema`"
    finally:
        await connection.execute("DROP DATABASE golden")
        await connection.close()
