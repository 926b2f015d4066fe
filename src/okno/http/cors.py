"""Cross-origin answers for what a widget on any site needs; nothing here reads a cookie of another origin."""

import re
from typing import Any

OPEN_PATHS = ("/api/v1/widget/", "/api/v1/files", "/files/", "/realtime/sessions")
UPLOADS = re.compile(r"^/api/v1/(?:widget/[^/]+/)?files(?:/|$)")
TAKEN = (
    "authorization, content-type, tus-resumable, upload-length, upload-metadata, upload-offset, range, if-none-match"
)
SHOWN = "location, tus-resumable, tus-version, tus-extension, tus-max-size, upload-offset, upload-length, content-range"
PREFLIGHT = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, HEAD, PATCH, DELETE, OPTIONS"),
    (b"access-control-allow-headers", TAKEN.encode()),
    (b"access-control-max-age", b"600"),
    (b"content-length", b"0"),
]


class Cors:
    """Outermost ASGI layer."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OPEN_PATHS):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await send({"type": "http.response.start", "status": 204, "headers": PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
            return

        async def opened(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], PREFLIGHT[0], (b"access-control-expose-headers", SHOWN.encode())]
                if UPLOADS.match(scope["path"]) and not any(name == b"tus-resumable" for name, _ in headers):
                    headers.append((b"tus-resumable", b"1.0.0"))  # of refusals, too
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, opened)
