"""A stock tus client through a link that breaks, against a real server process."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from okno.access.keys import load_keys
from okno.kit.ids import uuid7
from tests.support.process import Server, data_folder
from tools.node import node_folder

ROOT = Path(__file__).parents[2]
SIZE_BYTES = 60 * 1024 * 1024
CUTS = 5
CUT_AFTER_BYTES = 9 * 1024 * 1024


class Breaking:
    """A link to `port` that breaks CUTS times, each after CUT_AFTER_BYTES."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.cuts = 0

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._to)
        back = asyncio.create_task(self._copy(up_reader, writer, limit=2**60))
        try:
            if await self._copy(reader, up_writer, CUT_AFTER_BYTES if self.cuts < CUTS else 2**60):
                self.cuts += 1
        finally:
            for end in (writer, up_writer):
                end.transport.abort()
            back.cancel()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, limit: int) -> bool:
        """True when the limit was reached."""
        try:
            while chunk := await source.read(65_536):
                limit -= len(chunk)
                if limit < 0:
                    return True
                target.write(chunk)
                await target.drain()
        except (ConnectionError, OSError):
            pass
        return False


def memory_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    raise AssertionError


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    with data_folder() as data:
        server = await asyncio.to_thread(Server(data).start)
        try:
            yield server
        finally:
            await asyncio.to_thread(server.stop)


def visitor_token(server: Server) -> str:
    """As the first hello would give it; the first workspace has the number 1."""
    text = f"v1.1.{uuid7()}"
    return f"{text}.{load_keys(server.data / 'master.key').sign('visitor', text)}"


async def test_it_resumes_and_the_server_stays_small(server: Server) -> None:
    """On a train no video would ever arrive, or the server would hold it all in memory."""
    node = node_folder()
    if node is None or not (ROOT / "web/node_modules/tus-js-client").is_dir():
        pytest.skip("no node or no tus-js-client")
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        key = (await http.get("/demo")).text.split('data-key="')[1].split('"')[0]
        token = visitor_token(server)
        link = Breaking(server.port)
        port = await link.open()
        folder = Path(tempfile.mkdtemp())
        try:
            content = b"%PDF-1.7\n" + os.urandom(SIZE_BYTES - 9)
            (folder / "film").write_bytes(content)
            assert server.process
            before_kb = memory_kb(server.process.pid)
            client = await asyncio.create_subprocess_exec(
                *(str(node / "node"), str(ROOT / "tests/files/stock_client.mjs")),
                *(f"http://127.0.0.1:{port}/api/v1/widget/{key}/files", token, str(folder / "film"), "фильм.pdf"),
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await asyncio.wait_for(client.communicate(), 120)
            assert client.returncode == 0
            grown_kb = memory_kb(server.process.pid) - before_kb
        finally:
            link.close()
            shutil.rmtree(folder)
        told = json.loads(said)
        assert link.cuts == told["retries"] == CUTS
        headers = {"authorization": f"Bearer {token}"}
        file = told["url"].rsplit("/", 1)[1]
        links = await http.post(f"/api/v1/widget/{key}/files/links", headers=headers, json={"ids": [file]})
        got = await http.get(links.json()[0]["url"])
        assert got.content == content
        print(f"grown by {grown_kb} KB")
        assert grown_kb < SIZE_BYTES // 1024 // 1.5
