"""A real Asterisk, unpacked by `make test-tools`, started and configured by okno itself; telephones on the loopback."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from okno.db.migrate import migrate
from okno.kit.ids import uuid7
from okno.telephony.asterisk.install import Asterisk
from tests.conftest import STATE
from tests.telephony.house import House, company
from tests.telephony.installed import installed


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Asterisk:
    found = installed(tmp_path_factory.mktemp("asterisk"))
    if found is None:
        pytest.skip("no asterisk")
    return found


@pytest.fixture(scope="session")
async def phone_database(pytestconfig: pytest.Config, database_url: str) -> str:
    """A migrated database of its own: what is set up here changes what others' operators can take."""
    name = f"phone_{uuid7().hex}"
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await connection.close()
    url = pytestconfig.stash[STATE][0].url_of(name)
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()
    return url


@pytest.fixture
async def house(phone_database: str, asterisk: Asterisk) -> AsyncIterator[House]:
    home = Path(tempfile.mkdtemp(prefix="okno-phone-"))
    home.chmod(0o755)
    async with company(phone_database, home, asterisk) as house:
        await house.app.database.execute(
            "TRUNCATE outside_dial, callback, call, call_leg, recording, desk_call, phone_setting, block"
        )
        await house.app.database.execute("UPDATE operator SET disabled_at = now()")
        await house.app.access.load_names()
        yield house
