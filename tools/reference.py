"""`make reference`: docs/reference/*.md from the code. `--check` says whether they are current."""

import argparse
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from okno.access.keys import Keys
from okno.app.wiring import App
from okno.cli.main import parser
from okno.cli.settings import Settings, describe
from okno.http.reference import schema_of
from okno.kit import limits
from okno.realtime import frames

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "reference"
HEAD = "<!-- Written by `make reference` from the code. Do not edit. -->\n\n"
SEPARATOR = re.compile(r"\s*#\s")


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def settings() -> str:
    lines = [
        "# Settings",
        "",
        "Each is read from the environment, else from the TOML file `okno.toml` in the data folder (or the file that",
        "`OKNO_CONFIG` names; there in small letters and without `OKNO_`), else the default holds. `okno config show`",
        "prints what is in force. A setting that does not exist, or cannot be used, refuses the start.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for name, _, default, meaning in describe(Settings()):
        lines.append(f"| `{name}` | {f'`{default}`' if default else ''} | {cell(meaning)} |")
    lines += [
        "",
        "`okno backup` and `okno restore` read the passphrase from `OKNO_BACKUP_PASSPHRASE`, else ask for it.",
    ]
    return "\n".join(lines)


GROUPED = 10_000


def size(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and value >= GROUPED else str(value)


def limit_rows() -> Iterator[str]:
    """Headings are the comments of the file; the reason is the comment behind the value."""
    for line in (ROOT / "src/okno/kit/limits.py").read_text().splitlines():
        if line.startswith("# "):
            yield from ("", f"## {line[2:]}", "", "| limit | value | why |", "|---|---|---|")
        elif found := re.match(r"(\w+): Final = ", line):
            why = SEPARATOR.split(line, maxsplit=1)[1] if SEPARATOR.search(line) else ""
            yield f"| `{found[1]}` | {size(getattr(limits, found[1]))} | {cell(why)} |"


def limit_page() -> str:
    return "\n".join(
        ["# Limits", "", "Every bound of the product. The unit is the end of the name: `_S` seconds, `_BYTES`,",
         "`_LEN` characters, `_HOURS`, `_DAYS`.", *limit_rows()]
    )  # fmt: skip


def type_name(hint: Any) -> str:  # noqa: PLR0911 - one answer a shape
    """A Python annotation in a few words."""
    if isinstance(hint, str):
        return hint
    origin = get_origin(hint)
    if hasattr(hint, "__metadata__"):
        return type_name(hint.__origin__)
    if origin is Literal:
        return " \\| ".join(f'"{value}"' for value in get_args(hint))
    if hint is type(None):
        return "null"
    if origin is list:
        return f"list of {type_name(get_args(hint)[0])}"
    if origin is dict:
        key, value = get_args(hint)
        return f"map {type_name(key)} → {type_name(value)}"
    if origin is Union or type(hint).__name__ == "UnionType":
        parts = [type_name(part) for part in get_args(hint)]
        return " \\| ".join(parts) if len(parts) <= SHORT else "see below"
    names = {"UUID": "uuid", "QuickUuid": "uuid", "str": "text", "int": "integer", "float": "number", "bool": "boolean"}
    name = getattr(hint, "__name__", str(hint))
    return names.get(name, name)


SHORT = 4


def frame(struct: type[msgspec.Struct]) -> str:
    config: Any = struct.__struct_config__
    own_text = struct.__dict__.get("__doc__")
    lines = [f"### `{config.tag}` {struct.__name__}", ""]
    if own_text:
        lines += [inspect.cleandoc(own_text), ""]
    fields = msgspec.structs.fields(struct)
    if fields:
        lines += ["| field | type | |", "|---|---|---|"]
    for field in fields:
        kind = "any event body of the API's `Send`" if field.name == "body" else type_name(field.type)
        lines.append(f"| `{field.encode_name}` | {kind} | {'' if field.required else 'optional'} |")
    return "\n".join([*lines, ""])


ABOUT = """Address: `/realtime`, the same port as HTTP. Where sockets are blocked: `POST /realtime/sessions` with the
hello, then `GET …/stream` (server-sent events) and `POST …/frames`, the same frames. The types that fields name are
those of the [API](api.md).

What a client owes: a UUIDv7 for every send, kept until its ack; a send without an ack is sent again with the same id; a
gap in `seq` is repaired before what follows is shown; reconnecting waits with jitter and sends `after`. Unknown fields
of the server are ignored; unknown ones of the client are refused."""


def socket() -> str:
    parts = [
        "# The socket protocol",
        "",
        inspect.cleandoc(frames.__doc__ or ""),
        "",
        ABOUT,
        "",
        "## From the client",
        "",
        *(frame(struct) for struct in get_args(frames.ClientFrames)),
        "## From the server",
        "",
        *(frame(struct) for struct in get_args(frames.ServerFrames)),
    ]
    return "\n".join(parts)


def commands(root: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    for action in root._actions:  # noqa: SLF001 - argparse has no door for it
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
            for name, command in action.choices.items():
                inner = list(commands(command))
                yield from inner or [(command, told.get(name, ""))]


def command_line() -> str:
    lines = ["# Command line", "", "Exit code 1 and one sentence to stderr when it cannot be done.", ""]
    for command, text in commands(parser()):
        lines += [f"## `{command.prog}`", "", f"{text[:1].upper()}{text[1:]}.", ""]
        for action in command._actions:  # noqa: SLF001
            if action.dest == "help":
                continue
            name = ", ".join(action.option_strings) or action.dest.upper()
            choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
            default = f"; default {action.default}" if action.default not in (None, "") else ""
            lines.append(f"- `{name}`{choices} {action.help or ''}{default}".rstrip())
        if lines[-1]:
            lines.append("")
    return "\n".join(lines).rstrip()


def api() -> str:
    app = App(SimpleNamespace(url=""), Keys(bytes(32)), "http://127.0.0.1", Path("/nonexistent"))  # type: ignore[arg-type]
    document = msgspec.json.decode(schema_of(app.asgi()))
    lines = [
        "# API",
        "",
        "A running okno shows all of it, with types and errors, at `/api`; for programs it is `/openapi.json` (OpenAPI",
        "3.1). Errors are `application/problem+json` (RFC 9457). Programs sign in with `Authorization: Bearer okno_…`.",
    ]
    tag = ""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            if (operation.get("tags") or ["other"])[0] != tag:
                tag = (operation.get("tags") or ["other"])[0]
                lines += ["", f"## {tag.capitalize()}", "", "| operation | | answers |", "|---|---|---|"]
            answers = " ".join(sorted(operation["responses"]))
            lines.append(f"| `{method.upper()} {path}` | {cell(operation['summary'])} | {answers} |")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    made = {
        "settings.md": settings(),
        "limits.md": limit_page(),
        "socket.md": socket(),
        "command-line.md": command_line(),
        "api.md": api(),
    }
    return {name: HEAD + text.strip() + "\n" for name, text in made.items()}


def main() -> int:
    made = pages()
    if "--check" in sys.argv:
        if old := [n for n, text in made.items() if not (p := TARGET / n).is_file() or p.read_text() != text]:
            sys.exit(f"docs/reference/{old[0]} is not what the code says: run `make reference`")
        return 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (TARGET / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
