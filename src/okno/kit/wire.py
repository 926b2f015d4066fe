"""Types and codecs of everything that crosses a wire. JSON names are the Python names and the columns' names."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from okno.kit import limits
from okno.kit.cards import mask_fields
from okno.kit.errors import Malformed

NO_NUL = r"^[^\x00]*$"  # PostgreSQL text refuses NUL
RAW: Final = {"raw": True}
CARD_LEN_MIN: Final = 12  # into a shorter text no card number fits
_free_texts: dict[type, tuple[str, ...]] = {}


def list_free_texts(struct: type) -> tuple[str, ...]:
    """Members of a struct that hold what a person may have written."""
    return tuple(f.name for f in msgspec.structs.fields(struct) if _is_free(msgspec.inspect.type_info(f.type)))


def _is_free(info: Any) -> bool:
    match info:
        case msgspec.inspect.Metadata():
            return info.extra != RAW and _is_free(info.type)
        case msgspec.inspect.UnionType():
            return any(map(_is_free, info.types))
        case msgspec.inspect.ListType():
            return _is_free(info.item_type)
        case msgspec.inspect.DictType():
            return _is_free(info.value_type)
        case msgspec.inspect.StrType():
            return info.pattern in (None, NO_NUL) and (info.max_length or CARD_LEN_MIN) >= CARD_LEN_MIN
    return False


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of payloads that come in: unknown fields are an error, so a typing mistake is never ignored.

    Card numbers in free texts are masked here, before anything else sees them, whatever road they come by. A field that
    must stay as it is (a password, an address of a page) has `Meta(extra=RAW)`.
    """

    def __post_init__(self) -> None:
        struct = type(self)
        names = _free_texts.get(struct)
        if names is None:
            names = _free_texts[struct] = list_free_texts(struct)
        if names:
            mask_fields(self, names)


class Answer(msgspec.Struct, frozen=True):
    """Base of payloads that go out: readers must ignore fields they do not know."""


MessageText = Annotated[str, Meta(min_length=1, max_length=limits.MESSAGE_TEXT_LEN_MAX, pattern=NO_NUL)]
OptionalText = Annotated[str, Meta(max_length=limits.MESSAGE_TEXT_LEN_MAX, pattern=NO_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)]
OptionalName = Annotated[str, Meta(max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)]
Email = Annotated[str, Meta(max_length=limits.EMAIL_LEN_MAX, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")]
Label = Annotated[str, Meta(min_length=1, max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]
Url = Annotated[str, Meta(max_length=limits.URL_LEN_MAX, pattern=NO_NUL, extra=RAW)]
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
