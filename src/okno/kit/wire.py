"""Types and codecs of everything that crosses a wire. JSON names are the Python names and the columns' names."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from okno.kit import limits
from okno.kit.errors import Malformed

NO_NUL = r"^[^\x00]*$"  # PostgreSQL text refuses NUL


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of payloads that come in: unknown fields are an error, so a typing mistake is never ignored."""


class Answer(msgspec.Struct, frozen=True):
    """Base of payloads that go out: readers must ignore fields they do not know."""


MessageText = Annotated[str, Meta(min_length=1, max_length=limits.MESSAGE_TEXT_LEN_MAX, pattern=NO_NUL)]
OptionalText = Annotated[str, Meta(max_length=limits.MESSAGE_TEXT_LEN_MAX, pattern=NO_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)]
OptionalName = Annotated[str, Meta(max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)]
Email = Annotated[str, Meta(max_length=limits.EMAIL_LEN_MAX, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")]
Label = Annotated[str, Meta(min_length=1, max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]
Url = Annotated[str, Meta(max_length=limits.URL_LEN_MAX, pattern=NO_NUL)]
ShortText = Annotated[str, Meta(max_length=limits.QUERY_LEN_MAX, pattern=NO_NUL)]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
PageSize = Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)]

encode = msgspec.json.Encoder().encode


def parse_json(decode: Any, raw: bytes | memoryview) -> Any:
    """Decode by a prepared `msgspec.json.Decoder(...).decode`; whatever is wrong with the bytes is `Malformed`."""
    try:
        return decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)[: limits.QUERY_LEN_MAX]) from None


def utc_text(at: datetime) -> str:
    """RFC 3339 with milliseconds and Z: what JavaScript's Date reads everywhere."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def uuid_of(text: str) -> UUID:
    """The UUID in `text`. Raises `Malformed`."""
    try:
        return UUID(text)
    except ValueError:
        raise Malformed("an id is a UUID") from None
