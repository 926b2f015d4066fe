"""A real Asterisk, unpacked by `make test-tools`, started and configured by okno itself; telephones on the loopback."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from okno.db.migrate import migrate
from okno.kit.ids import uuid7
from okno.telephony.asterisk.install import Asterisk, find_asterisk
from tests.conftest import STATE
from tests.telephony.house import House, company
from tools.test_tools import CACHE


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Asterisk:
    found = find_asterisk(CACHE / "asterisk")
    if found is None:
        pytest.skip("no asterisk")
    if os.geteuid():
        return found
    home = tmp_path_factory.mktemp("asterisk")  # root's cache is closed to the user Asterisk runs as
    for folder in (home, home.parent, home.parent.parent):
        folder.chmod(0o755)
    copy = home / "telephony" / "current"
    shutil.copytree(CACHE / "asterisk/telephony/current", copy, symlinks=True, copy_function=_link)
    linked = find_asterisk(home)
    assert linked is not None
    return linked


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


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
        await house.app.database.execute("TRUNCATE outside_dial, callback, call, call_leg, desk_call, phone_setting")
        await house.app.database.execute("UPDATE operator SET disabled_at = now()")
        await house.app.access.load_names()
        yield house
