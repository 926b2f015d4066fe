"""Asterisk's manager interface, for what its REST interface cannot: recording both sides of a channel, with pauses.

https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/MixMonitor (read 2026-11-27).
"""

import asyncio
import contextlib
import itertools

from okno.kit import limits
from okno.telephony.engine import EngineFailed

LINE = "\r\n"


class Ami:
    """One connection, made at the first action and again after it broke; actions go one after the other."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self._port, self._user, self._password = port, user, password
        self._ids = itertools.count(1)
        self._lock = asyncio.Lock()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def act(self, action: str, **fields: str) -> None:
        """Raises `EngineFailed` when it is refused or Asterisk does not answer."""
        async with self._lock:
            try:
                async with asyncio.timeout(limits.ARI_ANSWER_S_MAX):
                    if self._writer is None or self._writer.is_closing():
                        await self._connect()
                    await self._ask(action, fields)
            except (OSError, EOFError, TimeoutError) as error:
                self.close()
                raise EngineFailed(f"Asterisk's manager does not answer {action}: {error!r}") from None

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        await self._reader.readline()  # its name and version
        await self._ask("Login", {"Username": self._user, "Secret": self._password, "Events": "off"})

    async def _ask(self, action: str, fields: dict[str, str]) -> None:
        reader, writer = self._reader, self._writer
        assert reader is not None  # noqa: S101 - `act` has connected
        assert writer is not None  # noqa: S101 - the same
        name = str(next(self._ids))
        told = {"Action": action, "ActionID": name, **fields}
        writer.write("".join(f"{key}: {_plain(value)}{LINE}" for key, value in told.items()).encode() + LINE.encode())
        await writer.drain()
        while True:
            answer = await _read_answer(reader)
            if answer.get("actionid") != name:
                continue
            if answer.get("response") != "Success":
                raise EngineFailed(f"{action}: {answer.get('message', 'refused')}")
            return

    def close(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._reader = self._writer = None


def _plain(value: str) -> str:
    """A value ends where its line ends."""
    return value.replace("\r", " ").replace("\n", " ")


async def _read_answer(reader: asyncio.StreamReader) -> dict[str, str]:
    """Names in small letters. Raises `EOFError` where the connection ends."""
    answer: dict[str, str] = {}
    while True:
        line = await reader.readline()
        if not line:
            raise EOFError("the connection ended")
        text = line.decode(errors="replace").strip()
        if not text and answer:
            return answer
        key, _, value = text.partition(":")
        if text:
            answer[key.strip().lower()] = value.strip()
