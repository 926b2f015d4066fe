"""Pure decisions on people's data: no I/O, no clock, no await."""

import re

from okno.conversations.bodies import SecretPurpose
from okno.kit.errors import Invalid

CARD_DIGITS_MIN, CARD_DIGITS_MAX = 12, 19  # ISO/IEC 7812


def check_secret(purpose: SecretPurpose, value: str) -> str:
    """The value as it is kept. Raises `Invalid`, which never repeats it."""
    text = value.strip()
    if not text:
        raise Invalid("it is empty", field="value")
    if purpose != "card":
        return text
    digits = re.sub(r"[\s-]", "", text)
    if not digits.isascii() or not digits.isdigit() or not CARD_DIGITS_MIN <= len(digits) <= CARD_DIGITS_MAX:
        raise Invalid("a card number has 12 to 19 digits", field="value")
    if not _luhn(digits):
        raise Invalid("this card number has a mistake in it", field="value")
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _luhn(digits: str) -> bool:
    total = 0
    for at, letter in enumerate(reversed(digits)):
        digit = int(letter) * (2 if at % 2 else 1)
        total += digit - 9 if digit > 9 else digit  # noqa: PLR2004 - the sum of its two digits
    return total % 10 == 0
