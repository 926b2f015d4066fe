"""Pure decisions on addresses and customer tokens."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import jwt

from okno.kit import limits
from okno.kit.cards import mask_cards
from okno.kit.errors import Invalid, NotSignedIn
from okno.kit.limits import EMAIL_LEN_MAX, NAME_LEN_MAX
from okno.kit.phone import parse_number

CountryOf = Callable[[int], Awaitable[str]]
"""The country (ISO 3166) a workspace's telephone numbers without + belong to; empty: none."""
WORDS_MAX = 8  # longer names are rare, longer questions cost
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE_DIGITS_MIN, _PHONE_DIGITS_MAX = 7, 15  # E.164 and the shortest subscriber numbers


def normal_address(address_type: str, address: str, country: str = "") -> str:
    """An e-mail without surrounding space, a phone as E.164. Raises `Invalid` telling what is wrong.

    `country` (ISO 3166) is of numbers without +. What no numbering plan knows stays, as + and digits.
    """
    address = address.strip()
    if address_type == "email":
        if not _EMAIL.fullmatch(address) or len(address) > EMAIL_LEN_MAX:
            raise Invalid("this does not look like an e-mail address", field="address")
        return address
    digits = re.sub(r"[\s().-]", "", address)
    plain = digits.removeprefix("+")
    if not plain.isascii() or not plain.isdigit() or not _PHONE_DIGITS_MIN <= len(plain) <= _PHONE_DIGITS_MAX:
        raise Invalid("a phone number has 7 to 15 digits", field="address")
    try:
        return str(parse_number(address, country))
    except Invalid:
        return "+" + plain


async def normal_for(country_of: CountryOf, workspace_id: int, address_type: str, address: str) -> str:
    """`normal_address` as the workspace's people type it; the country is asked for where it matters."""
    national = address_type == "phone" and not address.lstrip().startswith("+")
    return normal_address(address_type, address, await country_of(workspace_id) if national else "")


async def nowhere(_: int) -> str:
    """Of a workspace without a telephone."""
    return ""


def word_query(text: str) -> str:
    """A tsquery for names that have, for each word of `text`, a word beginning with it; empty without words."""
    return " & ".join(f"{word}:*" for word in re.findall(r"[^\W_]+", text)[:WORDS_MAX])


def parse_customer_token(token: str, secret: str, now: datetime) -> dict[str, Any]:
    """Claims of a token the site's own server signed (HS256; sub, exp at most an hour ahead, jti; name if known).

    Raises `NotSignedIn` telling the site's developer what is wrong.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=["HS256"], options={"require": ["sub", "exp", "jti"], "verify_exp": False}
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedIn(f"the customer token is not valid: {error}") from None
    exp, sub, jti = claims["exp"], claims["sub"], claims["jti"]
    if not isinstance(exp, int | float) or not isinstance(sub, str) or not isinstance(jti, str):
        raise NotSignedIn("the customer token is not valid: sub and jti are texts, exp is a number")
    if exp <= now.timestamp():
        raise NotSignedIn("the customer token has expired")
    if exp > now.timestamp() + limits.CUSTOMER_TOKEN_S_MAX + 60:
        raise NotSignedIn("the customer token lives longer than an hour")
    if not 0 < len(sub) <= EMAIL_LEN_MAX or not 0 < len(jti) <= EMAIL_LEN_MAX or "\0" in sub + jti:
        raise NotSignedIn("the customer token is not valid: sub or jti is empty or too long")
    name = claims.get("name")
    claims["name"] = mask_cards(name.replace("\0", ""))[:NAME_LEN_MAX] if isinstance(name, str) else ""
    return claims
