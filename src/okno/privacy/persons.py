"""A person's data as a whole: erased for good, kept by a legal hold, cleared from his own sight, erased by rule."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from okno.access.api import Access, require
from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.bus.api import emit
from okno.channels.site.api import Guest, Site
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations, Sender
from okno.conversations.bodies import NOBODY
from okno.conversations.events import PERSON_ERASED, PersonErased
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.mailer.api import Mailer
from okno.privacy.types import (
    Hold,
    NewHold,
    NewRetention,
    PersonState,
    PrivacySettings,
    PrivacySettingsChange,
    Retention,
    RetentionRun,
)
from okno.visits.api import Visits

SQL = load_queries("okno.privacy")
log = structlog.get_logger()


class Persons:
    """Needs the right `privacy`, but for what a customer does himself."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        visits: Visits,
        attributes: Attributes,
        conversations: Conversations,
        site: Site,
        mailer: Mailer,
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._contacts = contacts
        self._visits = visits
        self._attributes = attributes
        self._conversations = conversations
        self._site = site
        self._mailer = mailer

    # -- what a customer does himself ------------------------------------------------------------------------------

    async def clear_history(self, guest: Guest) -> None:
        """He sees nothing any more of what there is; the company keeps it, and its operators are told."""
        if guest.contact_id is None or not guest.conversations:
            return
        ids = [record["id"] for record in guest.conversations]
        await self._conversations.clear_history(guest.workspace_id, guest.contact_id, ids)
        async with self._db.transaction() as tx:
            who = (guest.workspace_id, guest.contact_id)
            await self._access.audit.record_customer(tx, *who, "history.cleared")

    # -- erasure ---------------------------------------------------------------------------------------------------

    async def get_state(self, actor: Actor, contact_id: UUID) -> PersonState:
        """Whether he is held or erased. Raises `NotFound`."""
        require(actor, "privacy")
        r = await self._db.fetchrow(SQL["find_person"], actor.workspace_id, contact_id)
        if r is None:
            raise NotFound("there is no such customer")
        hold = Hold(r["reason"], r["created_by_name"], r["created_at"]) if r["reason"] is not None else None
        return PersonState(contact_id, r["erased_at"], hold)

    async def erase(self, actor: Actor, contact_id: UUID) -> PersonState:
        """For good: names, addresses, texts, files, visits; figures stay. Again is no error. Raises `Conflict`.

        Whoever is shown as one with others is erased with all of them.
        """
        await self.get_state(actor, contact_id)
        workspace_id = actor.workspace_id
        told, visitors = [], list[UUID]()
        async with self._db.transaction() as tx:
            person = await self._contacts.persons.list_group(workspace_id, contact_id)
            if hold := await tx.fetchrow(SQL["find_hold_of"], workspace_id, person):
                raise Conflict(f"a legal hold keeps it: {hold['reason']}")
            locked = await tx.fetch(SQL["lock_of_contact"], workspace_id, person)
            for record in locked:
                sender: Sender = ("operator", actor.operator_id)
                if done := await self._erase_conversation(tx, workspace_id, record["id"], sender):
                    told.append(done)
            for contact in person:
                ids = [r["id"] for r in locked if r["contact_id"] == contact]
                visitors += await self._erase_contact(tx, workspace_id, contact, ids)
                await self._access.audit.record(tx, actor, "person.erased", f"contact {contact}")
        self._conversations.announce(*told)
        for contact in person:
            await self._conversations.touch_contact(workspace_id, contact)
        for visitor_id in visitors:
            self._site.tell_ended(workspace_id, visitor_id)
        return await self.get_state(actor, contact_id)

    async def _erase_contact(
        self, tx: Connection, workspace_id: int, contact_id: UUID, conversation_ids: list[UUID]
    ) -> list[UUID]:
        """What is kept of the contact beside his conversations; his browsers, all ended."""
        visitors = await self._contacts.erase_in(tx, workspace_id, contact_id)
        await self._visits.erase_in(tx, workspace_id, visitors)
        await self._mailer.forget_in(tx, workspace_id, contact_id)
        await self._attributes.forget(tx, workspace_id, [contact_id, *conversation_ids])
        await emit(tx, self._clock, PERSON_ERASED, PersonErased(workspace_id, contact_id, conversation_ids))
        return visitors

    async def _erase_conversation(self, tx: Connection, workspace_id: int, conversation_id: UUID, by: Sender) -> Any:
        await tx.execute(SQL["destroy_secrets_of"], workspace_id, conversation_id, self._clock.now())
        return await self._conversations.erase_in(tx, workspace_id, conversation_id, by)

    async def hold(self, actor: Actor, contact_id: UUID, new: NewHold) -> PersonState:
        """Nothing of him is erased from now on, by hand or by rule."""
        await self.get_state(actor, contact_id)
        async with self._db.transaction() as tx:
            values = (actor.workspace_id, contact_id, new.reason, actor.name, self._clock.now())
            await tx.execute(SQL["insert_hold"], *values)
            await self._access.audit.record(tx, actor, "hold.set", f"contact {contact_id}", new.reason)
        return await self.get_state(actor, contact_id)

    async def release(self, actor: Actor, contact_id: UUID) -> PersonState:
        await self.get_state(actor, contact_id)
        async with self._db.transaction() as tx:
            if await tx.fetchval(SQL["delete_hold"], actor.workspace_id, contact_id):
                await self._access.audit.record(tx, actor, "hold.released", f"contact {contact_id}")
        return await self.get_state(actor, contact_id)

    # -- retention -------------------------------------------------------------------------------------------------

    async def list_retention(self, actor: Actor) -> list[Retention]:
        require(actor, "privacy")
        return await self._retention(actor.workspace_id)

    async def _retention(self, workspace_id: int) -> list[Retention]:
        found = await self._db.fetch(SQL["list_retention"], workspace_id, limits.RETENTION_POLICIES_MAX)
        return [
            Retention(r["id"], r["inbox_id"] or None, r["label"], r["days"], r["enabled"], r["run_at"], r["erased"])
            for r in found
        ]

    async def set_retention(self, actor: Actor, new: NewRetention) -> list[Retention]:
        """One policy an inbox and label; the same again changes it."""
        require(actor, "privacy")
        if len(await self._retention(actor.workspace_id)) >= limits.RETENTION_POLICIES_MAX:
            raise Conflict(f"there are {limits.RETENTION_POLICIES_MAX} policies already")
        inboxes = {inbox.id for inbox in await self._visits.list_inboxes(actor.workspace_id)}
        if new.inbox is not None and new.inbox not in inboxes:
            raise Invalid("there is no such inbox", field="inbox")
        async with self._db.transaction() as tx:
            values = (actor.workspace_id, new.inbox or 0, new.label, new.days, new.enabled)
            await tx.execute(SQL["set_retention"], *values)
            told = f"inbox {new.inbox or 'any'}, label {new.label or 'any'}"
            await self._access.audit.record(tx, actor, "retention.set", told, f"{new.days} days, on: {new.enabled}")
        return await self._retention(actor.workspace_id)

    async def delete_retention(self, actor: Actor, policy_id: int) -> None:
        require(actor, "privacy")
        async with self._db.transaction() as tx:
            if await tx.fetchval(SQL["delete_retention"], actor.workspace_id, policy_id) is None:
                raise NotFound("there is no such policy")
            await self._access.audit.record(tx, actor, "retention.deleted", str(policy_id))

    async def count_retention(self, actor: Actor, new: NewRetention) -> RetentionRun:
        """The dry run: what this policy would erase now, and what a hold keeps back."""
        require(actor, "privacy")
        values = (actor.workspace_id, new.inbox or 0, new.label, self._clock.now(), new.days)
        r = await self._db.fetchrow(SQL["count_due"], *values)
        assert r is not None  # noqa: S101 - aggregates have a row
        return RetentionRun(r["due"], r["held"], r["oldest"])

    async def run_retention(self) -> int:
        """Erase what is due by the policies that are on; how many conversations. For the lease's holder."""
        total = 0
        for policy in await self._db.fetch(SQL["list_enabled"], limits.RETENTION_POLICIES_MAX * 100):
            values = (policy["workspace_id"], policy["inbox_id"], policy["label"], self._clock.now(), policy["days"])
            while due := await self._db.fetch(SQL["list_due"], *values, limits.RETENTION_AT_ONCE):
                total += await self._erase_due(policy, [r["id"] for r in due])
            await self._db.execute(SQL["note_run"], policy["workspace_id"], policy["id"], self._clock.now())
        return total

    async def _erase_due(self, policy: Any, ids: Sequence[UUID]) -> int:
        workspace_id = policy["workspace_id"]
        for conversation_id in ids:
            async with self._db.transaction() as tx:
                done = await self._erase_conversation(tx, workspace_id, conversation_id, ("system", NOBODY))
                await self._attributes.forget(tx, workspace_id, [conversation_id])
                await emit(tx, self._clock, PERSON_ERASED, PersonErased(workspace_id, NOBODY, [conversation_id]))
                await tx.execute(SQL["note_erased"], workspace_id, policy["id"], conversation_id, self._clock.now())
                subject = f"conversation {conversation_id}"
                told = f"{policy['days']} days"
                await self._access.audit.record(tx, None, "retention.erased", subject, told, workspace_id=workspace_id)
            if done:
                self._conversations.announce(done)
        return len(ids)

    # -- settings --------------------------------------------------------------------------------------------------

    async def get_settings(self, actor: Actor) -> PrivacySettings:
        require(actor, "privacy")
        r = await self._db.fetchrow(SQL["read_settings"], actor.workspace_id)
        return PrivacySettings(r["secret_hours"], r["audit_days"]) if r else PrivacySettings(24, 1095)

    async def change_settings(self, actor: Actor, change: PrivacySettingsChange) -> PrivacySettings:
        require(actor, "privacy")
        async with self._db.transaction() as tx:
            await tx.execute(SQL["set_settings"], actor.workspace_id, change.secret_hours, change.audit_days)
            told = f"secrets {change.secret_hours} h, audit {change.audit_days} days"
            await self._access.audit.record(tx, actor, "privacy.changed", "", told)
        return await self.get_settings(actor)
