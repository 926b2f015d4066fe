"""Conversations of one customer joined and parted: pointers and references, nothing is moved (ADR 0025)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from okno.access.types import Actor
from okno.conversations import rules, store
from okno.conversations.append import Draft, Stored, millis
from okno.conversations.bodies import Assigned, Body, Carried, Merged, Message, Note, Opened, Quote, Split
from okno.conversations.labels import Labels
from okno.conversations.store import SQL
from okno.conversations.types import ConversationRow
from okno.db.pool import Connection
from okno.kit import limits
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7

Appended = list[tuple[Draft, Stored]]


class Heard(NamedTuple):
    """What listeners are told of a conversation: whether it is open, and whether it is beside the customer's own."""

    contact: UUID
    conversation: UUID
    is_open: bool
    apart: bool


class Joining(Labels):
    """Merging, its undoing, and splitting off."""

    # -- joining ---------------------------------------------------------------------------------------------------

    async def merge(self, actor: Actor, conversation_id: UUID, other_id: UUID) -> ConversationRow:
        """The other one continues in this one, which is shown with what was said there. Answers this one's row.

        Raises `NotFound` for what the actor does not see, `Conflict` for other customers' and for what is merged.
        """
        if conversation_id == other_id:
            raise Invalid("a conversation is not merged with itself", field="conversation")
        workspace_id = actor.workspace_id
        async with self._db.transaction() as tx:
            into, gone = await self._locked_pair(tx, actor, conversation_id, other_id)
            await self._check(tx, workspace_id, into, gone)
            now = millis(self._clock.now())
            moved = [gone["id"], *gone["merged"]]
            swapped = (
                gone["contact_id"] == into["contact_id"]
                and gone["status"] == "open"
                and not gone["apart"]
                and into["apart"]
            )
            waiting = _earlier(into["waiting_since"], gone["waiting_since"])
            await tx.execute(SQL["set_merged"], workspace_id, gone["id"], into["id"], now)
            await tx.execute(SQL["point"], workspace_id, gone["merged"], into["id"], now)
            values = ([*into["merged"], *moved], into["apart"] and not swapped, waiting)
            await tx.execute(SQL["set_joined"], workspace_id, into["id"], *values)
            was = [gone[name] for name in ("status", "apart", "turn", "assignee_id", "team_id", "waiting_since")]
            await tx.execute(
                SQL["insert_merge"],
                *(workspace_id, uuid7(), into["id"], gone["id"], moved, swapped, *was),
                *(gone["closed_at"], into["waiting_since"], actor.operator_id, now),
            )
            status = gone["status"]
            appended = [
                await self._append_body(tx, actor, gone["id"], Merged(into["id"], into=True, on=True, was=status)),
                await self._append_body(
                    tx, actor, into["id"], Merged(gone["id"], into=False, on=True, was=status, waiting_since=waiting)
                ),
            ]
            await self._names.audit.record(
                tx, actor, "conversation.merged", f"conversation {gone['id']}", str(into["id"])
            )
        heard = [Heard(gone["contact_id"], gone["id"], is_open=False, apart=gone["apart"])]
        if swapped:
            heard.append(Heard(into["contact_id"], into["id"], is_open=True, apart=False))
        return await self._told(actor, conversation_id, moved, appended, heard)

    async def _check(self, tx: Connection, workspace_id: int, into: Any, gone: Any) -> None:
        for one in (into, gone):
            if one["merged_into"] is not None:
                raise Conflict("it continues in another conversation already: take that back first")
        if into["status"] == "closed" and gone["status"] == "open":
            raise Conflict("it is closed: merge it into the open one instead")
        contacts = (into["contact_id"], gone["contact_id"])
        if contacts[0] != contacts[1] and not await tx.fetchval(SQL["one_person"], workspace_id, *contacts):
            raise Conflict("they are of different customers: merge the customers first")
        if len(into["merged"]) + len(gone["merged"]) + 2 > limits.JOINED_MAX:
            raise Conflict(f"at most {limits.JOINED_MAX} conversations are shown as one")

    async def part(self, actor: Actor, conversation_id: UUID, other_id: UUID) -> ConversationRow:
        """Take a merge back: the other one is as it was. Raises `NotFound`; `Conflict` for one with a later merge."""
        async with self._db.transaction() as tx:
            merge = await tx.fetchrow(SQL["find_merge"], actor.workspace_id, other_id)
            if merge is None or merge["into_id"] != conversation_id:
                raise NotFound("there is no such merge")
            into, gone = await self._locked_pair(tx, actor, conversation_id, other_id)
            merge = await tx.fetchrow(SQL["find_merge"], actor.workspace_id, other_id)
            if merge is None:
                raise NotFound("somebody has taken it back already")
            if gone["merged_into"] != conversation_id:
                raise Conflict("take back the later merge first")
            appended, heard = await self._part_in(tx, actor, into, gone, merge)
            await self._names.audit.record(
                tx, actor, "conversation.parted", f"conversation {other_id}", str(conversation_id)
            )
        return await self._told(actor, conversation_id, merge["moved"], appended, heard)

    async def _part_in(
        self, tx: Connection, actor: Actor, into: Any, gone: Any, merge: Any
    ) -> tuple[Appended, list[Heard]]:
        """Both are locked, and nothing was merged later."""
        workspace_id, now = actor.workspace_id, millis(self._clock.now())
        left = [one for one in into["merged"] if one not in merge["moved"]]
        apart = into["apart"] or merge["swapped"]
        own = not merge["apart"] and merge["status"] == "open"
        if own and not merge["swapped"] and await self._has_own(tx, workspace_id, gone):
            own = False  # the customer has begun another one meanwhile: it comes back beside that
        status = merge["status"]
        group = [into["id"], *into["merged"]]
        since = merge["created_at"]
        answered = await tx.fetchval(SQL["answered_since"], workspace_id, group, since)
        waiting = None if answered else merge["waiting_since"]
        waiting = _earlier(waiting, gone["waiting_since"])
        into_waiting = into["waiting_since"]
        if not answered and into_waiting is not None:
            asked = [into["id"], *left]
            into_waiting = await tx.fetchval(SQL["waits_still"], workspace_id, asked, merge["into_waiting"] or since)
            into_waiting = _earlier(into_waiting, merge["into_waiting"])
        values = (left, apart, into_waiting)
        await tx.execute(SQL["set_joined"], workspace_id, into["id"], *values)
        closed_at = None if status == "open" else merge["closed_at"] or now
        place = (not own and status == "open", merge["turn"], merge["assignee_id"], merge["team_id"])
        mine = [one for one in merge["moved"] if one != gone["id"]]
        await tx.execute(SQL["set_parted"], workspace_id, gone["id"], status, closed_at, *place, waiting, mine)
        await tx.execute(SQL["point"], workspace_id, mine, gone["id"], now)
        await tx.execute(SQL["end_merge"], workspace_id, merge["id"], now)
        appended = [
            await self._append_body(
                tx, actor, into["id"], Merged(gone["id"], into=False, on=False, was=status, waiting_since=into_waiting)
            ),
            await self._append_body(
                tx, actor, gone["id"], Merged(into["id"], into=True, on=False, was=status, waiting_since=waiting)
            ),
        ]
        heard = []
        if merge["swapped"]:
            heard.append(Heard(into["contact_id"], into["id"], is_open=into["status"] == "open", apart=True))
        if status == "open":
            heard.append(Heard(gone["contact_id"], gone["id"], is_open=True, apart=not own))
        return appended, heard

    async def _has_own(self, tx: Connection, workspace_id: int, gone: Any) -> bool:
        return bool(await tx.fetchval(SQL["has_own_open"], workspace_id, gone["contact_id"], gone["id"]))

    async def _part_written(self, system: Actor, conversation_id: UUID) -> None:
        """A customer has written where nobody looks any more: it is a conversation of its own again."""
        workspace_id = system.workspace_id
        while (merge := await self._db.fetchrow(SQL["find_merge"], workspace_id, conversation_id)) is not None:
            record = await self._db.fetchrow(SQL["read_scope"], workspace_id, merge["into_id"])
            row = await self._db.fetchrow(SQL["find_row"], workspace_id, conversation_id)
            if record is None or row is None:
                return
            if row["merged_into"] != merge["into_id"]:  # that one continues elsewhere, too: part it first
                await self._part_written(system, merge["into_id"])
                continue
            await self.part(system, merge["into_id"], conversation_id)
            return

    # -- splitting off ---------------------------------------------------------------------------------------------

    async def split(self, actor: Actor, conversation_id: UUID, seqs: Sequence[int]) -> ConversationRow:
        """Messages and notes continue in a conversation of their own, with the actor. Answers the new one's row.

        Raises `NotFound`, `Invalid` for what is no message, `Conflict` for what was split off before.
        """
        workspace_id = actor.workspace_id
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            if locked["merged_into"]:
                raise Conflict("it continues in another conversation: take that back first")
            said = await self._said(tx, locked, seqs)
            now, new_id = millis(self._clock.now()), uuid7()
            numbers = [r["seq"] for r in said]
            waited, waiting = locked["waiting_since"], _asked(said, locked["waiting_since"])
            holder = self._holder(actor)
            excerpt = _excerpt(said[0])
            await tx.execute(
                SQL["insert_split"],
                *(workspace_id, new_id, locked["contact_id"], locked["inbox_id"], locked["channel"], locked["team_id"]),
                *(
                    holder,
                    "operator" if holder else "queue",
                    _excerpt(said[-1]),
                    said[-1]["actor"],
                    waiting,
                    now,
                    locked["language"],
                ),
            )
            files = ["{" + ",".join(str(file.id) for file in _body(r).attachments) + "}" for r in said]
            await tx.execute(SQL["put_split"], workspace_id, conversation_id, new_id, numbers, files)
            if waiting is not None:
                group = [conversation_id, *locked["merged"]]
                waited = await tx.fetchval(SQL["waits_still"], workspace_id, group, waited)
                await tx.execute(SQL["set_waiting"], workspace_id, conversation_id, waited)
            begun: list[Body] = [
                Opened(1),
                Split(conversation_id, off=False, seqs=numbers, excerpt=excerpt, waiting_since=waiting),
            ]
            begun += [self._carried(conversation_id, r) for r in said]
            if holder:
                begun.append(Assigned(holder, self._names.name_of(holder), locked["team_id"] or None))
            appended = [await self._append_body(tx, actor, new_id, body) for body in begun]
            left = Split(new_id, off=True, seqs=numbers, excerpt=excerpt, waiting_since=waited)
            appended.append(await self._append_body(tx, actor, conversation_id, left))
            await self._names.audit.record(
                tx, actor, "conversation.split", f"conversation {conversation_id}", str(new_id)
            )
        heard = [Heard(locked["contact_id"], new_id, is_open=True, apart=True)]
        return await self._told(actor, new_id, [conversation_id], appended, heard)

    async def _said(self, tx: Connection, locked: Any, seqs: Sequence[int]) -> list[Any]:
        """The messages of these numbers, in their order. Raises `Invalid`, `Conflict`."""
        wanted = sorted(set(seqs))
        said = await tx.fetch(SQL["list_said"], locked["workspace_id"], locked["id"], wanted)
        if len(said) != len(wanted) or any(r["type"] not in ("message", "note") for r in said):
            raise Invalid("only messages and notes of this conversation are split off", field="seqs")
        if any(_body(r).deleted_at for r in said):
            raise Conflict("one of them was deleted")
        if any(r["gone"] for r in said):
            raise Conflict("one of them continues in another conversation already")
        return list(said)

    def _carried(self, conversation_id: UUID, r: Any) -> Carried:
        body = _body(r)
        author = self._names.name_of(r["actor_id"]) if r["actor"] == "operator" else ""
        quote = Quote(conversation_id, r["seq"], _excerpt(r), author)
        return Carried(quote, r["created_at"], r["actor"], r["actor_id"], body.text, body.attachments)

    def _holder(self, actor: Actor) -> UUID | None:
        """Who has what he splits off; nobody when a program does."""
        mine = not actor.api_key_id and self._names.works_here(actor.workspace_id, actor.operator_id)
        return actor.operator_id if mine else None

    # -- what both share -------------------------------------------------------------------------------------------

    async def _locked_pair(self, tx: Connection, actor: Actor, first: UUID, second: UUID) -> tuple[Any, Any]:
        """Both, and what was merged into them, locked in the order of ids. Raises `NotFound`."""
        pair = [first, second]
        others = [r["id"] for r in await tx.fetch(SQL["list_merged"], actor.workspace_id, pair)]
        await tx.fetch(SQL["lock_conversations"], actor.workspace_id, [*pair, *others])
        return await self._locked(tx, actor, first), await self._locked(tx, actor, second)

    async def _told(
        self, actor: Actor, shown: UUID, others: Sequence[UUID], appended: Appended, heard: Sequence[Heard]
    ) -> ConversationRow:
        """After the commit, to everybody who looks; the row that is shown."""
        for one in heard:
            for listener in self._listeners:
                place = (actor.workspace_id, one.contact, one.conversation)
                listener.on_conversation(*place, is_open=one.is_open, apart=one.apart)
        row = await self._changed(actor, shown, appended, scope=True)
        for other in others:
            for listener in self._listeners:
                listener.on_row_changed(actor.workspace_id, other, scope=True)
        return row


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _asked(said: Sequence[Any], waited: datetime | None) -> datetime | None:
    """Since when the customer waits for an answer to these messages."""
    if waited is None:
        return None
    asked = [r["created_at"] for r in said if r["type"] == "message" and r["actor"] == "customer"]
    return min((at for at in asked if at >= waited), default=None)


def _body(r: Any) -> Message | Note:
    body = store.parse_body(r["body"].encode())
    assert isinstance(body, Message | Note)  # noqa: S101 - `_said` has refused the rest
    return body


def _excerpt(r: Any) -> str:
    body = _body(r)
    return rules.preview_of(body.text, len(body.attachments))
