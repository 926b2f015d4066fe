"""A thin client of Asterisk's REST interface: events and requests over one WebSocket, with reconnecting above it.

Asterisk 20.14, 21.9, 22.4 or newer; https://docs.asterisk.org/Configuration/Interfaces/Asterisk-REST-Interface-ARI
(read 2026-11-26).
"""

import asyncio
import base64
import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from okno.kit import limits
from okno.telephony.engine import EngineFailed

log = structlog.get_logger()
GONE = 404
REFUSED_FROM = 300
Event = dict[str, Any]


class AriRefused(EngineFailed):
    """Asterisk answered with an error; `code` is its status."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class _Socket(WSListener):
    """Puts frames together and hands them on."""

    def __init__(self, ari: "Ari") -> None:
        super().__init__()
        self._ari = ari
        self._parts = bytearray()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        if frame.msg_type not in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            return
        self._parts += frame.get_payload_as_memoryview()
        if frame.fin:
            whole, self._parts = bytes(self._parts), bytearray()
            self._ari.take(whole)


class Ari:
    """One connection. `on_event` is called for every event and must not block."""

    def __init__(self, url: str, user: str, password: str, app: str, on_event: Callable[[Event], None]) -> None:
        """`url` as http://127.0.0.1:8088/ari."""
        self._url = url.rstrip("/")
        self._login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._app = app
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Event]] = {}
        self._transport: WSTransport | None = None

    @property
    def connected(self) -> bool:
        return self._transport is not None

    async def run(self, on_connected: Callable[[], None]) -> None:
        """Connect, tell, and stay until the connection is gone. Raises `EngineFailed` when it cannot be made."""
        address = f"{self._url.replace('http', 'ws', 1)}/events?app={self._app}"
        try:
            transport, _ = await ws_connect(
                lambda: _Socket(self),
                address,
                extra_headers={"Authorization": f"Basic {self._login}"},
                enable_auto_ping=True,
                max_frame_size=limits.ARI_FRAME_BYTES_MAX,
                proxy=None,
            )
        except (WSError, OSError, TimeoutError) as error:
            raise EngineFailed(f"Asterisk does not answer at {self._url}: {error}") from None
        self._transport = transport
        try:
            on_connected()
            await transport.wait_disconnected()
        finally:
            self._transport = None
            transport.disconnect(graceful=False)
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(EngineFailed("the connection to Asterisk broke"))
            self._asked.clear()

    def take(self, frame: bytes) -> None:
        """A frame of Asterisk: the answer to a request, or an event. What cannot be read is logged and left."""
        try:
            event: Event = msgspec.json.decode(frame)
            if event.get("type") == "RESTResponse":
                asked = self._asked.pop(str(event.get("request_id")), None)
                if asked is not None and not asked.done():
                    asked.set_result(event)
                return
            self._on_event(event)
        except Exception:
            log.exception("an event of Asterisk could not be taken", size=len(frame))

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request; its decoded answer, null without one. Raises `AriRefused`, `EngineFailed`."""
        transport = self._transport
        if transport is None:
            raise EngineFailed("Asterisk is not connected")
        name = str(next(self._ids))
        asked = self._asked[name] = asyncio.get_running_loop().create_future()
        request: Event = {
            "type": "RESTRequest",
            "request_id": name,
            "method": method,
            "uri": path,
            "query_strings": [{"name": key, "value": str(value)} for key, value in query.items()],
        }
        if body is not None:
            request |= {"content_type": "application/json", "message_body": msgspec.json.encode(body).decode()}
        transport.send(WSMsgType.TEXT, msgspec.json.encode(request))
        try:
            async with asyncio.timeout(limits.ARI_ANSWER_S_MAX):
                answer = await asked
        except TimeoutError:
            raise EngineFailed(f"Asterisk did not answer {method} {path}") from None
        finally:
            self._asked.pop(name, None)
        code, text = int(answer["status_code"]), answer.get("message_body")
        if code >= REFUSED_FROM:
            raise AriRefused(code, f"{method} {path}: {code} {text or answer.get('reason_phrase', '')}")
        return msgspec.json.decode(text) if text else None
