"""Supervised tasks: every task has an owner that restarts it or says why it ended."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger()
RESTART_S_MAX = 30.0  # a broken dependency is asked twice a minute


class Tasks:
    """Owns background tasks until `close`. Failures of one-shot tasks are logged, loops are restarted with back-off."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run once; an exception is logged under `name`."""
        task = asyncio.get_running_loop().create_task(self._guard(work, name), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def loop(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> asyncio.Task[None]:
        """Run for ever; a failure waits (0.5 s doubling, with jitter, at most RESTART_S_MAX) and starts it anew."""
        return self.spawn(self._restarting(work, name), name=name)

    async def close(self) -> None:
        """Cancel everything and wait for it."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _guard(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("task failed", task=name)

    async def _restarting(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        wait_s = 0.5
        while True:
            try:
                await work()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("loop failed, starting anew", task=name, wait_s=wait_s)
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
                wait_s = min(wait_s * 2, RESTART_S_MAX)
            else:
                wait_s = 0.5
