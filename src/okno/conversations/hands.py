"""In whose hands a conversation is: assignment, hold, participants; and what all commands in a transaction share."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from okno.access.types import PERMISSIONS, Actor
from okno.conversations import rules, store
from okno.conversations.append import Draft, Stored, append, millis
from okno.conversations.bodies import NOBODY, ActorType, Assigned, Body, Held, Joined, SecretClosed, SecretGiven
from okno.conversations.events import TimelineListener
from okno.conversations.store import SQL
from okno.conversations.types import ConversationRow, Due
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, OknoError
from okno.kit.ids import uuid7
from okno.kit.wire import encode

Sender = tuple[ActorType, UUID]
Beside = Callable[[Connection, Any], Awaitable[None]]
"""What a caller does in the same transaction: it is given the conversation as it was locked, and may refuse."""


class Log(Protocol):
    """Where it is written down who did what."""

    async def record(
        self, place: Connection | Database, actor: Actor | None, action: str, subject: str = "", detail: str = ""
    ) -> None: ...


class Names(Protocol):
    """Names of operators, kept in memory by `access`."""

    @property
    def audit(self) -> Log: ...
    def name_of(self, operator_id: UUID) -> str: ...
    def works_here(self, workspace_id: int, operator_id: UUID) -> bool: ...


GiveBeside = Callable[[Connection, Mapping[UUID, Any]], Awaitable[list[UUID]]]


def _waits(locked: Any) -> bool:
    return locked["status"] == "open" and locked["assignee_id"] is None and locked["turn"] != "bot"


def system_of(workspace_id: int) -> Actor:
    """Who acts when nobody does: sees everything; its events are the system's."""
    return Actor(workspace_id, NOBODY, "", "owner", PERMISSIONS["owner"])


class Hands:
    """Commands that decide on the locked row and append in the same transaction."""

    def __init__(self, database: Database, clock: Clock, names: Names) -> None:
        self._db = database
        self._clock = clock
        self._names = names
        self._listeners: list[TimelineListener] = []

    async def assign(
        self,
        actor: Actor,
        conversation_id: UUID,
        operator_id: UUID | None,
        *,
        expected: UUID | str | None = "any",
        team_id: int | None = None,
        waits: bool = False,
        reason: str = "",
        beside: Beside | None = None,
    ) -> ConversationRow:
        """Give to an operator or back to the queue. `expected` is a compare-and-set on the present assignee.

        `team_id` moves it to another team (0: of none); `waits`: somebody is to answer though the customer was
        answered. Ends a hold. Raises `Conflict`, `Invalid`, `NotFound`.
        """
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            if expected != "any" and locked["assignee_id"] != expected:
                name = self._names.name_of(locked["assignee_id"]) if locked["assignee_id"] else ""
                raise Conflict(f"it is with {name} now" if name else "it is back in the queue")
            if operator_id is not None and not self._names.works_here(actor.workspace_id, operator_id):
                raise Invalid("there is no such operator", field="operator")
            at = millis(self._clock.now())
            if beside:
                await beside(tx, locked)
            team = locked["team_id"] if team_id is None else team_id
            appended = []
            if (locked["assignee_id"], locked["team_id"]) != (operator_id, team) or waits:
                turn = "operator" if operator_id else "queue"
                values = (operator_id, turn, team, waits, at)
                await tx.execute(SQL["hand_over"], actor.workspace_id, conversation_id, *values)
                if operator_id:
                    await tx.fetchval(SQL["remove_participant"], actor.workspace_id, conversation_id, operator_id)
                name = self._names.name_of(operator_id) if operator_id else ""
                body = Assigned(operator_id, name, team or None, reason)
                appended = [await self._append_body(tx, actor, conversation_id, body)]
        return await self._changed(actor, conversation_id, appended, scope=True)

    async def give_out(
        self, workspace_id: int, given: Mapping[UUID, tuple[UUID, str]], beside: GiveBeside
    ) -> list[UUID]:
        """Hand many over at once, each to its operator for its reason, as far as they wait and are nobody's.

        `beside` is given those that are, as they were locked, and says which of them it leaves; they are returned.
        """
        at = millis(self._clock.now())
        async with self._db.transaction() as tx:
            locked = {r["id"]: r for r in await tx.fetch(SQL["lock_conversations"], workspace_id, sorted(given))}
            free = {
                i: locked[i]
                for i, (operator_id, _) in given.items()
                if i in locked and _waits(locked[i]) and self._names.works_here(workspace_id, operator_id)
            }
            ids = await beside(tx, free) if free else []
            if not ids:
                return []
            await tx.execute(SQL["give_out"], workspace_id, ids, [given[i][0] for i in ids])
            drafts = []
            for i in ids:
                operator_id, reason = given[i]
                body = Assigned(operator_id, self._names.name_of(operator_id), free[i]["team_id"] or None, reason)
                drafts.append(draft_of(workspace_id, i, ("system", NOBODY), body))
            outcomes = await append(tx, drafts, at)
        told = [(draft, o) for draft, o in zip(drafts, outcomes, strict=True) if isinstance(o, Stored)]
        self._announce(told)
        for i in ids:
            for listener in self._listeners:
                listener.on_row_changed(workspace_id, i, scope=True)
        return ids

    async def hold(self, actor: Actor, conversation_id: UUID, *, on: bool) -> ConversationRow:
        """Put it on hold or take it off; the customer is not told. Raises `Conflict` for a closed one."""
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            if on and locked["status"] != "open":
                raise Conflict("it is closed")
            appended = []
            if on != (locked["held_at"] is not None):
                held_at = millis(self._clock.now()) if on else None
                await tx.execute(SQL["set_held"], actor.workspace_id, conversation_id, held_at)
                appended = [await self._append_body(tx, actor, conversation_id, Held(on))]
        return await self._changed(actor, conversation_id, appended, scope=False)

    async def show_due(self, workspace_id: int, dues: Mapping[UUID, Due | None]) -> None:
        """What the lists show of the clocks a slice above runs; null: none runs."""
        values = [(i, d and d.at, d and d.warn_at, d and d.clock) for i, d in dues.items()]
        if not values:
            return
        columns = map(list, zip(*values, strict=True))
        for record in await self._db.fetch(SQL["show_due"], workspace_id, *columns, self._clock.now()):
            for listener in self._listeners:
                listener.on_row_changed(workspace_id, record["id"], scope=False)

    async def bring_in(self, actor: Actor, conversation_id: UUID, operator_id: UUID) -> ConversationRow:
        """A colleague sees the conversation from now on, of whatever team it is; again is no error."""
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            if not self._names.works_here(actor.workspace_id, operator_id):
                raise Invalid("there is no such operator", field="operator")
            if len(locked["participants"]) >= limits.PARTICIPANTS_MAX:
                raise Conflict(f"there are {limits.PARTICIPANTS_MAX} participants already")
            appended = []
            values = (conversation_id, operator_id, actor.operator_id, self._clock.now())
            if operator_id != locked["assignee_id"] and await tx.fetchval(
                SQL["add_participant"], actor.workspace_id, *values
            ):
                appended = [await self._join(tx, actor, conversation_id, operator_id, on=True)]
        return await self._changed(actor, conversation_id, appended, scope=True)

    async def let_go(self, actor: Actor, conversation_id: UUID, operator_id: UUID) -> ConversationRow:
        """The colleague takes part no more. Raises `NotFound` when he did not."""
        async with self._db.transaction() as tx:
            await self._locked(tx, actor, conversation_id)
            values = (actor.workspace_id, conversation_id, operator_id)
            if await tx.fetchval(SQL["remove_participant"], *values) is None:
                raise NotFound("he does not take part")
            appended = [await self._join(tx, actor, conversation_id, operator_id, on=False)]
        return await self._changed(actor, conversation_id, appended, scope=True)

    async def _join(
        self, tx: Connection, actor: Actor, conversation_id: UUID, operator_id: UUID, *, on: bool
    ) -> tuple[Draft, Stored]:
        body = Joined(operator_id, self._names.name_of(operator_id), on)
        return await self._append_body(tx, actor, conversation_id, body)

    # -- what all commands share -----------------------------------------------------------------------------------

    async def _locked(self, tx: Connection, actor: Actor, conversation_id: UUID) -> Any:
        locked = await tx.fetchrow(SQL["lock_conversation"], actor.workspace_id, conversation_id)
        if locked is None or not rules.sees(actor, locked):
            raise NotFound("there is no such conversation")
        return locked

    async def _append_body(
        self, tx: Connection, actor: Actor, conversation_id: UUID, body: Body
    ) -> tuple[Draft, Stored]:
        sender: Sender = ("system" if actor.operator_id == NOBODY else "operator", actor.operator_id)
        draft = draft_of(actor.workspace_id, conversation_id, sender, body)
        return draft, await self._append_in(tx, draft, millis(self._clock.now()))

    async def record_in(
        self, tx: Connection, workspace_id: int, conversation_id: UUID, sender: Sender, body: Body
    ) -> tuple[Draft, Stored]:
        """Append what happened, as a slice above tells it, in the caller's transaction; give it to `announce` after.

        A change of an earlier event overwrites that one's body, too. Raises `NotFound`.
        """
        if not await tx.fetch(SQL["lock_conversations"], workspace_id, [conversation_id]):
            raise NotFound("there is no such conversation")
        draft = draft_of(workspace_id, conversation_id, sender, body)
        at = millis(self._clock.now())
        if isinstance(body, SecretGiven | SecretClosed):
            found = await tx.fetchrow(SQL["find_event"], workspace_id, conversation_id, body.seq)
            if found is None:
                raise NotFound("there is no such event")
            after = rules.fold(store.parse_body(found["body"].encode()), body, sender[1], at)
            await tx.execute(SQL["set_body"], workspace_id, conversation_id, body.seq, encode(after).decode())
            draft = draft._replace(target=found["type"])
        return draft, await self._append_in(tx, draft, at)

    def announce(self, *recorded: tuple[Draft, Stored]) -> None:
        """To everybody who looks, after the commit."""
        self._announce(list(recorded))

    async def _append_in(self, tx: Connection, draft: Draft, at: datetime) -> Stored:
        outcome = (await append(tx, [draft], at))[0]
        if isinstance(outcome, OknoError):
            raise outcome
        return outcome

    def _announce(self, batch: list[tuple[Draft, Stored]]) -> None:
        for listener in self._listeners:
            listener.on_batch(batch)

    async def _changed(
        self, actor: Actor, conversation_id: UUID, appended: list[tuple[Draft, Stored]], *, scope: bool
    ) -> ConversationRow:
        if appended:
            self._announce(appended)
            for listener in self._listeners:
                listener.on_row_changed(actor.workspace_id, conversation_id, scope=scope)
        record = await self._db.fetchrow(SQL["find_row"], actor.workspace_id, conversation_id)
        return store.row_of(record)


def draft_of(workspace_id: int, conversation_id: UUID, sender: Sender, body: Body) -> Draft:
    """An event of ours on its way in; it changes no preview."""
    tag = str(body.__struct_config__.tag)
    return Draft(workspace_id, conversation_id, uuid7(), *sender, tag, encode(body).decode(), None)
