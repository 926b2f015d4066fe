"""HTTP of contacts."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, patch, post, put
from litestar.params import Parameter

from okno.access.types import Actor
from okno.attributes.types import AttributeValue, ValueChange
from okno.contacts.api import Contacts
from okno.contacts.types import Contact, ContactChange, ContactLine, NewIdentity
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import NO_NUL


@get(
    "/contacts",
    operation_id="search_contacts",
    responses=problems(*SIGNED_IN),
    summary="Find customers by name or address",
)
async def search_contacts(
    contacts: Contacts,
    actor: Actor,
    q: Annotated[
        str, Parameter(max_length=limits.QUERY_LEN_MAX, pattern=NO_NUL, description="Any word of a name, or an address")
    ] = "",
) -> list[ContactLine]:
    return await contacts.search(actor.workspace_id, q)


@get(
    "/contacts/{contact_id:uuid}", operation_id="get_contact", responses=problems(*SIGNED_IN, 404), summary="A customer"
)
async def get_contact(contacts: Contacts, actor: Actor, contact_id: UUID) -> Contact:
    return await contacts.get_contact(actor.workspace_id, contact_id)


@patch(
    "/contacts/{contact_id:uuid}",
    operation_id="change_contact",
    responses=problems(*SIGNED_IN, 404),
    summary="Change a customer",
)
async def change_contact(contacts: Contacts, actor: Actor, contact_id: UUID, data: ContactChange) -> Contact:
    return await contacts.change_contact(actor.workspace_id, contact_id, data)


@post(
    "/contacts/{contact_id:uuid}/identities",
    operation_id="add_identity",
    responses=problems(*SIGNED_IN, 404),
    summary="Add an address",
)
async def add_identity(contacts: Contacts, actor: Actor, contact_id: UUID, data: NewIdentity) -> Contact:
    return await contacts.add_identity(actor.workspace_id, contact_id, data)


@delete(
    "/contacts/{contact_id:uuid}/identities/{identity_id:uuid}",
    operation_id="remove_identity",
    responses=problems(*SIGNED_IN, 404),
    summary="Remove an address",
)
async def remove_identity(contacts: Contacts, actor: Actor, contact_id: UUID, identity_id: UUID) -> None:
    await contacts.remove_identity(actor.workspace_id, contact_id, identity_id)


@get(
    "/contacts/{contact_id:uuid}/attributes",
    operation_id="list_contact_attributes",
    responses=problems(*SIGNED_IN, 404),
    summary="Values of a customer's attributes",
)
async def list_contact_attributes(contacts: Contacts, actor: Actor, contact_id: UUID) -> list[AttributeValue]:
    return await contacts.list_attributes(actor.workspace_id, contact_id)


@put(
    "/contacts/{contact_id:uuid}/attributes/{key:str}",
    operation_id="set_contact_attribute",
    responses=problems(*SIGNED_IN, 404),
    summary="Set an attribute of a customer",
)
async def set_contact_attribute(
    contacts: Contacts,
    actor: Actor,
    contact_id: UUID,
    key: Annotated[str, Parameter(pattern=r"^[a-z][a-z0-9_]{0,39}$")],
    data: ValueChange,
) -> list[AttributeValue]:
    return await contacts.set_attribute(actor.workspace_id, contact_id, key, data.value)


ROUTER = Router(
    "/",
    tags=["contacts"],
    route_handlers=[
        *(search_contacts, get_contact, change_contact, add_identity, remove_identity),
        *(list_contact_attributes, set_contact_attribute),
    ],
)
