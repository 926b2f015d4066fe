"""A client for addresses other people write down: it calls only where it may, and reads only so much."""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
from httpcore._backends.auto import AutoBackend

from okno.integrations import rules
from okno.kit import limits

CALL_FAULTS = (
    TimeoutError,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    ValueError,
)
"""What a call may end with."""


class _Backend(httpcore.AsyncNetworkBackend):
    """Looks the name up once and connects to what was checked: a second answer of the name server changes nothing."""

    def __init__(self, allowed: rules.Networks) -> None:
        self._inner = AutoBackend()
        self._allowed = allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(rules.may_call(address, self._allowed) for address in addresses):
            raise httpcore.ConnectError(rules.NOT_PUBLIC)
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def make_client(allowed: rules.Networks) -> httpx.AsyncClient:
    """No redirects, no proxies and no cookies; a bounded pool."""
    transport = httpx.AsyncHTTPTransport(trust_env=False, retries=0)
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - httpx has no door for a network backend
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=limits.CRM_CONNECTIONS_MAX,
        max_keepalive_connections=limits.CRM_CONNECTIONS_MAX,
        keepalive_expiry=10,
        network_backend=_Backend(allowed),
    )
    return httpx.AsyncClient(
        transport=transport, timeout=httpx.Timeout(limits.CRM_S_MAX), follow_redirects=False, trust_env=False
    )


async def read_bounded(client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body. Raises `ValueError` for more than CRM_ANSWER_BYTES_MAX, and httpx's errors."""
    return await _ask(client, client.build_request("GET", url, headers=headers), limits.CRM_S_MAX)


async def post_bounded(client: httpx.AsyncClient, url: str, headers: dict[str, str], body: bytes, time_s: float) -> int:
    """The status of the answer. Raises the same."""
    status, _ = await _ask(client, client.build_request("POST", url, headers=headers, content=body), time_s)
    return status


async def _ask(client: httpx.AsyncClient, request: httpx.Request, time_s: float) -> tuple[int, bytes]:
    async with asyncio.timeout(time_s):
        answer = await client.send(request, stream=True)
        try:
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > limits.CRM_ANSWER_BYTES_MAX:
                    raise ValueError(rules.TOO_LONG)
            return answer.status_code, body
        finally:
            await answer.aclose()
