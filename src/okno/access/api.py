"""The public door of access: who acts, with what rights; the only gate."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import UNSET, UnsetType

from okno.access import letters
from okno.access.api_keys import ApiKeys
from okno.access.audit import Audit
from okno.access.events import AccessListener
from okno.access.keys import Keys, MasterKeyLost, hash_secret, load_keys, new_secret
from okno.access.links import Links
from okno.access.rights import require
from okno.access.roles import Roles, permissions_of, within_rank
from okno.access.types import (
    Actor,
    LinkUse,
    Me,
    NewOperator,
    Operator,
    OperatorChange,
    Profile,
    Role,
    Session,
    SessionOptions,
    Team,
    Workspace,
    WorkspaceChange,
)
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany, Unsupported
from okno.kit.ids import uuid7
from okno.mailer.api import Mailer

SQL = load_queries("okno.access")
NAMES_S = 15.0
PHOTO_HASH_LEN = 32
PhotoMaker = Callable[[bytes], Awaitable[bytes]]
"""A small square WebP of any picture; raises `Unsupported`. Work on pictures is done above this slice."""

__all__ = ["Access", "Keys", "MasterKeyLost", "open_keys", "permissions_of", "require"]


def _nobody() -> None:
    """There is no other process."""


async def _no_photos(_: bytes) -> bytes:
    raise Unsupported("this process takes no photos")


async def open_keys(database: Database, path: Path) -> Keys:
    """The key in `path`; a new one only for a database in which nothing was sealed yet. Raises `MasterKeyLost`."""
    gone = not path.exists()  # noqa: ASYNC240 - one look, at the start
    if gone and await database.fetchrow(SQL["first_workspace"]):
        raise MasterKeyLost(
            f"{path} is gone. Put it back from a backup (`okno restore` into another folder, then copy the file); "
            "a new one would open nothing that was sealed. See docs/howto/lost-master-key.md"
        )
    return load_keys(path)


class Access:
    """Commands and queries on workspaces, operators, sessions, keys and links."""

    def __init__(
        self, database: Database, keys: Keys, clock: Clock, *, public_url: str = "", mailer: Mailer | None = None
    ) -> None:
        self._db = self.database = database
        self.keys = keys
        self._clock = clock
        self._hasher = PasswordHasher()
        self._dummy = self._hasher.hash("nobody has this password")
        self._names: dict[UUID, tuple[str, str]] = {}
        self._working: set[tuple[int, UUID]] = set()
        self._listeners: list[AccessListener] = []
        self.secure = public_url.startswith("https://")
        self.make_photo: PhotoMaker = _no_photos
        self.on_names: Callable[[], None] = _nobody
        """Told when operators' names were changed here: other processes hold them, too."""
        self.audit = Audit(database, clock)
        self.links = Links(database, clock, public_url, mailer, self.get_workspace)
        self.api_keys = ApiKeys(database, clock, self._rights_changed)
        self.roles = Roles(database, self.audit, self._rights_changed)

    def listen(self, listener: AccessListener) -> None:
        self._listeners.append(listener)

    def _rights_changed(self, workspace_id: int, operator_id: UUID) -> None:
        for listener in self._listeners:
            listener.on_rights_changed(workspace_id, operator_id)

    # -- names in memory -------------------------------------------------------------------------------------------

    async def load_names(self) -> None:
        """Read every operator's name; at start and after any change."""
        records = await self._db.fetch(SQL["list_names"], limits.OPERATORS_MAX)
        self._names = {r["id"]: (r["name"], r["photo"]) for r in records}
        self._working = {(r["workspace_id"], r["id"]) for r in records if r["works"]}

    async def _names_changed(self) -> None:
        await self.load_names()
        self.on_names()

    def works_here(self, workspace_id: int, operator_id: UUID) -> bool:
        """Whether conversations of the workspace may be given to him: he is of it and not disabled."""
        return (workspace_id, operator_id) in self._working

    def name_of(self, operator_id: UUID) -> str:
        """Empty for somebody unknown."""
        return self._names.get(operator_id, ("", ""))[0]

    def photo_of(self, operator_id: UUID) -> str:
        return self._names.get(operator_id, ("", ""))[1]

    # -- signing in ------------------------------------------------------------------------------------------------

    async def login(self, email: str, password: str, address: str, user_agent: str = "") -> tuple[Me, str]:
        """The operator and the session's secret for the cookie. Raises `NotSignedIn`, `TooMany`."""
        now = self._clock.now()
        record = await self._db.fetchrow(SQL["find_by_email"], email)
        await self._limit_logins(email, address, record, now)
        stored = record["password_hash"] if record and not record["disabled_at"] else None
        # The same work whether the address is known or not: the time tells nothing.
        if not await asyncio.to_thread(self._verify, stored or self._dummy, password) or stored is None:
            for key in _failure_keys(email, address):
                await self._db.execute(SQL["insert_failure"], key, now)
            raise NotSignedIn("e-mail or password is not right")
        assert record is not None  # noqa: S101 - a stored hash came from it
        since = now - timedelta(seconds=limits.LOGIN_WINDOW_S)
        await self._db.execute(SQL["clear_failures"], [*_failure_keys(email, address)][:1], since)
        me, secret = await self.start_session(record["workspace_id"], record["id"], address, user_agent)
        who = Actor(record["workspace_id"], record["id"], record["name"], record["role"], frozenset(), address=address)
        await self.audit.record(self._db, who, "operator.signed_in")
        return me, secret

    async def _limit_logins(self, email: str, address: str, record: Any, now: datetime) -> None:
        """A person from where he has signed in before is held to his own failures there, whatever others do."""
        since = now - timedelta(seconds=limits.LOGIN_WINDOW_S)
        most = (
            limits.LOGIN_FAILURES_MAX,
            limits.LOGIN_FAILURES_PER_MAILBOX_MAX,
            limits.LOGIN_FAILURES_PER_ADDRESS_MAX,
        )
        for number, (key, bound) in enumerate(zip(_failure_keys(email, address), most, strict=True)):
            if await self._db.fetchval(SQL["count_failures"], key, since) < bound:
                continue
            known = record and number and (record["workspace_id"], record["id"], address)
            if not known or not await self._db.fetchval(SQL["is_known_address"], *known):
                raise TooMany("too many attempts; try again in fifteen minutes or ask for a new link")

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def start_session(
        self, workspace_id: int, operator_id: UUID, address: str = "", user_agent: str = ""
    ) -> tuple[Me, str]:
        secret = new_secret()
        now = self._clock.now()
        until = now + timedelta(days=limits.SESSION_DAYS)
        await self._db.execute(
            SQL["insert_session"],
            *(uuid7(), workspace_id, operator_id, hash_secret(secret), now, until),
            *(address, user_agent.replace("\0", "")[: limits.USER_AGENT_LEN_MAX]),
        )
        await self._db.execute(SQL["end_old_sessions"], now)
        return await self.me(workspace_id, operator_id, secret), secret

    async def session_options(self) -> SessionOptions:
        """What the sign-in screen must know before anybody is signed in; nothing secret."""
        workspace = await self._db.fetchrow(SQL["first_workspace"])
        waiting = not await self._db.fetchval(SQL["count_usable"])
        return SessionOptions(self.links.sends_mail, waiting, workspace["locale"] if workspace else "ru")

    async def list_sessions(self, actor: Actor) -> list[Session]:
        """The actor's own, the one seen last first. Raises `NotAllowed` for an API key."""
        _person(actor)
        key = (actor.workspace_id, actor.operator_id, self._clock.now(), limits.SESSIONS_SHOWN_MAX)
        return [
            Session(r["id"], r["created_at"], r["seen_at"], r["address"], r["user_agent"], r["id"] == actor.session_id)
            for r in await self._db.fetch(SQL["list_sessions"], *key)
        ]

    async def end_session(self, actor: Actor, session_id: UUID) -> None:
        """Sign one of the actor's browsers out. Raises `NotFound`."""
        _person(actor)
        if await self._db.fetchval(SQL["end_own_session"], actor.workspace_id, actor.operator_id, session_id) is None:
            raise NotFound("there is no such session")
        self._rights_changed(actor.workspace_id, actor.operator_id)

    async def end_other_sessions(self, actor: Actor) -> None:
        """Sign out everywhere but here."""
        _person(actor)
        await self._db.execute(SQL["end_sessions"], actor.workspace_id, actor.operator_id, actor.session_id)
        self._rights_changed(actor.workspace_id, actor.operator_id)

    async def me(self, workspace_id: int, operator_id: UUID, secret: str) -> Me:
        operator = await self.get_operator(workspace_id, operator_id)
        workspace = await self.get_workspace(workspace_id)
        r = await self._db.fetchrow(SQL["find_operator"], workspace_id, operator_id)
        permissions = sorted(permissions_of(operator.role, r["permissions"] if r else None))
        return Me(operator, workspace, permissions, self.csrf_of(secret), self.secure)

    def csrf_of(self, secret: str) -> str:
        return self.keys.sign("csrf", secret)

    async def actor_of_session(self, secret: str) -> Actor:
        """Who holds this session. Raises `NotSignedIn`."""
        r = await self._db.fetchrow(SQL["find_session"], hash_secret(secret), self._clock.now())
        if r is None:
            raise NotSignedIn
        now = self._clock.now()
        if r["seen_at"] is None or now - r["seen_at"] > timedelta(seconds=limits.SESSION_SEEN_S):
            await self._db.execute(SQL["see_session"], r["session_id"], now)
        return _actor(r, r["name"], r["role"], r["photo"], session_id=r["session_id"])

    async def actor_of_api_key(self, secret: str) -> Actor:
        """An API key acts as itself, within its role and teams. Raises `NotSignedIn`."""
        r = await self._db.fetchrow(SQL["find_api_key"], hash_secret(secret))
        if r is None:
            raise NotSignedIn("this API key is not valid")
        now = self._clock.now()
        if r["last_used_at"] is None or now - r["last_used_at"] > timedelta(minutes=1):
            await self._db.execute(SQL["use_api_key"], r["workspace_id"], r["id"], now)
        return _actor(r, r["name"], r["role"], "", api_key_id=r["id"])

    async def logout(self, actor: Actor) -> None:
        if actor.session_id:
            await self._db.execute(SQL["end_session"], actor.session_id)
            self._rights_changed(actor.workspace_id, actor.operator_id)

    # -- workspace -------------------------------------------------------------------------------------------------

    async def get_workspace(self, workspace_id: int) -> Workspace:
        r = await self._db.fetchrow(SQL["find_workspace"], workspace_id)
        if r is None:
            raise NotFound("there is no such workspace")
        return Workspace(*r)

    async def change_workspace(self, actor: Actor, change: WorkspaceChange) -> Workspace:
        require(actor, "workspace")
        values = map(
            _value, (change.name, change.locale, change.onboarded, change.upload_bytes_max, change.upload_types)
        )
        r = await self._db.fetchrow(SQL["change_workspace"], actor.workspace_id, *values)
        if r is None:
            raise NotFound("there is no such workspace")
        return Workspace(*r)

    async def ensure_workspace(self, name: str, locale: str) -> int:
        """The first workspace; made when there is none."""
        r = await self._db.fetchrow(SQL["first_workspace"])
        if r:
            return int(r["id"])
        return int(await self._db.fetchval(SQL["insert_workspace"], name, locale, self._clock.now()))

    # -- operators -------------------------------------------------------------------------------------------------

    async def list_operators(self, workspace_id: int) -> list[Operator]:
        return [_operator(r) for r in await self._db.fetch(SQL["list_operators"], workspace_id, limits.OPERATORS_MAX)]

    async def list_actors(self, workspace_id: int) -> list[Actor]:
        """Everybody who may work here, as he would act: for deciding who is told of something."""
        records = await self._db.fetch(SQL["list_actors"], workspace_id, limits.OPERATORS_MAX)
        return [_actor(r, r["name"], r["role"], r["photo"]) for r in records]

    async def get_operator(self, workspace_id: int, operator_id: UUID) -> Operator:
        r = await self._db.fetchrow(SQL["find_operator"], workspace_id, operator_id)
        if r is None:
            raise NotFound("there is no such operator")
        return _operator(r)

    async def create_operator(
        self, workspace_id: int, new: NewOperator, *, purpose: str = "invite", demo: bool = False, by: str = ""
    ) -> tuple[Operator, str]:
        """The operator and the secret of his one-time link; `by`, who invites, has it mailed where mail is set up."""
        operator_id = uuid7()
        workspace = await self.get_workspace(workspace_id)
        try:
            async with self._db.transaction() as tx:
                now = self._clock.now()
                await tx.execute(
                    SQL["insert_operator"],
                    *(workspace_id, operator_id, new.email, new.name, new.role, workspace.locale, now, demo),
                )
                await tx.execute(SQL["join_teams"], workspace_id, operator_id, sorted(set(new.teams)))
                secret = await self.links.create_in(tx, workspace_id, operator_id, purpose)
                if by:
                    invited = letters.Invitation(new.email, new.name, by, workspace.name, workspace.locale)
                    await self.links.mail_in(tx, invited, secret)
        except asyncpg.UniqueViolationError:
            raise Conflict("somebody with this e-mail is here already") from None
        except (asyncpg.ForeignKeyViolationError, asyncpg.DataError):
            raise Invalid("there is no such team", field="teams") from None
        await self._names_changed()
        return await self.get_operator(workspace_id, operator_id), secret

    async def count_demo(self, workspace_id: int) -> int:
        """Operators of the example shop."""
        return int(await self._db.fetchval(SQL["count_demo"], workspace_id))

    async def delete_demo(self) -> None:
        await self._db.execute(SQL["delete_demo"])
        await self._names_changed()

    async def invite(self, actor: Actor, new: NewOperator) -> tuple[Operator, str]:
        require(actor, "operators")
        within_rank(actor, new.role)
        return await self.create_operator(actor.workspace_id, new, by=actor.name)

    async def relink(self, actor: Actor, operator_id: UUID) -> tuple[Operator, str]:
        """A fresh link for somebody who lost his, mailed where mail is set up; the former ones stop working."""
        require(actor, "operators")
        operator = await self.get_operator(actor.workspace_id, operator_id)
        within_rank(actor, operator.role)
        workspace = await self.get_workspace(actor.workspace_id)
        async with self._db.transaction() as tx:
            secret = await self.links.create_in(tx, actor.workspace_id, operator_id, "reset")
            await self.links.mail_in(
                tx, letters.Reset(operator.email, operator.name, workspace.name, operator.locale), secret
            )
        return operator, secret

    async def change_operator(self, actor: Actor, operator_id: UUID, change: OperatorChange) -> Operator:
        """Raises `Conflict` when the workspace would be left without an owner."""
        require(actor, "operators")
        operator = await self.get_operator(actor.workspace_id, operator_id)
        within_rank(actor, operator.role)
        if not isinstance(change.role, UnsetType):
            within_rank(actor, change.role)
        stops = change.role not in (UNSET, "owner") or bool(change.custom_role) or change.disabled is True
        others = SQL["count_owners"]
        if operator.role == "owner" and stops and not await self._db.fetchval(others, actor.workspace_id, operator_id):
            raise Conflict("the last owner stays: name another one first")
        try:
            async with self._db.transaction() as tx:
                values = (_value(change.name), _value(change.role), _value(change.disabled), self._clock.now())
                await tx.execute(SQL["change_operator"], actor.workspace_id, operator_id, *values)
                await self.roles.give(tx, actor, operator_id, change)
                if not isinstance(change.teams, UnsetType):
                    await tx.execute(SQL["leave_teams"], actor.workspace_id, operator_id)
                    await tx.execute(SQL["join_teams"], actor.workspace_id, operator_id, sorted(set(change.teams)))
        except (asyncpg.ForeignKeyViolationError, asyncpg.DataError):
            raise Invalid("there is no such team", field="teams") from None
        await self._names_changed()
        self._rights_changed(actor.workspace_id, operator_id)
        return await self.get_operator(actor.workspace_id, operator_id)

    async def change_profile(self, actor: Actor, change: Profile) -> Operator:
        """The actor's own name, language and looks. API keys have none: `NotAllowed`."""
        _person(actor)
        values = map(_value, (change.name, change.locale, change.theme, change.sound))
        await self._db.execute(SQL["change_profile"], actor.workspace_id, actor.operator_id, *values)
        await self._names_changed()
        return await self.get_operator(actor.workspace_id, actor.operator_id)

    async def set_photo(self, actor: Actor, image: bytes) -> Operator:
        """The actor's own photo, made small and square; empty takes it away. Raises `Unsupported` for no picture."""
        _person(actor)
        address = ""
        small = await self.make_photo(image) if image else b""
        async with self._db.transaction() as tx:
            if small:
                digest = hashlib.sha256(small).hexdigest()[:PHOTO_HASH_LEN]
                address = f"/photos/{digest}.webp"
                await tx.execute(SQL["insert_photo"], digest, small, self._clock.now())
            await tx.execute(SQL["set_photo"], actor.workspace_id, actor.operator_id, address)
            await tx.execute(SQL["delete_unused_photos"])
        await self._names_changed()
        self._rights_changed(actor.workspace_id, actor.operator_id)
        return await self.get_operator(actor.workspace_id, actor.operator_id)

    async def get_photo(self, digest: str) -> bytes:
        """WebP. Raises `NotFound`."""
        image = await self._db.fetchval(SQL["find_photo"], digest)
        if image is None:
            raise NotFound("there is no such photo")
        return bytes(image)

    async def change_password(self, actor: Actor, current: str, password: str) -> None:
        """Ends the operator's other sessions."""
        _person(actor)
        r = await self._db.fetchrow(SQL["find_operator"], actor.workspace_id, actor.operator_id)
        if r is None or not await asyncio.to_thread(self._verify, r["password_hash"] or self._dummy, current):
            raise Invalid("the present password is not right", field="current")
        await self.set_password(actor.workspace_id, actor.operator_id, password)
        await self._db.execute(SQL["end_sessions"], actor.workspace_id, actor.operator_id, actor.session_id)

    async def set_password(self, workspace_id: int, operator_id: UUID, password: str) -> None:
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        await self._db.execute(SQL["set_password"], workspace_id, operator_id, hashed)

    # -- one-time links --------------------------------------------------------------------------------------------

    async def first_link(self) -> str | None:
        """A link for the first owner while nobody can sign in yet, else null."""
        if await self._db.fetchval(SQL["count_usable"]):
            return None
        workspace_id = await self.ensure_workspace("okno", "ru")
        r = await self._db.fetchrow(SQL["first_unused_owner"])
        if r:
            return await self.links.create(r["workspace_id"], r["id"], "first")
        owner = NewOperator(email="owner@example.com", name="Owner", role="owner")
        return (await self.create_operator(workspace_id, owner, purpose="first"))[1]

    async def run_names(self) -> None:
        """Somebody added by the command line is known here, too, a little later."""
        while True:
            await asyncio.sleep(NAMES_S)
            await self.load_names()

    async def use_link(self, secret: str, use: LinkUse, address: str = "", user_agent: str = "") -> tuple[Me, str]:
        """Set name, language and password, sign in, burn the link. The first owner also chooses his e-mail."""
        now = self._clock.now()
        hashed = await asyncio.to_thread(self._hasher.hash, use.password)
        try:
            async with self._db.transaction() as tx:
                r = await tx.fetchrow(SQL["find_link"], hash_secret(secret), now)
                if r is None or await tx.fetchval(SQL["use_link"], hash_secret(secret)) is None:
                    raise NotFound("this link was used already or is too old; ask for another one")
                key = (r["workspace_id"], r["operator_id"])
                await tx.execute(SQL["set_password"], *key, hashed)
                if r["purpose"] == "first" and not isinstance(use.email, UnsetType):
                    await tx.execute(SQL["set_email"], *key, use.email)
                locale = None if isinstance(use.locale, UnsetType) else use.locale
                await tx.execute(SQL["change_profile"], *key, use.name or None, locale, None, None)
                await tx.execute(SQL["end_sessions"], *key, UUID(int=0))
        except asyncpg.UniqueViolationError:
            raise Conflict("somebody with this e-mail is here already") from None
        await self._names_changed()
        return await self.start_session(*key, address, user_agent)

    # -- teams and API keys ----------------------------------------------------------------------------------------

    async def list_teams(self, workspace_id: int) -> list[Team]:
        records = await self._db.fetch(SQL["list_teams"], workspace_id, limits.TEAMS_MAX)
        return [Team(r["id"], r["name"], r["operators"]) for r in records]

    async def create_team(self, actor: Actor, name: str) -> Team:
        require(actor, "operators")
        if len(await self.list_teams(actor.workspace_id)) >= limits.TEAMS_MAX:
            raise Conflict(f"there are {limits.TEAMS_MAX} teams already")
        team_id = await self._db.fetchval(SQL["insert_team"], actor.workspace_id, name)
        if team_id is None:
            raise Conflict("there is a team with this name")
        return Team(team_id, name, 0)

    async def rename_team(self, actor: Actor, team_id: int, name: str) -> Team:
        require(actor, "operators")
        try:
            if await self._db.fetchval(SQL["rename_team"], actor.workspace_id, team_id, name) is None:
                raise NotFound("there is no such team")
        except asyncpg.UniqueViolationError:
            raise Conflict("there is a team with this name") from None
        return next(t for t in await self.list_teams(actor.workspace_id) if t.id == team_id)


def _value(field: Any) -> Any:
    return None if field is UNSET else field


def _failure_keys(email: str, address: str) -> tuple[str, str, str]:
    """One person at one place, one mailbox from anywhere, one place: in this order."""
    mailbox = email.lower()
    return f"both:{address} {mailbox}", f"mail:{mailbox}", f"ip:{address}"


def _person(actor: Actor) -> None:
    if actor.api_key_id:
        raise NotAllowed("an API key has no profile")


def _actor(record: Any, name: str, role: Role, photo: str, **ids: Any) -> Actor:
    teams = frozenset(record["teams"])
    permissions = permissions_of(role, record["permissions"])
    return Actor(record["workspace_id"], record["id"], name, role, permissions, teams, photo, **ids)


def _operator(r: Any) -> Operator:
    return Operator(
        *(r["id"], r["email"], r["name"], r["role"], r["custom_role_id"], r["photo"], r["teams"], r["locale"]),
        *(r["theme"], r["sound"], r["disabled_at"] is not None, r["created_at"]),
    )
