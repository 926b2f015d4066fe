"""Writes web/protocol/types.ts from the Python wire structs; `--check` fails when the committed file differs."""

import sys
from pathlib import Path
from typing import Any

import msgspec

from okno.access import types as access
from okno.analytics import types as analytics
from okno.attributes import types as attributes
from okno.automation import types as automation
from okno.contacts import types as contacts
from okno.conversations import bodies
from okno.conversations import types as conversations
from okno.conversations.search import types as search
from okno.desk import types as desk
from okno.exports import types as exports
from okno.feedback import types as feedback
from okno.imports import types as imports
from okno.integrations import types as integrations
from okno.kit.errors import Problem
from okno.knowledge import types as knowledge
from okno.notifications import types as notifications
from okno.privacy import types as privacy
from okno.realtime import frames
from okno.routing import types as routing
from okno.routing.hours import types as hours
from okno.routing.sla import types as sla
from okno.teamwork import types as teamwork
from okno.telephony import types as telephony
from okno.visits import types as visits
from okno.welcome import types as welcome

TARGET = Path(__file__).parent.parent / "web" / "protocol" / "types.ts"


def structs(module: Any) -> list[type]:
    """Structs a module itself defines, in order of definition."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__
    ]


def typescript(schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one return a kind of schema
    """One JSON Schema as a TypeScript type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(typescript(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"])
    match schema.get("type"):
        case "string":
            return "string"
        case "integer" | "number":
            return "number"
        case "boolean":
            return "boolean"
        case "null":
            return "null"
        case "array":
            inner = typescript(schema.get("items", {}))
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "object":
            return f"Record<string, {typescript(schema.get('additionalProperties', {}))}>"
    return "unknown"


def interface(name: str, schema: dict[str, Any], *, incoming: bool) -> str:
    """Fields with a default may be missing: on the way in always, on the way out where defaults are omitted."""
    required = set(schema.get("required", ()))
    lines = [f"/** {' '.join(schema['description'].split())} */"] if schema.get("description") else []
    lines.append(f"export interface {name} {{")
    for field, kind in schema.get("properties", {}).items():
        optional = field not in required and "const" not in kind and (incoming or "default" in kind)
        tag = len(kind.get("enum", ())) == 1
        lines.append(f"  {field}{'?' if optional and not tag else ''}: {typescript(kind)}")
    return "\n".join([*lines, "}"])


def render() -> str:
    modules = (
        bodies,
        conversations,
        search,
        analytics,
        access,
        contacts,
        visits,
        hours,
        sla,
        frames,
        attributes,
        knowledge,
        desk,
        notifications,
        exports,
        feedback,
        welcome,
        privacy,
        routing,
        imports,
        integrations,
        teamwork,
        automation,
        telephony,
    )
    types = [Problem, *(t for module in modules for t in structs(module))]
    types = [t for t in types if t not in (frames.ClientFrame, frames.ServerFrame, conversations.EventRaw)]
    _, components = msgspec.json.schema_components(
        types, schema_hook=lambda _: {"type": "string", "format": "uuid"}, ref_template="#/$defs/{name}"
    )
    components.pop("EventRaw", None)
    by_name: dict[str, Any] = {t.__name__: t for t in types}
    parts = ["// Written by tools/protocol_types.py from the Python structs. Do not edit.", ""]
    parts.append(f"export const PROTOCOL_VERSION = {frames.PROTOCOL_VERSION}")
    for name, schema in components.items():
        incoming = bool(by_name[name].__struct_config__.forbid_unknown_fields) if name in by_name else False
        parts.append(interface(name, schema, incoming=incoming))
    for name, union in (
        ("Body", bodies.Body),
        ("Send", conversations.Send),
        ("Act", desk.Act),
        ("Condition", automation.Condition),
        ("RuleAct", automation.RuleAct),
        ("ClientFrame", frames.ClientFrames),
        ("ServerFrame", frames.ServerFrames),
    ):
        parts.append(f"export type {name} = {' | '.join(t.__name__ for t in union.__args__)}")
    return "\n".join(parts).replace("EventRaw", "Event") + "\n"


if __name__ == "__main__":
    text = render()
    if "--check" in sys.argv:
        if TARGET.read_text() != text:
            sys.exit("web/protocol/types.ts differs from the Python structs: run `make protocol`")
    else:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(text)
