"""Hints between the processes of one installation: what was just committed, who looks where, whose rights ended.

The database stays the truth. A hint may be lost with the process or the server that carries it; `follow.py` then finds
in the outbox what was not heard of. A hint that changes no table has a `kept` form that goes by the outbox instead.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import structlog

from okno.kit.ids import uuid7

log = structlog.get_logger()
Heard = Callable[[str, bytes], None]
"""Process and payload; must not block."""
HINT = "hint"


class Kept(msgspec.Struct, array_like=True, frozen=True):
    """A hint as a row of the outbox. `payload` is JSON."""

    process: str
    topic: str
    payload: str


parse_kept = msgspec.json.Decoder(Kept).decode


class Hints:
    """Of a process that is alone: nobody is told anything, and nothing is encoded for it."""

    shared = False
    """Whether there may be other processes; whoever would have to encode something asks first."""
    connected = True
    """Whether hints arrive at once; else what is kept comes by the outbox."""

    def __init__(self) -> None:
        self.process = uuid7().hex
        self._handlers: dict[str, Heard] = {}
        self._back: list[Callable[[], None]] = []

    def hear(self, topic: str, handler: Heard) -> None:
        self._handlers[topic] = handler

    def on_back(self, callback: Callable[[], None]) -> None:
        """Called whenever hints may have been lost and come again now."""
        self._back.append(callback)

    def tell(self, topic: str, payload: Any, *, kept: bytes | None = None) -> None:
        """To every other process, at once and without waiting. `kept` is JSON without anybody's words."""

    async def run(self) -> None:
        """The loop that carries; ends at once when there is nothing to carry."""

    def take(self, process: str, topic: str, payload: bytes) -> None:
        """Give a hint to who hears it; a mistake of his costs this hint only."""
        handler = self._handlers.get(topic)
        if handler is None or process == self.process:
            return
        try:
            handler(process, payload)
        except Exception:
            log.exception("a hint could not be used", topic=topic)

    def take_kept(self, payloads: Iterable[str]) -> None:
        """Hints that came by the outbox."""
        for payload in payloads:
            kept = parse_kept(payload)
            self.take(kept.process, kept.topic, kept.payload.encode())

    def _came_back(self) -> None:
        for callback in self._back:
            callback()
