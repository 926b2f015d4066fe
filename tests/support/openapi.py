"""The operations of the API from its own description, with a body for each: what is added tomorrow is asked, too."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx

from okno.http.reference import METHODS
from okno.kit.ids import uuid7
from tests.support.live import Live

PATTERNS = {
    "@": "anna@example.com",
    "#[0-9a-f]{6}": "#2c49c6",
    "a-z]{1,": "field",
    "a-z]{2,3}": "ru",
    ".+-]+/": "image/png",
}
DEPTH_MAX = 6


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    """With {names} of parameters."""
    parameters: list[dict[str, Any]]
    bodies: list[Any]
    """One for each alternative; empty when it takes none."""

    @property
    def widget(self) -> bool:
        return "/widget/{key}" in self.path

    def takes(self, *names: str) -> bool:
        return any(p["name"] in names for p in self.parameters)


class Sampler:
    """Makes values of a schema. `named` stands for members and parameters of that name, `text` for every free text."""

    def __init__(self, document: dict[str, Any], named: Mapping[str, Any], text: str = "words") -> None:
        self.document, self.named, self.text = document, named, text

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def alternatives(self, schema: dict[str, Any]) -> list[Any]:
        """A body for each alternative; of an object one with every member, and some with fewer that fit together."""
        schema = self.resolve(schema)
        choices = [self.resolve(one) for one in schema.get("oneOf") or schema.get("anyOf") or ()]
        if found := [v for one in choices if one.get("type") != "null" for v in self.alternatives(one)]:
            return found
        whole = self.value("", schema)
        if not isinstance(whole, dict):
            return [whole]
        members, needed = schema.get("properties", {}), set(schema.get("required", ()))
        texts = {name for name in members if self.is_free(members[name])}
        sets = [set(whole), needed | texts, needed]
        sets += [needed | texts | {name} for name in members if name in self.named and name not in needed]
        sets += [needed | {name} for name in members if name not in needed | texts]
        bodies = [{name: value for name, value in whole.items() if name in wanted} for wanted in sets]
        return [body for at, body in enumerate(bodies) if body not in bodies[:at]]

    def is_free(self, schema: dict[str, Any]) -> bool:
        """Whether any text fits."""
        schema = self.resolve(schema)
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            return any(self.is_free(choice) for choice in choices)
        pattern = schema.get("pattern", "")
        plain = not pattern or pattern in (r"^[^\x00]*$", "^[^\x00]*$")
        return schema.get("type") == "string" and plain and not schema.get("format") and not schema.get("enum")

    def value(self, name: str, schema: dict[str, Any], depth: int = 0) -> Any:
        if name in self.named:
            return self.named[name]
        schema = self.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return next(one for one in schema["enum"] if one is not None)
        for choice in schema.get("oneOf") or schema.get("anyOf") or ():
            if self.resolve(choice).get("type") != "null" and depth < DEPTH_MAX:
                return self.value(name, choice, depth + 1)
        sort = schema.get("type")
        sort = next((one for one in sort if one != "null"), "null") if isinstance(sort, list) else sort
        match sort:
            case "object":
                members = schema.get("properties", {})
                wanted = members if depth < 2 else {n: members[n] for n in schema.get("required", ()) if n in members}
                return {n: self.value(n, of, depth + 1) for n, of in wanted.items()}
            case "array":
                items = self.resolve(schema.get("items", {}))
                plain = items.get("type") == "string" and not items.get("format") and not items.get("enum")
                many = schema.get("minItems", 0) or (1 if plain or items.get("type") == "object" else 0)
                return [self.value("", items, depth + 1)] * many if depth < DEPTH_MAX else []
            case "string":
                return self.string(schema)
            case "integer" | "number":
                return max(schema.get("minimum", 1), min(1, schema.get("maximum", 1)))
            case "boolean":
                return True
        return None

    def string(self, schema: dict[str, Any]) -> str:
        match schema.get("format"):
            case "uuid":
                return str(uuid7())
            case "date-time":
                return (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            case "date":
                return "2026-12-01"
            case "time":
                return "10:00"
        pattern = schema.get("pattern", "")
        if pattern and "\\x00" not in pattern and "\0" not in pattern:
            return next(
                (value for part, value in PATTERNS.items() if part in pattern), "a" * schema.get("minLength", 1)
            )
        if "@" in pattern:
            return "anna@example.com"
        return self.text[: schema.get("maxLength", len(self.text))]


async def document_of(live: Live) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=live.url) as http:
        return (await http.get("/openapi.json")).json()


def operations_of(document: dict[str, Any], sampler: Sampler) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, described in item.items():
            if method not in METHODS - {"head", "options"}:
                continue
            content = described.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            bodies = sampler.alternatives(schema) if schema else []
            yield Operation(described["operationId"], method.upper(), path, described.get("parameters", []), bodies)


def address_of(operation: Operation, sampler: Sampler, *, query: bool = True) -> tuple[str, dict[str, Any]]:
    """Path and query with every parameter filled in."""
    path, asked = operation.path, {}
    for parameter in operation.parameters:
        name = parameter["name"]
        if parameter["in"] == "path":
            field = name == "key" and not operation.widget  # of an attribute; elsewhere it is a widget's
            value = "field" if field else sampler.value(name, parameter["schema"])
            path = path.replace("{" + name + "}", str(value))
        elif parameter["in"] == "query" and (parameter.get("required") or (query and name in sampler.named)):
            asked[name] = sampler.value(name, parameter["schema"])
    return path, asked
