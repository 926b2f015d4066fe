"""HTTP of privacy."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.params import Parameter

from okno.access.types import Actor
from okno.channels.site.api import Guest
from okno.kit.openapi import SIGNED_IN, problems
from okno.privacy.api import Privacy
from okno.privacy.types import (
    AskedSecret,
    NewHold,
    NewRetention,
    NewSecret,
    PersonState,
    PrivacySettings,
    PrivacySettingsChange,
    Retention,
    RetentionRun,
    RevealedSecret,
    SecretValue,
)


@post(
    "/conversations/{conversation_id:uuid}/secrets",
    operation_id="ask_secret",
    responses=problems(*SIGNED_IN, 404, 429),
    summary="Ask the customer for a secret",
)
async def ask_secret(privacy: Privacy, actor: Actor, conversation_id: UUID, data: NewSecret) -> AskedSecret:
    """A masked field appears in the thread; what the customer puts into it never does."""
    return await privacy.vault.ask(actor, conversation_id, data)


@post(
    "/conversations/{conversation_id:uuid}/secrets/{secret_id:uuid}/reveal",
    operation_id="reveal_secret",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Read a secret",
)
async def reveal_secret(privacy: Privacy, actor: Actor, conversation_id: UUID, secret_id: UUID) -> RevealedSecret:
    """Needs the right `reveal`; who read it is written into the audit log."""
    return await privacy.vault.reveal(actor, conversation_id, secret_id)


@delete(
    "/conversations/{conversation_id:uuid}/secrets/{secret_id:uuid}",
    operation_id="withdraw_secret",
    responses=problems(*SIGNED_IN, 404),
    summary="Ask no longer, or destroy what was given",
)
async def withdraw_secret(privacy: Privacy, actor: Actor, conversation_id: UUID, secret_id: UUID) -> None:
    await privacy.vault.withdraw(actor, conversation_id, secret_id)


@post(
    "/secrets/{secret_id:uuid}",
    operation_id="give_secret",
    status_code=204,
    responses=problems(401, 403, 404, 409),
    summary="Fill in a masked field",
)
async def give_secret(privacy: Privacy, guest: Guest, secret_id: UUID, data: SecretValue) -> None:
    await privacy.vault.give(guest, secret_id, data.value)


@post(
    "/history/clearing",
    operation_id="clear_own_history",
    status_code=204,
    responses=problems(401, 403, 404),
    summary="Clear what one sees of the history",
)
async def clear_own_history(privacy: Privacy, guest: Guest) -> None:
    """The company keeps its copy; on this side it is gone from every device."""
    await privacy.persons.clear_history(guest)


@get(
    "/contacts/{contact_id:uuid}/privacy",
    operation_id="get_person_state",
    responses=problems(*SIGNED_IN, 404),
    summary="Legal hold and erasure of a customer",
)
async def get_person_state(privacy: Privacy, actor: Actor, contact_id: UUID) -> PersonState:
    return await privacy.persons.get_state(actor, contact_id)


@post(
    "/contacts/{contact_id:uuid}/erasure",
    operation_id="erase_person",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Erase a customer's data for good",
)
async def erase_person(privacy: Privacy, actor: Actor, contact_id: UUID) -> PersonState:
    """Names, addresses, texts, files and visits are gone; numbers and times stay for the figures."""
    return await privacy.persons.erase(actor, contact_id)


@put(
    "/contacts/{contact_id:uuid}/hold",
    operation_id="hold_person",
    responses=problems(*SIGNED_IN, 404),
    summary="Keep a customer's data whatever the rules say",
)
async def hold_person(privacy: Privacy, actor: Actor, contact_id: UUID, data: NewHold) -> PersonState:
    return await privacy.persons.hold(actor, contact_id, data)


@delete(
    "/contacts/{contact_id:uuid}/hold",
    operation_id="release_person",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="End a legal hold",
)
async def release_person(privacy: Privacy, actor: Actor, contact_id: UUID) -> PersonState:
    return await privacy.persons.release(actor, contact_id)


@get("/retention", operation_id="list_retention", responses=problems(*SIGNED_IN), summary="What is kept how long")
async def list_retention(privacy: Privacy, actor: Actor) -> list[Retention]:
    return await privacy.persons.list_retention(actor)


@put("/retention", operation_id="set_retention", responses=problems(*SIGNED_IN, 409), summary="Set a policy")
async def set_retention(privacy: Privacy, actor: Actor, data: NewRetention) -> list[Retention]:
    return await privacy.persons.set_retention(actor, data)


@post(
    "/retention/dry-run",
    operation_id="count_retention",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="What a policy would erase now",
)
async def count_retention(privacy: Privacy, actor: Actor, data: NewRetention) -> RetentionRun:
    return await privacy.persons.count_retention(actor, data)


@delete(
    "/retention/{policy_id:int}",
    operation_id="delete_retention",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a policy",
)
async def delete_retention(
    privacy: Privacy, actor: Actor, policy_id: Annotated[int, Parameter(ge=1, le=2**53)]
) -> None:
    await privacy.persons.delete_retention(actor, policy_id)


@get("/privacy", operation_id="get_privacy", responses=problems(*SIGNED_IN), summary="Terms of secrets and the log")
async def get_privacy(privacy: Privacy, actor: Actor) -> PrivacySettings:
    return await privacy.persons.get_settings(actor)


@put("/privacy", operation_id="change_privacy", responses=problems(*SIGNED_IN), summary="Change the terms")
async def change_privacy(privacy: Privacy, actor: Actor, data: PrivacySettingsChange) -> PrivacySettings:
    return await privacy.persons.change_settings(actor, data)


ROUTER = Router(
    "/",
    tags=["privacy"],
    route_handlers=[
        *(ask_secret, reveal_secret, withdraw_secret, get_person_state, erase_person, hold_person, release_person),
        *(list_retention, set_retention, count_retention, delete_retention, get_privacy, change_privacy),
    ],
)
WIDGET = Router(
    "/widget/{key:str}", tags=["widget"], security=[{"visitor": []}], route_handlers=[give_secret, clear_own_history]
)
