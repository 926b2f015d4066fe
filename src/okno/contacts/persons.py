"""One person behind several contacts, as operators see them. Nothing is moved: no browser reads more than before."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from okno.access.api import require
from okno.access.types import Actor
from okno.contacts.types import Contact, Duplicate, Identity, MergedContact, NewMerge
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.kit.ids import uuid7

SQL = load_queries("okno.contacts")
Read = Callable[[int, UUID], Awaitable[Contact]]
Changed = Callable[[int, UUID], Awaitable[None]]


class Persons:
    """The others point to the one they are shown as; every merge is on record and can be taken back."""

    def __init__(self, database: Database, clock: Clock, read: Read, changed: Changed) -> None:
        self._db = database
        self._clock = clock
        self._read = read
        self._changed = changed

    async def get(self, workspace_id: int, contact_id: UUID) -> Contact:
        """The contact somebody is shown as, with the addresses of all. Raises `NotFound`."""
        group = await self._group(workspace_id, contact_id)
        contact = await self._read(workspace_id, group[0])
        if len(group) == 1:
            return contact
        found = await self._db.fetch(SQL["list_identities_of"], workspace_id, group)
        identities = [Identity(r["id"], r["type"], r["address"], r["verified"]) for r in found]
        records = await self._db.fetch(SQL["list_merges"], workspace_id, group, limits.MERGED_MAX)
        merged = [
            MergedContact(r["id"], r["from_id"], r["from_name"], r["operator_id"], r["created_at"]) for r in records
        ]
        return replace(contact, identities=identities, merged=merged)

    async def _group(self, workspace_id: int, contact_id: UUID) -> list[UUID]:
        """All contacts of the person, the one they are shown as first."""
        records = await self._db.fetch(SQL["list_group"], workspace_id, contact_id)
        if not records:
            raise NotFound("there is no such customer")
        return [r["id"] for r in records]

    async def list_group(self, workspace_id: int, contact_id: UUID) -> list[UUID]:
        """All contacts of the person, the one they are shown as first. Raises `NotFound`."""
        return await self._group(workspace_id, contact_id)

    async def get_root(self, workspace_id: int, contact_id: UUID) -> UUID:
        return (await self._group(workspace_id, contact_id))[0]

    async def holder(self, workspace_id: int, contact_id: UUID, identity_id: UUID) -> UUID:
        """Which contact of the person has the address. Raises `NotFound`."""
        group = await self._group(workspace_id, contact_id)
        holder: UUID | None = await self._db.fetchval(SQL["find_holder"], workspace_id, identity_id, group)
        if holder is None:
            raise NotFound("there is no such address")
        return holder

    async def list_duplicates(self, workspace_id: int, contact_id: UUID) -> list[Duplicate]:
        """Persons with an equal address; none is ever merged by itself."""
        group = await self._group(workspace_id, contact_id)
        records = await self._db.fetch(SQL["list_duplicates"], workspace_id, group, group[0], limits.MERGED_MAX)
        return [Duplicate(r["id"], r["name"], r["address"], r["proven"]) for r in records]

    async def merge(self, actor: Actor, contact_id: UUID, new: NewMerge) -> Contact:
        """Show `new.contact`, with all that were merged into it, as one with this.

        Raises `Conflict` when they are one already, when there are too many, and, unless the operator is `sure`, when
        each has proved who he is.
        """
        require(actor, "contacts")
        workspace_id = actor.workspace_id
        async with self._db.transaction() as tx:
            into = await self._locked(tx, workspace_id, contact_id)
            other = await self._locked(tx, workspace_id, new.contact)
            if into[0]["id"] == other[0]["id"]:
                raise Conflict("they are shown as one already")
            if len(into) + len(other) > limits.MERGED_MAX:
                raise Conflict(f"a person has at most {limits.MERGED_MAX} contacts")
            if any(r["verified"] for r in into) and any(r["verified"] for r in other) and not new.sure:
                raise Conflict("both have proved who they are; merge them only when you are sure")
            root, gone = into[0], other[0]
            moved = [r["id"] for r in other]
            name = root["name"] or gone["name"]
            await tx.execute(SQL["point"], workspace_id, moved, root["id"], name)
            if not root["name"]:
                await tx.execute(SQL["rename"], workspace_id, [r["id"] for r in into], name)
            values = (uuid7(), root["id"], gone["id"], moved, gone["name"], actor.operator_id, self._clock.now())
            await tx.execute(SQL["insert_merge"], workspace_id, *values)
        for changed in [*moved, *([] if root["name"] else [r["id"] for r in into])]:
            await self._changed(workspace_id, changed)
        return await self.get(workspace_id, contact_id)

    async def undo(self, actor: Actor, contact_id: UUID, merge_id: UUID) -> Contact:
        """Take a merge back: two persons again. Raises `Conflict` when a later one has to be taken back before."""
        require(actor, "contacts")
        workspace_id = actor.workspace_id
        async with self._db.transaction() as tx:
            group = [r["id"] for r in await self._locked(tx, workspace_id, contact_id)]
            merge = await tx.fetchrow(SQL["lock_merge"], workspace_id, merge_id)
            if merge is None or merge["into_id"] not in group:
                raise NotFound("there is no such merge")
            if merge["into_id"] != group[0]:
                raise Conflict("take back the later merge first")
            await tx.execute(SQL["part"], workspace_id, merge["moved"], merge["from_id"], merge["from_name"])
            await tx.execute(SQL["end_merge"], workspace_id, merge_id, self._clock.now())
        for changed in merge["moved"]:
            await self._changed(workspace_id, changed)
        return await self.get(workspace_id, merge["into_id"])

    async def rename(self, workspace_id: int, contact_id: UUID, name: str) -> None:
        """All of a person's contacts are called the same."""
        group = await self._group(workspace_id, contact_id)
        if len(group) > 1:
            await self._db.execute(SQL["rename"], workspace_id, group, name)
            for other in group[1:]:
                await self._changed(workspace_id, other)

    async def _locked(self, tx: Connection, workspace_id: int, contact_id: UUID) -> list[Any]:
        """The person's contacts, the one they are shown as first. Raises `NotFound`."""
        records = await tx.fetch(SQL["lock_group"], workspace_id, contact_id)
        if not records:
            raise NotFound("there is no such customer")
        return list(records)
