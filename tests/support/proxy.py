"""A TCP proxy that does to connections what bad links do: swallows, delays, cuts in the middle of a frame."""

import asyncio
import contextlib
import random
from typing import Literal, Self

Fault = Literal["none", "black-hole", "delay", "cut"]
CHUNK_BYTES = 4_096


class Proxy:
    """Stands before `port` on 127.0.0.1. `fault` changes what happens to bytes of every connection from then on."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self.port_behind = port
        self.port = 0
        self.url = ""
        self.chance = random.Random(seed)
        self.fault: Fault = "none"
        self.swallowed = self.cuts = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut_all(self) -> None:
        """Every connection ends at once, without a goodbye."""
        for writer in list(self._writers):
            self.cuts += 1
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self._writers.add(writer)
        behind: asyncio.StreamWriter | None = None
        try:
            back, behind = await asyncio.open_connection("127.0.0.1", self.port_behind)
            self._writers.add(behind)
            ways = [
                asyncio.ensure_future(self._carry(reader, behind)),
                asyncio.ensure_future(self._carry(back, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass
        finally:
            for end in (writer, behind):
                if end is not None:
                    self._writers.discard(end)
                    end.transport.abort()
            self._tasks.discard(task)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                match self.fault:
                    case "black-hole":
                        self.swallowed += len(data)
                        await asyncio.Event().wait()  # what a dead link swallows never comes, nor anything after it
                    case "delay":
                        await asyncio.sleep(self.chance.uniform(0.05, 0.6))
                    case "cut" if self.chance.random() < 0.2:
                        target.write(data[: len(data) // 2])
                        await target.drain()
                        self.cuts += 1
                        return
                target.write(data)
                await target.drain()
