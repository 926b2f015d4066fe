"""UUIDv7 (RFC 9562 §5.7): ids that sort by the time they were made."""

import os
import time
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as QuickUuid  # noqa: N811 - a UUID, made, compared and printed in C

__all__ = ["QuickUuid", "uuid7"]

_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)


def uuid7() -> UUID:
    """A new id: 48 bits of milliseconds since 1970, then 74 random bits."""
    random = int.from_bytes(os.urandom(10), "big")
    number = (
        (time.time_ns() // 1_000_000 << 80) | ((random >> 68) << 64) | (random & ((1 << 62) - 1)) | _VERSION_AND_VARIANT
    )
    return QuickUuid(number.to_bytes(16, "big"))
