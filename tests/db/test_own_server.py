"""okno on a PostgreSQL somebody else looks after: version 16, over TCP, a role without rights on anything else."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from okno.db.backup import COUNT_OBJECTS, RestoreFailed, backup, restore
from okno.db.embedded import EmbeddedPostgres, wheel_binaries
from okno.db.migrate import migrate
from okno.db.pool import Database, WrongServer
from tests.db.conftest import ask
from tests.support.people import operator, visitor
from tests.support.process import Server, data_folder, free_port

PASSWORD = "p@ss/w:rd?#%41"
PASSPHRASE = "шесть зелёных яблок"
UTF8 = "ENCODING 'UTF8' LOCALE 'C.UTF-8'"


class OwnServer(EmbeddedPostgres):
    """PostgreSQL 16 that asks everybody from the network for a password; its administrator comes by the socket."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, major=16, shared_buffers="32MB", durable=False, tcp_port=free_port())

    def _open_to_all(self) -> Path:
        path = super()._open_to_all()
        path.write_text("local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        return path

    async def make(self, name: str, options: str = UTF8) -> str:
        """An empty database of okno's role, made as the guide says; its address."""
        administrator = self.url_of("postgres")
        await ask(administrator, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await ask(administrator, f"CREATE DATABASE {name} OWNER okno TEMPLATE template0 {options}")
        return f"postgresql://okno:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    with data_folder() as home:
        server = OwnServer(home)
        try:
            server.start()
            asyncio.run(ask(server.url_of("postgres"), f"CREATE ROLE okno LOGIN PASSWORD '{PASSWORD}'"))
            yield server
        finally:
            server.stop()


async def okno(data: Path, url: str, *arguments: str, code: int = 0) -> str:
    """What the command said; fails on another exit code."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OKNO_")}
    mine = {"OKNO_DATA": str(data), "OKNO_DATABASE_URL": url, "OKNO_BACKUP_PASSPHRASE": PASSPHRASE}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "okno.app.command", *arguments],
        env={**clean, **mine},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert PASSWORD not in said
    assert quote(PASSWORD, safe="") not in said
    return said


async def talk(server: Server) -> None:
    """The first link, then a question and an answer, each on the other's screen."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        person = {"password": "correct horse battery", "name": "Anna", "email": "anna@example.com"}
        made = await http.post(f"/api/v1/links/{server.first_link()}", json=person)
        assert made.is_success, made.text
        key = (await http.get("/api/v1/inboxes")).json()[0]["key"]
        anna = operator(server.url, cookie=f"okno_session={http.cookies['okno_session']}").start()
        guest = visitor(server.url, key).start()
        try:
            await anna.until(lambda: anna.online.is_set() and guest.online.is_set())
            question = guest.write("Где мой заказ?")
            await guest.settled()
            conversation = guest.acked[question][0]
            anna.open(conversation)
            await anna.until(lambda: question in {e["id"] for e in anna.seen.get(conversation, ())})
            answer = anna.write("В пути", conversation)
            await guest.until(lambda: answer in {e["id"] for e in guest.seen[conversation]})
            assert (await http.get("/readyz")).is_success
        finally:
            await guest.stop()
            await anna.stop()


async def texts(url: str) -> str:
    return await ask(url, "SELECT string_agg(body::text, ' ' ORDER BY conversation_id, seq) FROM event")


async def test_serves_and_comes_back_from_a_backup(own, tmp_path):
    """A company with a database of its own could not use okno, or would find its backup useless."""
    url, restored = await own.make("okno"), await own.make("restored")
    with data_folder() as data:
        server = await asyncio.to_thread(Server(data, environment={"OKNO_DATABASE_URL": url}).start)
        try:
            await talk(server)
            await okno(data, url, "backup", str(tmp_path / "b.tar"))  # while it serves
        finally:
            server.stop()
        assert not list(data.glob("pg*"))
    await okno(tmp_path / "new", restored, "restore", str(tmp_path / "b.tar"))
    assert "В пути" in await texts(restored)
    assert await texts(restored) == await texts(url)
    said = await okno(tmp_path / "new", restored, "doctor")
    assert "PostgreSQL 16" in said
    assert "migrations will be applied" not in said


async def test_the_embedded_database_moves_to_it(own, database_url, tmp_path):
    """The way out of the embedded database that the guide shows would end in an error of pg_restore."""
    await ask(database_url, "DROP DATABASE IF EXISTS moves WITH (FORCE)")
    await ask(database_url, "CREATE DATABASE moves")
    source, target = database_url.replace("/okno?", "/moves?"), await own.make("moved")
    database = await Database.connect(source, size=1)
    async with database.pool.acquire() as connection:
        await migrate(connection)
        await connection.execute("CREATE TABLE kept AS SELECT n, 'Жук\t\\.' || n AS w FROM generate_series(1, 20000) n")
    await database.close()
    backup(source, wheel_binaries(), tmp_path / "none", bytes(32), tmp_path / "b.tar", PASSPHRASE)
    await asyncio.to_thread(restore, target, wheel_binaries(), tmp_path / "files", tmp_path / "b.tar", PASSPHRASE)
    digest = "SELECT md5(string_agg(w, ',' ORDER BY n)) FROM kept"
    assert await ask(target, digest) == await ask(source, digest)
    migrations = "SELECT string_agg(name || digest, ',' ORDER BY name) FROM migration"
    assert await ask(target, migrations) == await ask(source, migrations)
    await ask(source, "CREATE FUNCTION forbidden() RETURNS void LANGUAGE internal AS 'now'")
    backup(source, wheel_binaries(), tmp_path / "none", bytes(32), tmp_path / "c.tar", PASSPHRASE)
    broken = await own.make("broken")
    with pytest.raises(RestoreFailed, match="permission denied"):
        await asyncio.to_thread(restore, broken, wheel_binaries(), tmp_path / "new", tmp_path / "c.tar", PASSPHRASE)
    assert await ask(broken, COUNT_OBJECTS) == 0
    await ask(database_url, "DROP DATABASE moves WITH (FORCE)")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", "SQL_ASCII: create it with ENCODING 'UTF8'"),
        ("ENCODING 'UTF8' LOCALE 'C'", "create the database with a UTF-8 locale"),
    ],
)
async def test_refuses_a_database_that_would_spoil_texts(own, options, said):
    """Messages would be stored that cannot be read back, or customers not found by their names."""
    with pytest.raises(WrongServer, match=said):
        await Database.connect(await own.make("spoils", options), size=1)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://okno:wrong-one@127.0.0.1:{port}/postgres", "password authentication failed"),
        ("postgresql://okno:{password}@127.0.0.1:{port}/nowhere", 'database "nowhere" does not exist'),
        ("postgresql://okno:wrong-one@127.0.0.1:{closed}/okno", "no connection: .*refused"),
        ("postgresql://okno:wrong/one@127.0.0.1:{port}/okno", "the address cannot be read"),
        ("mysql://okno:wrong-one@127.0.0.1:{port}/okno", "no connection: .*scheme"),
    ],
)
async def test_says_why_there_is_no_connection(own, address, said):
    """A slip in the address would end in pages of our own code, with the password in them."""
    url = address.format(port=own.port, closed=free_port(), password=quote(PASSWORD, safe=""))
    with pytest.raises(WrongServer, match=said) as refused:
        await Database.connect(url, size=1)
    assert "wrong" not in str(refused.value)


async def test_refuses_a_server_that_is_too_old(own, tmp_path):
    """The schema would break off in the middle with an error nobody understands."""
    url = await own.make("old")
    for statement in (  # no older server is at hand: this one says that it is one
        "CREATE SCHEMA old AUTHORIZATION okno",
        "CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '150007' $$",
        "ALTER DATABASE old SET search_path = old, pg_catalog, public",
    ):
        await ask(own.url_of("old"), statement)
    said = await okno(tmp_path / "data", url, "serve", "--port", "0", code=1)
    assert "PostgreSQL 15 is too old: 16 or newer is needed" in said
    assert "Traceback" not in said
    assert await ask(url, "SELECT to_regclass('public.migration') IS NULL")
