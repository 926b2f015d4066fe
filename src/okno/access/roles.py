"""Roles of the company's own, and who may give what to whom."""

from collections.abc import Callable, Sequence
from uuid import UUID

import asyncpg
from msgspec import UnsetType

from okno.access.audit import Audit
from okno.access.rights import require
from okno.access.types import PERMISSIONS, Actor, CustomRole, NewCustomRole, OperatorChange, Role
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound

SQL = load_queries("okno.access")
RANK: dict[str, int] = {"operator": 0, "supervisor": 1, "admin": 2, "owner": 3}


def permissions_of(role: Role, own: Sequence[str] | None) -> frozenset[str]:
    """The rights of a role; `own` are those of a custom role, which stand instead."""
    return PERMISSIONS[role] if own is None else frozenset(own)


def within_rank(actor: Actor, role: str) -> None:
    """Raises `NotAllowed` for a rank above the actor's."""
    if RANK[role] > RANK[actor.role]:
        raise NotAllowed(f"only an owner may do this to the role “{role}”")


class Roles:
    """Custom roles. `changed` is told of everybody whose rights are others now."""

    def __init__(self, database: Database, audit: Audit, changed: Callable[[int, UUID], None]) -> None:
        self._db = database
        self._audit = audit
        self._changed = changed

    async def list_roles(self, actor: Actor) -> list[CustomRole]:
        records = await self._db.fetch(SQL["list_custom_roles"], actor.workspace_id, limits.CUSTOM_ROLES_MAX)
        return [CustomRole(r["id"], r["name"], r["role"], sorted(r["permissions"]), r["operators"]) for r in records]

    async def create(self, actor: Actor, new: NewCustomRole) -> CustomRole:
        _check(actor, new)
        if len(await self.list_roles(actor)) >= limits.CUSTOM_ROLES_MAX:
            raise Conflict(f"there are {limits.CUSTOM_ROLES_MAX} roles already")
        async with self._db.transaction() as tx:
            values = (actor.workspace_id, new.name, new.role, sorted(set(new.permissions)))
            role_id = await tx.fetchval(SQL["insert_custom_role"], *values)
            if role_id is None:
                raise Conflict("there is a role with this name")
            await self._audit.record(tx, actor, "role.created", new.name, ", ".join(sorted(set(new.permissions))))
        return await self._get(actor, role_id)

    async def change(self, actor: Actor, role_id: int, new: NewCustomRole) -> CustomRole:
        """Whoever has it is asked anew: an open console ends its subscriptions at once."""
        _check(actor, new)
        before = await self._get(actor, role_id)
        within_rank(actor, before.role)
        try:
            async with self._db.transaction() as tx:
                values = (actor.workspace_id, role_id, new.name, new.role, sorted(set(new.permissions)))
                holders = await tx.fetch(SQL["change_custom_role"], *values)
                was, now = set(before.permissions), set(new.permissions)
                told = " ".join([*(f"+{p}" for p in sorted(now - was)), *(f"-{p}" for p in sorted(was - now))])
                await self._audit.record(tx, actor, "role.changed", new.name, told)
        except asyncpg.UniqueViolationError:
            raise Conflict("there is a role with this name") from None
        for holder in holders:
            self._changed(actor.workspace_id, holder["id"])
        return await self._get(actor, role_id)

    async def delete(self, actor: Actor, role_id: int) -> None:
        """Raises `Conflict` while somebody has it."""
        role = await self._get(actor, role_id)
        _may_change(actor, role.role)
        try:
            async with self._db.transaction() as tx:
                await tx.fetchval(SQL["delete_custom_role"], actor.workspace_id, role_id)
                await self._audit.record(tx, actor, "role.deleted", role.name)
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("somebody has this role: give them another one first") from None

    async def _get(self, actor: Actor, role_id: int) -> CustomRole:
        for role in await self.list_roles(actor):
            if role.id == role_id:
                return role
        raise NotFound("there is no such role")

    async def give(self, tx: Connection, actor: Actor, operator_id: UUID, change: OperatorChange) -> None:
        """The part of a change that is about roles. Raises `Invalid`, `NotAllowed`."""
        if isinstance(change.custom_role, UnsetType):
            if not isinstance(change.role, UnsetType):
                await tx.execute(SQL["set_custom_role"], actor.workspace_id, operator_id, None, None)
            return
        if change.custom_role is None:
            await tx.execute(SQL["set_custom_role"], actor.workspace_id, operator_id, None, None)
            return
        role = await tx.fetchrow(SQL["find_custom_role"], actor.workspace_id, change.custom_role)
        if role is None:
            raise Invalid("there is no such role", field="custom_role")
        within_rank(actor, role["role"])
        _within_own(actor, role["permissions"])
        await tx.execute(SQL["set_custom_role"], actor.workspace_id, operator_id, role["id"], role["role"])


def _may_change(actor: Actor, rank: str) -> None:
    """Whether he may make, change or delete roles of this rank. Raises `NotAllowed`."""
    require(actor, "operators")
    within_rank(actor, rank)


def _check(actor: Actor, new: NewCustomRole) -> None:
    _may_change(actor, new.role)
    _within_own(actor, new.permissions)
    if "owners" in new.permissions:
        raise Invalid("this right is the owner's alone", field="permissions")


def _within_own(actor: Actor, permissions: Sequence[str]) -> None:
    if beyond := set(permissions) - actor.permissions:
        raise NotAllowed(f"you cannot give rights you have not: {', '.join(sorted(beyond))}")
