"""HTTP of contacts."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, patch, post, put
from litestar.params import Parameter
from msgspec import UNSET

from okno.access.api import require
from okno.access.types import Actor
from okno.attributes.types import AttributeValue, ValueChange
from okno.contacts.api import Contacts
from okno.contacts.blocks import Blocks
from okno.contacts.types import (
    Block,
    Contact,
    ContactChange,
    ContactLine,
    Duplicate,
    NewBlock,
    NewIdentity,
    NewMerge,
)
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
    require(actor, "contacts")
    return await contacts.search(actor.workspace_id, q)


@get(
    "/contacts/{contact_id:uuid}", operation_id="get_contact", responses=problems(*SIGNED_IN, 404), summary="A customer"
)
async def get_contact(contacts: Contacts, actor: Actor, contact_id: UUID) -> Contact:
    """With the addresses of all contacts that are shown as one with it; asked for by any of them."""
    require(actor, "contacts")
    return await contacts.persons.get(actor.workspace_id, contact_id)


@patch(
    "/contacts/{contact_id:uuid}",
    operation_id="change_contact",
    responses=problems(*SIGNED_IN, 404),
    summary="Change a customer",
)
async def change_contact(contacts: Contacts, actor: Actor, contact_id: UUID, data: ContactChange) -> Contact:
    require(actor, "contacts")
    root = await contacts.persons.get_root(actor.workspace_id, contact_id)
    await contacts.change_contact(actor.workspace_id, root, data)
    if data.name is not UNSET:
        await contacts.persons.rename(actor.workspace_id, root, data.name)
    return await contacts.persons.get(actor.workspace_id, root)


@post(
    "/contacts/{contact_id:uuid}/identities",
    operation_id="add_identity",
    responses=problems(*SIGNED_IN, 404),
    summary="Add an address",
)
async def add_identity(contacts: Contacts, actor: Actor, contact_id: UUID, data: NewIdentity) -> Contact:
    require(actor, "contacts")
    root = await contacts.persons.get_root(actor.workspace_id, contact_id)
    await contacts.add_identity(actor.workspace_id, root, data)
    return await contacts.persons.get(actor.workspace_id, root)


@delete(
    "/contacts/{contact_id:uuid}/identities/{identity_id:uuid}",
    operation_id="remove_identity",
    responses=problems(*SIGNED_IN, 404),
    summary="Remove an address",
)
async def remove_identity(contacts: Contacts, actor: Actor, contact_id: UUID, identity_id: UUID) -> None:
    require(actor, "contacts")
    holder = await contacts.persons.holder(actor.workspace_id, contact_id, identity_id)
    await contacts.remove_identity(actor.workspace_id, holder, identity_id)


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


@get("/blocks", operation_id="list_blocks", responses=problems(*SIGNED_IN), summary="Who is not let in")
async def list_blocks(blocks: Blocks, actor: Actor) -> list[Block]:
    return await blocks.list_blocks(actor)


@post("/blocks", operation_id="block", responses=problems(*SIGNED_IN, 409), summary="Let somebody in no more")
async def block(blocks: Blocks, actor: Actor, data: NewBlock) -> Block:
    """Chat, uploads and history are refused from this moment; who is inside is sent away."""
    return await blocks.block(actor, data)


@post(
    "/blocks/{block_id:uuid}/lifting",
    operation_id="lift_block",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="Undo a block",
)
async def lift_block(blocks: Blocks, actor: Actor, block_id: UUID) -> Block:
    return await blocks.lift(actor, block_id)


@get(
    "/contacts/{contact_id:uuid}/duplicates",
    operation_id="list_duplicates",
    responses=problems(*SIGNED_IN, 404),
    summary="Customers with an equal address",
)
async def list_duplicates(contacts: Contacts, actor: Actor, contact_id: UUID) -> list[Duplicate]:
    return await contacts.persons.list_duplicates(actor.workspace_id, contact_id)


@post(
    "/contacts/{contact_id:uuid}/merges",
    operation_id="merge_contacts",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Show two customers as one person",
)
async def merge_contacts(contacts: Contacts, actor: Actor, contact_id: UUID, data: NewMerge) -> Contact:
    """On record, and taken back by `undo_merge`. Browsers read what they could read before, no more."""
    return await contacts.persons.merge(actor, contact_id, data)


@delete(
    "/contacts/{contact_id:uuid}/merges/{merge_id:uuid}",
    operation_id="undo_merge",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Two customers again",
)
async def undo_merge(contacts: Contacts, actor: Actor, contact_id: UUID, merge_id: UUID) -> Contact:
    return await contacts.persons.undo(actor, contact_id, merge_id)


ROUTER = Router(
    "/",
    tags=["contacts"],
    route_handlers=[
        *(list_blocks, block, lift_block),
        *(search_contacts, get_contact, change_contact, add_identity, remove_identity),
        *(list_contact_attributes, set_contact_attribute),
        *(list_duplicates, merge_contacts, undo_merge),
    ],
)
