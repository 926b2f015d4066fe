"""Numbers of payment cards in free text are masked before anything keeps them: by prefix, length and Luhn's sum."""

import re
from collections.abc import Iterable
from typing import Any

from msgspec.structs import force_setattr

MASK = "•"
SHOWN_DIGITS = 4  # what PCI DSS lets anybody see
DIGITS_MIN, DIGITS_MAX = 12, 19  # ISO/IEC 7812
_BETWEEN = r"[ \t\n\r\u00a0\u00ad\u2000-\u200f\u202f\u2060\ufeff.\-\u2010-\u2015_/\\|,:;*]{0,3}"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{{DIGITS_MIN - 1},}}")
_GROUP = re.compile(r"\d+")
# First digits and lengths by scheme: Visa; Mastercard; American Express; UnionPay; Mir; Discover; JCB; Diners Club;
# Maestro; Humo and Uzcard. Others share these ranges.
_SCHEMES = re.compile(
    r"(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}|62\d{14,17}|220[0-4]\d{12,15}|(?:6011|64[4-9]\d|65\d{2})\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|3(?:0[0-5]|[689]\d)\d{11,16}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}|(?:9860|8600)\d{12})"
)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mask_cards(text: str) -> str:
    """`text` with all but the last digits of card numbers replaced; the same object when there is none.

    A number may be written in groups; a group belongs to it whole, so a longer number that contains one stays.
    """
    if len(text) < DIGITS_MIN or not _has_digit(text) or _RUN.search(text) is None:
        return text
    masked = _RUN.sub(lambda run: _masked(run[0]), text)
    return text if masked == text else masked


def _has_digit(t: str) -> bool:
    """Most messages have none, and this is a tenth of the search's time: it is on the path of every message."""
    some = "0" in t or "1" in t or "2" in t or "3" in t or "4" in t
    return some or "5" in t or "6" in t or "7" in t or "8" in t or "9" in t


def _masked(run: str) -> str:
    groups = [match.span() for match in _GROUP.finditer(run)]
    places = [at for first, after in groups for at in range(first, after)]
    digits = "".join(str(int(run[at])) for at in places)  # of any script
    starts, count = [], 0
    for first, after in groups:
        starts.append(count)
        count += after - first
    ends = {*starts[1:], count}
    sums = _running(digits)
    hidden: set[int] = set()
    done = 0
    for start in starts:
        if start < done:
            continue
        for after in range(min(start + DIGITS_MAX, count), start + DIGITS_MIN - 1, -1):
            if after in ends and _is_card(digits, start, after, sums):
                hidden.update(places[start : after - SHOWN_DIGITS])
                done = after
                break
    if not hidden:
        return run
    return "".join(MASK if at in hidden else letter for at, letter in enumerate(run))


def _running(digits: str) -> tuple[list[int], list[int]]:
    """Sums of the digits before each place, those at even places doubled and those at odd ones."""
    even, odd = [0], [0]
    for at, letter in enumerate(digits):
        digit = int(letter)
        even.append(even[-1] + (_DOUBLED[digit] if at % 2 == 0 else digit))
        odd.append(odd[-1] + (_DOUBLED[digit] if at % 2 else digit))
    return even, odd


def _is_card(digits: str, start: int, after: int, sums: tuple[list[int], list[int]]) -> bool:
    """The digit before the last is doubled, and every second one before it."""
    total = sums[after % 2]
    if (total[after] - total[start]) % 10:
        return False
    number = digits[start:after]
    return _SCHEMES.fullmatch(number) is not None and len(set(number)) > 1


def mask_fields(struct: Any, names: Iterable[str]) -> None:
    """Mask these members of a struct in place: texts, lists of them, values of mappings."""
    for name in names:
        value = getattr(struct, name)
        masked = _mask_any(value)
        if masked is not value:
            force_setattr(struct, name, masked)


def _mask_any(value: Any) -> Any:
    if isinstance(value, str):
        return mask_cards(value)
    if isinstance(value, list):
        masked = [_mask_any(one) for one in value]
        return value if masked == value else masked
    if isinstance(value, dict):
        return {key: _mask_any(one) for key, one in value.items()}
    return value
