"""Pure decisions of imports: how a file is read, and what its columns are."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from okno.contacts.types import NewIdentity
from okno.imports.types import Kind
from okno.kit import limits
from okno.kit.cards import mask_cards
from okno.kit.errors import Invalid

DELIMITERS = (";", ",", "\t", "|")
CODECS: Mapping[str, str] = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1251": "cp1251",
    "koi8-r": "koi8-r",
    "cp866": "cp866",
}
"""By the names people know, those of Python."""
COMMON = frozenset("оеаинтсрвл")  # two letters of three in any Russian text
SAMPLE_LINES = 50


class Read(NamedTuple):
    """A file as lines of cells; every line has as many as the widest."""

    columns: list[str]
    lines: list[list[str]]


def guess_encoding(content: bytes) -> str:
    """UTF-16 by its mark, UTF-8 when it is, else the old encoding in which it looks most like Russian."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    piece = content[:200_000]

    def russian(name: str) -> int:
        return sum(letter in COMMON for letter in piece.decode(CODECS[name], "replace"))

    return max(("windows-1251", "koi8-r", "cp866"), key=russian)


def guess_delimiter(text: str) -> str:
    """The one that cuts the first lines into the most cells, the same number in each."""

    def fitness(delimiter: str) -> tuple[float, int]:
        widths = [len(line) for line in _cells(text[:100_000], delimiter, SAMPLE_LINES) if line]
        if not widths:
            return 0, 0
        usual = max(set(widths), key=widths.count)
        return (widths.count(usual) / len(widths) if usual > 1 else 0), usual

    return max(DELIMITERS, key=fitness)


def decode(content: bytes, encoding: str) -> str:
    """Raises `Invalid` when the bytes are not of this encoding."""
    try:
        return content.decode(CODECS[encoding]).replace("\0", "")
    except (UnicodeDecodeError, UnicodeError):
        raise Invalid(f"the file is not in {encoding}", field="encoding") from None


def read(text: str, delimiter: str, *, header: bool) -> Read:
    """Card numbers in its cells are masked. Raises `Invalid` when it is no table, or too large a one."""
    lines = [line for line in _cells(text, delimiter, limits.IMPORT_ROWS_MAX + 2) if any(cell.strip() for cell in line)]
    if not lines:
        raise Invalid("the file has no lines", field="file")
    width = max(len(line) for line in lines)
    if width > limits.IMPORT_COLUMNS_MAX:
        raise Invalid(f"a file has at most {limits.IMPORT_COLUMNS_MAX} columns", field="file")
    if len(lines) > limits.IMPORT_ROWS_MAX + header:
        raise Invalid(f"a file has at most {limits.IMPORT_ROWS_MAX:,} lines: cut it", field="file")
    whole = [[mask_cards(cell.strip()) for cell in line] + [""] * (width - len(line)) for line in lines]
    columns = whole[0] if header else [str(n + 1) for n in range(width)]
    return Read(columns, whole[1:] if header else whole)


def _cells(text: str, delimiter: str, most: int) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [line for _, line in zip(range(most), reader, strict=False)]
    except csv.Error as error:
        raise Invalid(f"this is not a table of comma-separated values: {error}", field="file") from None


TARGETS: Mapping[Kind, tuple[str, ...]] = {
    "contacts": ("name", "email", "phone", "comment"),
    "templates": ("name", "text", "shortcut", "folder"),
    "articles": ("title", "text", "folder"),
}
REQUIRED: Mapping[Kind, tuple[str, ...]] = {"contacts": (), "templates": ("text",), "articles": ("title", "text")}
_WORDS: Mapping[str, str] = {
    "email": r"e-?mail|почта|эл\.? ?адрес|электронн",
    "phone": r"phone|tel|mobile|телефон|тел\.?|мобильн|номер",
    "shortcut": r"short ?cut|short ?code|code|сокращени|код|ключ|команда",
    "folder": r"folder|category|group|section|папка|раздел|категори|групп",
    "title": r"title|name|subject|question|заголов|назван|тема|вопрос",
    "text": r"text|content|message|body|answer|текст|сообщени|ответ|содерж",
    "comment": r"comment|note|remark|комментари|заметк|примечани",
    "name": r"name|client|customer|title|фио|имя|клиент|контакт|заказчик|назван",
}


def guess_targets(kind: Kind, columns: Sequence[str], attributes: Mapping[str, str]) -> list[str]:
    """What each column seems to be, by its word; every target once. `attributes`: target by lower-case name."""
    taken: set[str] = set()
    found = []
    for column in columns:
        word = column.strip().lower()
        target = attributes.get(word, "") or next(
            (one for one, words in _WORDS.items() if one in TARGETS[kind] and re.search(rf"\b(?:{words})", word)), ""
        )
        found.append("" if target in taken else target)
        taken.add(target)
    return found


def check_targets(targets: Sequence[str], width: int, possible: Sequence[str]) -> None:
    """Raises `Invalid` telling which column is not right."""
    chosen = [one for one in targets if one]
    if len(targets) != width:
        raise Invalid("say of each column what it is; leave empty what is left out", field="targets")
    for one in chosen:
        if one not in possible:
            raise Invalid(f"there is nothing called “{one}” to import into", field="targets")
        if chosen.count(one) > 1 and one not in ("email", "phone"):
            raise Invalid(f"two columns are “{one}”", field="targets")


def missing_targets(kind: Kind, targets: Sequence[str]) -> list[str]:
    """What must be among them and is not."""
    if kind == "contacts":
        return [] if {"name", "email", "phone"} & set(targets) else ["name"]
    return [one for one in REQUIRED[kind] if one not in targets]


def pick(line: Sequence[str], targets: Sequence[str]) -> dict[str, list[str]]:
    """The cells of a line by target, without empty ones."""
    found: dict[str, list[str]] = {}
    for cell, target in zip(line, targets, strict=False):
        if target and cell:
            found.setdefault(target, []).append(cell)
    return found


def identities_of(cells: Mapping[str, Sequence[str]]) -> list[NewIdentity]:
    """Several addresses may share a cell: “a@x.example, b@x.example”."""
    emails = [part for cell in cells.get("email", ()) for part in re.split(r"[,;\s]+", cell) if part]
    phones = [part for cell in cells.get("phone", ()) for part in re.split(r"[,;]+", cell) if part.strip()]
    return [*(NewIdentity("email", one) for one in emails), *(NewIdentity("phone", one) for one in phones)]
