"""picows behind uvicorn's `ws=`: one address and port for HTTP and sockets.

`WSProtocol`'s constructor is positional and private to picows, so the version is pinned exactly and everything that
knows it is in this file.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from picows import WSAutoPingStrategy, WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # its stubs leave it out
from uvicorn.middleware.proxy_headers import _TrustedHosts

from okno.kit import limits
from okno.realtime.session import Connection, Realtime

LOG = logging.getLogger("okno.sockets")
LOG.setLevel(logging.ERROR)
READ_BUFFER_BYTES = 2048  # halves the memory of an idle connection against the default
UNSUPPORTED, TOO_SLOW = 1003, 4000
TEXT, CLOSE = WSMsgType.TEXT, WSMsgType.CLOSE  # an enum's member is a look-up of its own, on every frame


class Proxies:
    """What a handshake says of where it comes from, believed as far as the proxies are trusted that it names."""

    def __init__(self, trusted: str, forwarded: str) -> None:
        self._trusted, self._forwarded = trusted, forwarded

    def client_of(self, peer: str) -> str:
        hosts = _TrustedHosts(self._trusted)  # uvicorn's own rule, so that sockets and requests agree
        if not self._forwarded or peer not in hosts:
            return peer
        return hosts.get_trusted_client_address(self._forwarded)[0]


class Socket(WSListener):
    """A WebSocket as a `Carrier`."""

    __slots__ = ("_proxies", "connection", "transport")

    def __init__(self, realtime: Realtime, session_secret: str | None, proxies: "Proxies | None" = None) -> None:
        super().__init__()
        self.transport: WSTransport | None = None
        self._proxies = proxies
        self.connection: Connection | None = Connection(realtime, self, session_secret)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        peer = transport.underlying_transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        if self.connection is not None:
            self.connection.address = self._proxies.client_of(address) if self._proxies else address
        transport.underlying_transport.set_write_buffer_limits(high=limits.SOCKET_QUEUE_BYTES_MAX)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        connection = self.connection
        if connection is None:
            return
        if frame.msg_type == TEXT and frame.fin:
            connection.receive(frame.get_payload_as_memoryview())
        elif frame.msg_type == CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            connection.close(UNSUPPORTED, "only whole text frames")

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        self.transport = None
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.gone()

    def pause_writing(self) -> None:
        """The reader is a megabyte behind: it resumes from its cursors instead of holding our memory."""
        if self.connection is not None:
            self.connection.close(TOO_SLOW, "resume")

    def resume_writing(self) -> None:
        """Nothing waits: a paused socket is closed."""

    def send(self, frame: bytes) -> None:
        if self.transport is not None:
            self.transport.send(TEXT, frame)

    def close(self, code: int, reason: str) -> None:
        transport, self.transport = self.transport, None
        if transport is None:
            return
        transport.send_close(cast("WSCloseCode", code), reason.encode())  # picows takes any number here
        # A graceful close of a full socket never ends: the frame gets its seconds, then the line is cut.
        asyncio.get_running_loop().call_later(limits.SOCKET_CLOSE_GRACE_S, transport.disconnect, False)


def socket_protocol(listen: Callable[[WSUpgradeRequest], Any]) -> type:
    """A class for uvicorn's `ws=`; `listen` makes the listener of an upgrade request or returns a refusal."""

    class UpgradedSocket(WSProtocol):
        __slots__ = ("_live",)

        def __init__(self, config: Any, server_state: Any, app_state: Any) -> None:  # noqa: ARG002
            self._live = server_state.connections
            super().__init__(
                *(None, None, False, listen, LOG, True, 5, False, 20, 20, WSAutoPingStrategy.PING_WHEN_IDLE, True),
                *(limits.FRAME_BYTES_MAX, None, READ_BUFFER_BYTES),
            )

        def connection_made(self, transport: Any) -> None:
            self._live.add(self)
            super().connection_made(transport)

        def connection_lost(self, error: Any) -> None:
            self._live.discard(self)
            super().connection_lost(error)

        def data_received(self, data: bytes) -> None:
            """Only the upgrade request uvicorn replays; afterwards the loop reads into `get_buffer` itself."""
            view = memoryview(data)
            while view:
                buffer = self.get_buffer(-1)
                count = min(len(buffer), len(view))
                buffer[:count] = view[:count]
                self.buffer_updated(count)
                view = view[count:]

        def shutdown(self) -> None:
            self.transport.send_close(WSCloseCode.GOING_AWAY)
            self.transport.disconnect()

    return UpgradedSocket
