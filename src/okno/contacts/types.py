"""Contacts (people) and their identities (addresses)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, OptionalName, Wire

IdentityType = Literal["email", "phone", "site"]
"""`site`: the `sub` of the token the site's own server signed."""

Address = Annotated[str, Meta(min_length=1, max_length=limits.EMAIL_LEN_MAX, pattern=NO_NUL)]


class Identity(Answer, frozen=True):
    """An address of a contact. Unverified ones are claims: they never open anybody's history."""

    id: UUID
    type: IdentityType
    address: str
    verified: bool


class Contact(Answer, frozen=True):
    id: UUID
    name: str
    verified: bool
    comment: str
    locale: str
    identities: list[Identity]
    created_at: datetime
    demo: bool


class ContactLine(Answer, frozen=True):
    """One line of a search."""

    id: UUID
    name: str
    address: str
    conversation: UUID | None


class ContactChange(Wire, frozen=True):
    name: OptionalName | UnsetType = UNSET
    comment: Annotated[str, Meta(max_length=limits.COMMENT_LEN_MAX, pattern=NO_NUL)] | UnsetType = UNSET


class NewIdentity(Wire, frozen=True):
    type: Literal["email", "phone"]
    address: Address
