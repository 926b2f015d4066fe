"""Bytes that are kept, as an answer: whole, a part that was asked for, or nothing where the browser has them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.response import Stream

from okno.files.rules import Span, parse_range
from okno.kit.errors import OutOfRange

AnyRequest = Request[Any, Any, State]
Read = Callable[[int, int], Awaitable[AsyncIterator[bytes]]]
"""From the first byte up to another one."""


async def serve(
    request: AnyRequest, read: Read, size_bytes: int, media_type: str, headers: Mapping[str, str]
) -> Response[bytes] | Response[None] | Stream:
    """`headers` has the etag. Raises `OutOfRange`, and what `read` raises."""
    etag, told = headers["etag"], {**headers, "accept-ranges": "bytes"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=told)
    span, status = Span(0, size_bytes), 200
    if (asked := request.headers.get("range")) and request.headers.get("if-range", etag) == etag:
        try:
            part = parse_range(asked, size_bytes)
        except ValueError:
            raise OutOfRange(f"the file has {size_bytes} bytes") from None
        if part is not None:
            span, status = part, 206
            told["content-range"] = f"bytes {part.first}-{part.after - 1}/{size_bytes}"
    told["content-length"] = str(span.after - span.first)
    if request.method == "HEAD":
        return Response(b"", status_code=status, headers=told, media_type=media_type)
    return Stream(await read(*span), status_code=status, headers=told, media_type=media_type)
