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


class MergedContact(Answer, frozen=True):
    """Another contact of the same person, shown as one with it. `merge` is the id by which it is taken back."""

    merge: UUID
    id: UUID
    name: str
    by: UUID
    at: datetime


class Duplicate(Answer, frozen=True):
    """Perhaps the same person: an equal address. `proven`: each has proved who he is."""

    id: UUID
    name: str
    address: str
    proven: bool


class NewMerge(Wire, frozen=True):
    """`contact` is shown as one with the contact of the path from now on. `sure`: also when both are proven."""

    contact: UUID
    sure: bool = False


class Contact(Answer, frozen=True):
    """A person. `merged` are other contacts shown as one with it; `identities` are those of all of them."""

    id: UUID
    name: str
    verified: bool
    comment: str
    locale: str
    identities: list[Identity]
    created_at: datetime
    demo: bool
    merged: list[MergedContact] = []


class ContactLine(Answer, frozen=True):
    """One line of a search."""

    id: UUID
    name: str
    address: str
    conversation: UUID | None


BlockType = Literal["contact", "email", "phone", "network", "device"]


class Block(Answer, frozen=True):
    """Who is not let in. `name` is the customer's where `type` is `contact`; `until` null: until it is undone."""

    id: UUID
    type: BlockType
    value: str
    name: str
    reason: str
    created_by: str
    created_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_by: str
    active: bool


class NewBlock(Wire, frozen=True):
    """`value`: the customer's id, an address, a number, an IP or a network (10.0.0.0/24), the id of a browser."""

    type: BlockType
    value: Address
    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
    until: datetime | None = None


class ContactChange(Wire, frozen=True):
    name: OptionalName | UnsetType = UNSET
    comment: Annotated[str, Meta(max_length=limits.COMMENT_LEN_MAX, pattern=NO_NUL)] | UnsetType = UNSET


class NewIdentity(Wire, frozen=True):
    type: Literal["email", "phone"]
    address: Address
