"""The API's description: OpenAPI with what Litestar does not say by itself."""

from typing import Any

import msgspec
from litestar import Litestar

_CACHE = "okno_openapi"


def schema_of(app: Litestar) -> bytes:
    """The document as JSON; made once."""
    cached: bytes | None = getattr(app.state, _CACHE, None)
    if cached is None:
        document = app.openapi_schema.to_schema()
        _forbid_unknown(document)
        cached = msgspec.json.encode(document)
        setattr(app.state, _CACHE, cached)
    return cached


def _forbid_unknown(document: dict[str, Any]) -> None:
    """Bodies that come in refuse unknown fields; the generator does not know."""
    from okno.kit.wire import Wire  # noqa: PLC0415

    def names(wire: type[Any]) -> set[str]:
        below: list[type[Any]] = wire.__subclasses__()
        return {wire.__name__}.union(*(names(sub) for sub in below))

    incoming = names(Wire)
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if name.rsplit(".", 1)[-1].rsplit("_", 1)[-1] in incoming and schema.get("type") == "object":
            schema["additionalProperties"] = False
