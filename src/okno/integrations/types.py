"""Connectors to the company's own systems, and what they tell of a customer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Email, Name, ShortText, Url, Wire

Path = Annotated[str, Meta(min_length=1, max_length=limits.QUERY_LEN_MAX, pattern=r"^[^\x00]+$")]
HeaderName = Annotated[str, Meta(max_length=100, pattern=r"^[A-Za-z0-9-]*$")]
HeaderValue = Annotated[str, Meta(max_length=limits.CRM_SECRET_LEN_MAX, pattern=r"^[\x20-\x7e]*$")]
KeepS = Annotated[int, Meta(ge=0, le=limits.CRM_KEEP_S_MAX)]


class CrmField(Wire, frozen=True):
    """`path` leads to a value of the answer: names and, in lists, numbers from 0, joined by dots."""

    label: Name
    path: Path


Fields = Annotated[list[CrmField], Meta(max_length=limits.CRM_FIELDS_MAX)]


class CrmConnector(Answer, frozen=True):
    """The value of the header is never told; `secret` says whether there is one."""

    id: UUID
    name: str
    url: str
    header: str
    secret: bool
    fields: list[CrmField]
    keep_s: int
    enabled: bool


class NewCrmConnector(Wire, frozen=True):
    """`url` is asked by GET for JSON, with `{{contact.email}}`, `{{contact.phone}}` or `{{contact.<key>}}` in it.

    `header` and its `value` sign in there. The answer is kept for `keep_s`.
    """

    name: Name
    url: Url
    header: HeaderName = ""
    value: HeaderValue = ""
    fields: Fields = []
    keep_s: KeepS = 300
    enabled: bool = True


class CrmConnectorChange(Wire, frozen=True):
    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    header: HeaderName | UnsetType = UNSET
    value: HeaderValue | UnsetType = UNSET
    fields: Fields | UnsetType = UNSET
    keep_s: KeepS | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class CrmValue(Answer, frozen=True):
    """`link`: the value is an address to open."""

    label: str
    value: str
    link: bool


class CrmCard(Answer, frozen=True):
    """What a system tells of a customer. `fetched_at` null: nothing has come so far.

    `error` says why there is nothing newer; the values are then the last that came. `found` false: not known there.
    `claimed`: asked by an address the customer only says is his; the record may be somebody else's.
    """

    connector: UUID
    name: str
    values: list[CrmValue]
    found: bool
    fetched_at: datetime | None
    error: str
    claimed: bool


class CrmQuestion(Wire, frozen=True):
    """Whom to ask for in a trial."""

    email: Email | UnsetType = UNSET
    phone: Annotated[str, Meta(max_length=40, pattern=NO_NUL)] = ""


class CrmTrial(Answer, frozen=True):
    """What came back, as it came: the beginning of its text, and the values of the fields."""

    address: ShortText
    body: str
    values: list[CrmValue]
    error: str
