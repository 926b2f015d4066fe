"""Look-ups that arrive together share one query; while it runs, the next ones gather."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Together(Generic[K, V]):
    """`get` answers with what `read` finds, read after the call; a key `read` leaves out gives `default()`."""

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], default: Callable[[], V]) -> None:
        self._read = read
        self._default = default
        self._asked: dict[K, list[asyncio.Future[V]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V:
        """Raises what `read` raises."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(key, []).append(future)
        if self._reading is None:
            self._reading = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, {}
                await self._answer(asked)
        finally:
            self._reading = None

    async def _answer(self, asked: dict[K, list[asyncio.Future[V]]]) -> None:
        try:
            found = await self._read(list(asked))
        except BaseException as error:
            for future in (f for futures in asked.values() for f in futures):
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for key, futures in asked.items():
            value = found[key] if key in found else self._default()
            for future in futures:
                if not future.done():
                    future.set_result(value)
