"""Pure decisions on attributes: what a value of each type looks like."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from okno.attributes.types import AttributeType
from okno.kit import limits
from okno.kit.errors import Invalid

RESERVED = {
    "contact": frozenset({"name", "first_name", "email", "phone"}),
    "conversation": frozenset({"labels", "channel"}),
}
"""Names every template knows already."""
YES = frozenset({"true", "yes", "да", "1", "on"})
NO = frozenset({"false", "no", "нет", "0", "off"})
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


def parse_value(kind: AttributeType, choices: Sequence[str], text: str) -> str:
    """The canonical form of what a person wrote; empty stays empty. Raises `Invalid` telling what is expected."""
    text = text.strip()
    if not text:
        return ""
    if kind == "choice":
        known = {choice.casefold(): choice for choice in choices}
        if text.casefold() not in known:
            raise Invalid("this is not one of the choices", field="value")
        return known[text.casefold()]
    parse = _PARSERS.get(kind)
    return parse(text) if parse else text[: limits.ATTRIBUTE_LEN_MAX]


def _number(text: str) -> str:
    try:
        number = Decimal(re.sub(r"[\s\u00a0]", "", text).replace(",", "."))
    except InvalidOperation:
        raise Invalid("this is not a number", field="value") from None
    plain = f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 30 else ""  # noqa: PLR2004
    if not plain:
        raise Invalid("this is not a number", field="value")
    return plain


def _date(text: str) -> str:
    try:
        if found := _DOTTED.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day).isoformat()
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid("a date is written 2026-11-25 or 25.11.2026", field="value") from None


def _flag(text: str) -> str:
    low = text.casefold()
    if low in YES or low in NO:
        return "true" if low in YES else "false"
    raise Invalid("this is neither yes nor no", field="value")


def _link(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", text):
        raise Invalid("a link begins with https:// or http://", field="value")
    return text


_PARSERS = {"number": _number, "date": _date, "flag": _flag, "link": _link}
