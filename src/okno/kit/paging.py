"""Keyset cursors: opaque to the client, checked on the way in."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

from okno.kit.errors import Malformed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cursor_of(at: datetime, row_id: UUID) -> str:
    """The place after a row, by its sort keys."""
    micros = (at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}.{row_id}".encode()).decode().rstrip("=")


def parse_cursor(text: str) -> tuple[datetime, UUID]:
    """The sort keys in a cursor. Raises `Malformed`."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(".", 1)
        micros, row_id = raw
        return EPOCH + timedelta(microseconds=int(micros)), UUID(row_id)
    except (ValueError, OverflowError):
        raise Malformed("the cursor is not one of ours") from None
