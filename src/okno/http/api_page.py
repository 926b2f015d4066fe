"""The API as a page for people: made from the OpenAPI document, with no script and nothing from outside."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6675;--line:#dfe4ea;--page:#fff;--side:#f6f8fa;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#303a46;--page:#14191f;--side:#1a2027;
--link:#7db7f5}}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
.house{display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{background:var(--side);border-inline-end:1px solid var(--line);padding:1rem;height:100vh;overflow:auto;
position:sticky;top:0}
nav ul{list-style:none;margin:0 0 1rem;padding:0}nav li a{display:block;padding:.2rem .25rem;min-height:24px}
main{padding:1.5rem clamp(1rem,4vw,3rem);max-width:64rem}
a{color:var(--link)}h1,h2{line-height:1.2}h2{margin-top:2.5rem;text-transform:capitalize}
section>p{max-width:44rem}article{border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:0 1rem 1rem;
overflow-wrap:anywhere}
article h3{font-size:1.05rem;margin:1rem 0 .25rem}code,pre{font:14px/1.45 ui-monospace,monospace}
.method{display:inline-block;min-width:4.2rem;font-weight:700;text-transform:uppercase}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{text-align:start;vertical-align:top;
padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line)}th{font-weight:600;color:var(--soft)}
.scroll{overflow-x:auto}.soft{color:var(--soft)}
@media(max-width:50rem){.house{display:block}nav{height:auto;position:static;max-height:16rem}}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CSP = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
INTRODUCTION = """<p>Requests and answers are JSON. Sign in as a program with an API key of the workspace:
<code>Authorization: Bearer okno_…</code>. A browser signs in with <code>POST /api/v1/session</code> and sends the
header <code>x-csrf-token</code> with every change. Errors are <code>application/problem+json</code> (RFC 9457): look at
<code>type</code>, show <code>detail</code>. An id that you make (UUIDv7) makes a send safe to repeat. Every operation
may also answer 500 with a problem, which is our fault, and a wrong method 405.</p>
<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>"""


def render_api_page(document: Mapping[str, Any]) -> str:
    """HTML of the whole document: operations by tag, then the types."""
    by_tag: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method in (m for m in METHODS if m in methods):
            operation = methods[method]
            by_tag.setdefault((operation.get("tags") or ["other"])[0], []).append((method, path, operation))
    schemas = document["components"]["schemas"]
    index = "".join(
        f'<h2><a href="#tag-{escape(tag)}">{escape(tag)}</a></h2><ul>'
        + "".join(f'<li><a href="#{o["operationId"]}">{escape(o["summary"])}</a></li>' for _, _, o in operations)
        + "</ul>"
        for tag, operations in by_tag.items()
    )
    parts = "".join(
        f'<section id="tag-{escape(tag)}"><h2>{escape(tag)}</h2>'
        + "".join(_operation(*operation) for operation in operations)
        + "</section>"
        for tag, operations in by_tag.items()
    )
    types = "".join(_type(name, schemas[name]) for name in sorted(schemas))
    title = f"{escape(document['info']['title'])} API {escape(document['info']['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><div class="house"><nav aria-label="Operations"><p><a href="#top">{title}</a></p>{index}'
        f'<h2><a href="#types">Types</a></h2></nav><main id="top"><h1>{title}</h1>{INTRODUCTION}{parts}'
        f'<section id="types"><h2>Types</h2>{types}</section></main></div></body></html>'
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    who = _who(operation)
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}{'' if p.get('required') else ', optional'}"
        f"</td><td>{_schema(p.get('schema', {}))}</td><td>{escape(p.get('description') or '')}</td></tr>"
        for p in operation.get("parameters", ())
    )
    heads = "<tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr>"
    parameters = f'<div class="scroll" tabindex="0"><table>{heads}{rows}</table></div>' if rows else ""
    body = "".join(
        f"<p>Body <code>{escape(media)}</code>: {_schema(content.get('schema', {}))}</p>"
        for media, content in (operation.get("requestBody") or {}).get("content", {}).items()
    )
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{_answer(answer)}</td><td>{escape(_meaning(status, answer))}</td></tr>"
        for status, answer in sorted(operation["responses"].items())
    )
    text = f"<p>{escape(operation['description'])}</p>" if operation.get("description") else ""
    return (
        f'<article id="{operation["operationId"]}"><h3>{escape(operation["summary"])}</h3>'
        f'<p><code><span class="method">{method}</span> {escape(path)}</code><br>'
        f'<span class="soft">{escape(who)}</span></p>{text}{parameters}{body}<div class="scroll" tabindex="0">'
        f"<table><tr><th>Answer</th><th>Body</th><th>Meaning</th></tr>{answers}</table></div></article>"
    )


def _who(operation: Mapping[str, Any]) -> str:
    names = {"session": "an operator's session", "api_key": "an API key", "visitor": "a visitor's token"}
    wanted = [names[name] for choice in operation.get("security", ()) for name in choice if name in names]
    return f"Needs {' or '.join(dict.fromkeys(wanted))}" if wanted else "Open to everybody"


def _answer(answer: Mapping[str, Any]) -> str:
    content = answer.get("content") or {}
    return "<br>".join(_schema(c.get("schema", {})) for c in content.values()) or '<span class="soft">none</span>'


def _meaning(status: str, answer: Mapping[str, Any]) -> str:
    said: str = answer.get("description", "")
    done = said.startswith(("Request fulfilled", "Document created", "Request accepted"))
    return "Done" if status.startswith("2") and done else said


def _schema(schema: Mapping[str, Any]) -> str:
    """A type in a few words, with links to named types and the bounds that are set."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#type-{name}">{name}</a>'
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(map(_schema, choices))
    if values := [schema["const"]] if "const" in schema else schema.get("enum"):
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in values)
    kinds = schema.get("type", "any value")
    kind = " or ".join(kinds) if isinstance(kinds, list) else kinds
    if kind == "array":
        return f"list of {_schema(schema.get('items', {}))}{_bounds(schema)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map to {_schema(schema['additionalProperties'])}"
    return f"{escape(schema.get('format') or kind)}{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    words = {
        "minLength": "at least {} long",
        "maxLength": "at most {} long",
        "minimum": "≥ {}",
        "maximum": "≤ {}",
        "maxItems": "at most {}",
    }
    said = [text.format(f"{schema[name]:g}") for name, text in words.items() if schema.get(name) is not None]
    return f' <span class="soft">({", ".join(said)})</span>' if said else ""


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        optional = "" if name in required else '<span class="soft">optional</span>'
        yield f"<tr><td><code>{escape(name)}</code></td><td>{_schema(field)}</td><td>{optional}</td></tr>"


def _type(name: str, schema: Mapping[str, Any]) -> str:
    rows = "".join(_fields(schema))
    text = f"<p>{escape(schema['description'])}</p>" if schema.get("description") else ""
    table = f'<div class="scroll" tabindex="0"><table><tr><th>Field</th><th>Type</th><th></th></tr>{rows}</table></div>'
    inner = table if rows else f"<p>{_schema(schema)}</p>"
    return f'<article id="type-{escape(name)}"><h3>{escape(name)}</h3>{text}{inner}</article>'
