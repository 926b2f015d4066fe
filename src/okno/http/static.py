"""Files of the browser, read once at the start: precompressed variants, ETag and 304, immutable for hashed names."""

import hashlib
import mimetypes
import re
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from litestar import Response

from okno.kit.errors import NotFound

HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.(?:js|css|woff2|svg|webp|png|json)$")
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Asset(NamedTuple):
    """A file with the variants that were built beside it."""

    body: bytes
    br: bytes | None
    gz: bytes | None
    etag: str
    media_type: str
    immutable: bool


def read_assets(folder: Path) -> dict[str, Asset]:
    """Assets by path relative to `folder`; empty when the browser parts were not built."""
    assets = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".br", ".gz") or path.name.startswith("."):
            continue
        body = path.read_bytes()
        variants = [
            p.read_bytes() if (p := path.with_name(path.name + end)).is_file() else None for end in (".br", ".gz")
        ]
        media = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        br, gz = variants
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        name = path.relative_to(folder).as_posix()
        assets[name] = Asset(body, br, gz, etag, media, bool(HASHED.search(name)))
    return assets


def static_folder() -> Path:
    return Path(str(files("okno.http").joinpath("static")))


class Static:
    """Answers requests for assets."""

    def __init__(self, folder: Path) -> None:
        self.assets = read_assets(folder)

    def get(self, name: str) -> Asset:
        """Raises `NotFound`."""
        asset = self.assets.get(name)
        if asset is None:
            raise NotFound("there is no such file; was the browser part built?")
        return asset

    def answer(
        self,
        asset: Asset,
        *,
        method: str,
        accepts: str,
        known: str,
        headers: dict[str, str] | None = None,
        cache: str | None = None,
    ) -> Response[bytes]:
        """200 with the best variant, or 304 when `known` (If-None-Match) names it."""
        sent = {
            "etag": asset.etag,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
            "cache-control": cache or ("public, max-age=31536000, immutable" if asset.immutable else "no-cache"),
            **(headers or {}),
        }
        if asset.etag in known:
            return Response(b"", status_code=304, headers=sent, media_type=asset.media_type)
        body = asset.body
        for encoding, variant in (("br", asset.br), ("gzip", asset.gz)):
            if variant is not None and encoding in accepts:
                body, sent["content-encoding"] = variant, encoding
                break
        if method == "HEAD":
            sent["content-length"] = str(len(body))
            body = b""
        return Response(body, headers=sent, media_type=asset.media_type)
