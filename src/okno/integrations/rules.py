"""Pure decisions of connectors: addresses that may be called, and values of an answer."""

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import quote, urlsplit

from okno.integrations.types import CrmField, CrmValue
from okno.kit import limits
from okno.kit.errors import Invalid

NOT_PUBLIC = "the address is not a public one"
TOO_LONG = "the answer is too long"
PLACE = re.compile(r"\{\{\s*contact\.([a-z][a-z0-9_]{0,39})\s*\}\}")
Networks = Sequence[IPv4Network | IPv6Network]


def parse_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Comma-separated networks or addresses. Raises `Invalid`."""
    try:
        return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise Invalid(f"not a network: {error}", field="networks") from None


def may_call(address: str, allowed: Networks) -> bool:
    """A public address, or one of the networks the installation allows: nobody reaches our own insides by a form."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found.version == network.version and found in network for network in allowed):
        return True
    return found.is_global and not found.is_multicast


def check_host(url: str) -> None:
    """Raises `Invalid` for what is no address to call."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid("this is no address", field="url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Invalid("an address begins with https:// or http:// and names a host", field="url")
    if parts.username or parts.password:
        raise Invalid("a password goes into the header, not into the address", field="url")


def check_url(url: str) -> None:
    """Raises `Invalid` for what cannot be asked."""
    check_host(PLACE.sub("x", url))
    if PLACE.search(url.split("/", 3)[2]):
        raise Invalid("a customer's data may not choose the host", field="url")
    if not PLACE.search(url):
        raise Invalid("say whom to ask for: {{contact.email}} or {{contact.phone}}", field="url")


def fill_url(url: str, values: Mapping[str, str]) -> str | None:
    """The address for a customer; null when something it needs is not known."""
    missing = [name for name in PLACE.findall(url) if not values.get(name)]
    return None if missing else PLACE.sub(lambda found: quote(values[found.group(1)], safe=""), url)


def said_of(error: Exception, time_s: float = limits.CRM_S_MAX) -> str:
    """A failed call of `time_s` at most in the operator's words, without the address and what is in it."""
    text = str(error)
    if NOT_PUBLIC in text or TOO_LONG in text:
        return NOT_PUBLIC if NOT_PUBLIC in text else TOO_LONG
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return f"no answer within {time_s:g} s"
    return f"no connection: {type(error).__name__}"


def find_value(answer: Any, path: str) -> Any:
    """What `path` leads to; null when it leads nowhere."""
    for step in path.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdecimal() and len(step) < 6:  # noqa: PLR2004 - a million entries
            answer = answer[int(step)] if int(step) < len(answer) else None
        else:
            return None
    return answer


def shown(value: Any) -> str:
    """A value in a line; lists of plain values joined, anything deeper left out."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return ", ".join(text for text in map(shown, value[:10]) if text)[: limits.CRM_VALUE_LEN]
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(text.replace("\0", "").split())[: limits.CRM_VALUE_LEN]


def values_of(answer: Any, fields: Sequence[CrmField]) -> list[CrmValue]:
    """Those that are there, in the order of the fields."""
    found = [(field.label, shown(find_value(answer, field.path))) for field in fields]
    return [CrmValue(label, text, text.startswith(("https://", "http://"))) for label, text in found if text]
