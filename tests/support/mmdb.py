"""Writes a database of places in MaxMind's format, small and real: one network with one record."""

import ipaddress
from pathlib import Path
from typing import Any

MARK = b"\xab\xcd\xefMaxMind.com"


NUMBER_TYPES = {"node_count": 6, "build_epoch": 9}


def encode(value: Any, number_type: int = 5) -> bytes:
    """The format's data section: maps, texts, arrays and numbers."""
    if isinstance(value, dict):
        return _head(7, len(value)) + b"".join(encode(k) + encode(v, NUMBER_TYPES.get(k, 5)) for k, v in value.items())
    if isinstance(value, str):
        return _head(2, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(11, len(value)) + b"".join(map(encode, value))
    raw = value.to_bytes(8, "big").lstrip(b"\0")
    return _head(number_type, len(raw)) + raw


def _head(number: int, size: int) -> bytes:
    first, extended = (number << 5, b"") if number < 8 else (0, bytes([number - 7]))
    if size < 29:
        return bytes([first | size]) + extended
    return bytes([first | 29]) + extended + bytes([size - 29])


def write_places(path: Path, network: str, record: dict[str, Any]) -> Path:
    net = ipaddress.IPv4Network(network)
    bits = f"{int(net.network_address):032b}"[: net.prefixlen]
    count = len(bits)
    tree = b""
    for depth, bit in enumerate(bits):
        following = depth + 1 if depth + 1 < count else count + 16  # the last one points at the data's first byte
        pair = (following, count) if bit == "0" else (count, following)
        tree += b"".join(side.to_bytes(3, "big") for side in pair)
    about = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_790_000_000,
        "database_type": "Test-City",
        "description": {"en": "test"},
        "ip_version": 4,
        "languages": ["en", "ru"],
        "node_count": count,
        "record_size": 24,
    }
    path.write_bytes(tree + bytes(16) + encode(record) + MARK + encode(about))
    return path
