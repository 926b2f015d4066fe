"""The way of a browser's telephone: SIP over a WebSocket (RFC 7118) of this server, to Asterisk on the loopback.

Browsers speak to one address and one port; Asterisk is reached from this machine only. The sound goes its own way.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog
from picows import WSCloseCode, WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from okno.kit import limits
from okno.kit.errors import OknoError
from okno.kit.tasks import Tasks

log = structlog.get_logger()
SUBPROTOCOL = "sip"
FORBIDDEN, AWAY = 1008, 1013


class _Inner(WSListener):
    """Asterisk's side."""

    def __init__(self, tunnel: "Tunnel") -> None:
        super().__init__()
        self._tunnel = tunnel

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            self._tunnel.back(frame.msg_type, frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        self._tunnel.close(AWAY, "the telephone is away")


class Tunnel(WSListener):
    """One browser's. Frames before the other side is there are kept, as many as a registration needs."""

    def __init__(self, tasks: Tasks, enter: Callable[[], Awaitable[Any]], address: Callable[[], str | None]) -> None:
        """`enter` raises for who is not signed in; `address` is Asterisk's socket, null while it is not there."""
        super().__init__()
        self._tasks = tasks
        self._enter = enter
        self._address = address
        self._outer: WSTransport | None = None
        self._inner: WSTransport | None = None
        self._early: list[bytes] = []

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._outer = transport
        self._tasks.spawn(self._open(), name="telephone's socket")

    async def _open(self) -> None:
        address = self._address()
        try:
            await self._enter()
        except OknoError:
            self.close(FORBIDDEN, "sign in first")
            return
        if address is None:
            self.close(AWAY, "the telephone is away")
            return
        try:
            inner, _ = await ws_connect(
                lambda: _Inner(self),
                address,
                extra_headers={"Sec-WebSocket-Protocol": SUBPROTOCOL},
                max_frame_size=limits.SIP_FRAME_BYTES_MAX,
                proxy=None,
            )
        except (WSError, OSError, TimeoutError) as error:
            log.warning("the telephone's socket is away", error=str(error))
            self.close(AWAY, "the telephone is away")
            return
        if self._outer is None:
            inner.disconnect()
            return
        self._inner = inner
        for early in self._early:
            inner.send(WSMsgType.TEXT, early)
        self._early.clear()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
        elif frame.msg_type not in (WSMsgType.TEXT, WSMsgType.BINARY) or not frame.fin:
            self.close(FORBIDDEN, "only whole frames")
        elif self._inner is not None:
            self._inner.send(frame.msg_type, frame.get_payload_as_bytes())
        elif len(self._early) < limits.SIP_EARLY_FRAMES_MAX:
            self._early.append(frame.get_payload_as_bytes())

    def back(self, sort: WSMsgType, payload: bytes) -> None:
        """From Asterisk to the browser."""
        if self._outer is not None:
            self._outer.send(sort, payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        self._outer = None
        if self._inner is not None:
            self._inner.disconnect()
            self._inner = None

    def close(self, code: int, reason: str) -> None:
        outer, self._outer = self._outer, None
        if outer is not None:
            outer.send_close(cast("WSCloseCode", code), reason.encode())  # picows takes any number here
            outer.disconnect()
