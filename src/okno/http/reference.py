"""The API's description: OpenAPI with what Litestar does not say by itself."""

from typing import Any

import msgspec
from litestar import Litestar

_CACHE = "okno_openapi"
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
LINKS: dict[str, dict[str, str]] = {
    "list_conversations": {"conversation_id": "/rows/0/id", "contact_id": "/rows/0/contact"},
    "get_conversation": {"conversation_id": "/id", "contact_id": "/contact"},
    "list_operators": {"operator_id": "/0/id"},
    "invite_operator": {"operator_id": "/operator/id"},
    "list_teams": {"team_id": "/0/id"},
    "create_team": {"team_id": "/id"},
    "list_api_keys": {"key_id": "/0/id"},
    "create_api_key": {"key_id": "/key/id"},
    "list_sessions": {"session_id": "/0/id"},
    "list_inboxes": {"inbox_id": "/0/id", "key": "/0/key"},
    "search_contacts": {"contact_id": "/0/id"},
    "add_identity": {"contact_id": "/id", "identity_id": "/identities/0/id"},
    "send_own_message": {"conversation_id": "/conversation"},
    "list_own_conversations": {"conversation_id": "/0/conversation"},
    "start_stream": {"session": "/session"},
}
"""Where an answer names what other operations take in their path: by operation, then parameter, a JSON pointer."""


def schema_of(app: Litestar) -> bytes:
    """The document as JSON; made once."""
    cached: bytes | None = getattr(app.state, _CACHE, None)
    if cached is None:
        document = app.openapi_schema.to_schema()
        _forbid_unknown(document)
        _empty(document)
        _link(document)
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


def _link(document: dict[str, Any]) -> None:
    """OpenAPI links: which operation's answer gives the ids another one takes."""
    operations = {
        operation["operationId"]: (path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    for source, pointers in LINKS.items():
        if source not in operations:
            continue
        path, operation = operations[source]
        widget = "{key}" in path
        links = {}
        for name, (target_path, target) in operations.items():
            wanted = {p["name"] for p in target.get("parameters", ()) if p["in"] == "path"}
            given = {p: f"$response.body#{pointers[p]}" for p in wanted & pointers.keys()}
            if widget and "key" in wanted:
                given["key"] = "$request.path.key"
            if wanted and given.keys() == wanted and widget == ("{key}" in target_path and "key" not in pointers):
                links[name] = {"operationId": name, "parameters": given}
        for status, response in operation["responses"].items():
            if status.startswith("2") and links:
                response["links"] = links


def _empty(document: dict[str, Any]) -> None:
    """A 204 has no body; the generator describes one of null."""
    for item in document["paths"].values():
        for method, operation in item.items():
            if method in METHODS and (response := operation["responses"].get("204")):
                response.pop("content", None)
