"""The vault: values of masked fields, sealed, shown on demand with an entry in the audit log, destroyed in time."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from okno.access.api import Access, require
from okno.access.types import Actor
from okno.channels.site.api import Guest
from okno.conversations.api import Conversations
from okno.conversations.bodies import NOBODY, SecretAsked, SecretClosed, SecretGiven
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound, TooMany
from okno.kit.ids import uuid7
from okno.privacy import rules
from okno.privacy.types import AskedSecret, NewSecret, RevealedSecret

SQL = load_queries("okno.privacy")
PURPOSE = "secret"
ROUND_S_MAX = 60.0  # a value asked for by another process is destroyed so late at most; nobody can read it meanwhile
PAGE = 100


class Vault:
    """Values are opened for a reveal only; every other road has just the event that tells of them."""

    def __init__(self, database: Database, clock: Clock, access: Access, conversations: Conversations) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._conversations = conversations
        self._wake = asyncio.Event()

    async def ask(self, actor: Actor, conversation_id: UUID, new: NewSecret) -> AskedSecret:
        """Put a masked field into the thread. Raises `NotFound`, `TooMany`."""
        await self._conversations.access_conversation(actor, conversation_id)
        waiting = await self._db.fetchval(SQL["count_secrets"], actor.workspace_id, conversation_id)
        if waiting >= limits.SECRETS_PER_CONVERSATION_MAX:
            raise TooMany("enough is asked for already: withdraw something first")
        now, secret_id = self._clock.now(), uuid7()
        until = now + await self._term(actor.workspace_id)
        key = (actor.workspace_id, conversation_id)
        async with self._db.transaction() as tx:
            body = SecretAsked(secret_id, new.purpose, new.label)
            told = await self._conversations.record_in(tx, *key, ("operator", actor.operator_id), body)
            seq = told[1].seq
            values = (actor.workspace_id, secret_id, conversation_id, seq, new.purpose, actor.operator_id, now, until)
            await tx.execute(SQL["insert_secret"], *values)
        self._conversations.announce(told)
        self._wake.set()
        return AskedSecret(secret_id, conversation_id, seq, until)

    async def _term(self, workspace_id: int) -> timedelta:
        return timedelta(hours=await self._db.fetchval(SQL["read_secret_hours"], workspace_id))

    async def give(self, guest: Guest, secret_id: UUID, value: str) -> None:
        """The customer fills the field in. Raises `NotFound`, `Conflict`, `Invalid`."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            secret = await self._locked(tx, guest.workspace_id, secret_id)
            if guest.contact_id is None or all(c["id"] != secret["conversation_id"] for c in guest.conversations):
                raise NotFound("nothing is asked for here")
            if secret["closed_at"] or secret["expires_at"] <= now:
                raise Conflict("this field takes nothing any more: ask the operator to send another one")
            if secret["given_at"]:
                raise Conflict("it was filled in already")
            kept = rules.check_secret(secret["purpose"], value)
            sealed = self._access.keys.seal(PURPOSE, secret_id.bytes + kept.encode())
            until = now + await self._term(guest.workspace_id)
            await tx.execute(SQL["give_secret"], guest.workspace_id, secret_id, sealed, now, until)
            key = (guest.workspace_id, secret["conversation_id"])
            body = SecretGiven(secret["seq"])
            told = await self._conversations.record_in(tx, *key, ("customer", guest.contact_id), body)
        self._conversations.announce(told)
        self._wake.set()

    async def reveal(self, actor: Actor, conversation_id: UUID, secret_id: UUID) -> RevealedSecret:
        """The value, once the audit entry is written. Raises `NotAllowed`, `NotFound`, `Conflict`."""
        await self._conversations.access_conversation(actor, conversation_id)
        require(actor, "reveal")
        async with self._db.transaction() as tx:
            secret = await self._of(tx, actor, conversation_id, secret_id)
            if secret["closed_at"] or secret["expires_at"] <= self._clock.now():
                raise Conflict("it was destroyed")
            if secret["sealed"] is None:
                raise Conflict("the customer has not filled it in yet")
            subject = f"conversation {conversation_id} #{secret['seq']}"
            await self._access.audit.record(tx, actor, "secret.revealed", subject, secret["purpose"])
        opened = self._access.keys.unseal(PURPOSE, secret["sealed"])
        if opened[:16] != secret_id.bytes:
            raise NotFound("nothing is asked for here")
        return RevealedSecret(opened[16:].decode(), secret["given_at"], secret["expires_at"])

    async def withdraw(self, actor: Actor, conversation_id: UUID, secret_id: UUID) -> None:
        """Ask no longer, or destroy what was given. Again is no error. Raises `NotFound`."""
        await self._conversations.access_conversation(actor, conversation_id)
        async with self._db.transaction() as tx:
            secret = await self._of(tx, actor, conversation_id, secret_id)
            if secret["closed_at"]:
                return
            subject = f"conversation {conversation_id} #{secret['seq']}"
            await self._access.audit.record(tx, actor, "secret.destroyed", subject, secret["purpose"])
            await tx.execute(SQL["destroy_secret"], actor.workspace_id, secret_id, self._clock.now())
            body = SecretClosed(secret["seq"], "withdrawn")
            key = (actor.workspace_id, conversation_id)
            told = await self._conversations.record_in(tx, *key, ("operator", actor.operator_id), body)
        self._conversations.announce(told)

    async def _of(self, tx: Connection, actor: Actor, conversation_id: UUID, secret_id: UUID) -> Any:
        secret = await self._locked(tx, actor.workspace_id, secret_id)
        if secret["conversation_id"] != conversation_id:
            raise NotFound("nothing is asked for here")
        return secret

    async def _locked(self, tx: Connection, workspace_id: int, secret_id: UUID) -> Any:
        secret = await tx.fetchrow(SQL["lock_secret"], workspace_id, secret_id)
        if secret is None:
            raise NotFound("nothing is asked for here")
        return secret

    async def run(self) -> None:
        """Destroy what is due, for ever: sleeps until the earliest. Harmless in several processes."""
        while True:
            self._wake.clear()
            while await self.expire() == PAGE:
                pass
            due = await self._db.fetchval(SQL["next_expiry"])
            wait_s = (due - self._clock.now()).total_seconds() if due else ROUND_S_MAX
            try:
                await asyncio.wait_for(self._wake.wait(), min(max(wait_s, 0.01), ROUND_S_MAX))
            except TimeoutError:
                continue

    async def expire(self) -> int:
        """Destroy values whose time has come; how many."""
        now = self._clock.now()
        told = []
        async with self._db.transaction() as tx:
            due = await tx.fetch(SQL["take_expired"], now, PAGE)
            for secret in due:
                await tx.execute(SQL["destroy_secret"], secret["workspace_id"], secret["id"], now)
            # In the order of ids, as appending does: two may wait for each other, never in a circle.
            for secret in sorted(due, key=lambda s: (s["workspace_id"], s["conversation_id"], s["seq"])):
                key = (secret["workspace_id"], secret["conversation_id"])
                body = SecretClosed(secret["seq"], "expired")
                told.append(await self._conversations.record_in(tx, *key, ("system", NOBODY), body))
        if told:
            self._conversations.announce(*told)
        return len(due)
