"""A walk: recorded steps by every kind of actor through one small company, the promises it must keep, and how a
failing script is shortened."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from okno.access.types import Actor, NewApiKey
from okno.app.wiring import App
from okno.conversations.types import (
    ConversationRow,
    QuoteRef,
    SendDeletion,
    SendEdit,
    SendMessage,
    SendNote,
    SendReaction,
)
from okno.kit.errors import OknoError
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all

STAFF = ("owner", "supervisor", "inside", "outside", "key")
SENDS = ("message", "quote", "note", "edit", "delete", "react")
JOINS = ("split", "merge", "part")
COMMANDS = (*SENDS, "again", "assign", "close", "reopen", "label", "read", "draft", "changes", *JOINS)
RESTART = "restart"
CONTACTS = 3
TRIES_MAX = 300  # replays of a failing script: a minute for the short walks
Rows = dict[UUID, ConversationRow]


class Step(NamedTuple):
    """Everything a step decides, so that a script can be walked again. `pick` is in [0, 1)."""

    command: str
    who: str
    contact: int
    seq: int
    pick: float
    on: bool


def write_script(seed: int, steps: int) -> list[Step]:
    chance = random.Random(seed)
    script = []
    for _ in range(steps):
        command = RESTART if chance.random() < 0.01 else chance.choice(COMMANDS)
        who, contact = chance.choice(("customer", *STAFF)), chance.randrange(CONTACTS)
        script.append(Step(command, who, contact, chance.randint(1, 30), chance.random(), chance.random() < 0.6))
    return script


class World:
    """Three customers; an owner, a supervisor and an operator of the team, one of another, an API key."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.api = app.conversations
        self.covered: Counter[str] = Counter()
        self.sent: dict[UUID, list[tuple[Any, UUID, Any]]] = {}
        self.lists: dict[str, list[tuple[int, Rows]]] = {}
        self.own: dict[tuple[UUID, UUID], list[int]] = {}
        self.tried: set[tuple[UUID, int]] = set()

    async def prepare(self) -> None:
        owner = await make_operator(self.app, "owner")
        self.team = (await self.app.access.create_team(owner, f"team {uuid7()}")).id
        team = frozenset({self.team})
        key = self.key = await self.app.access.api_keys.create(owner, NewApiKey(f"key {uuid7()}", "admin"))
        self.actors: dict[str, Actor] = {
            "owner": owner,
            "supervisor": await make_operator(self.app, "supervisor", team),
            "inside": await make_operator(self.app, "operator", team),
            "outside": await make_operator(self.app, "operator"),
            "key": await self.app.access.actor_of_api_key(key.secret),
        }
        self.contacts = [await make_contact(self.app) for _ in range(CONTACTS)]
        for who in STAFF:
            await self._take_list(who)

    async def walk(self, script: Sequence[Step]) -> None:
        try:
            for step in script:
                await self._step(step)
            await self.check()
        finally:
            await self.app.access.api_keys.delete(self.actors["owner"], self.key.key.id)

    async def _step(self, step: Step) -> None:
        contact = self.contacts[step.contact]
        conversation = await open_conversation(self.app, contact, self.team)
        name = f"{step.who} {step.command}"
        try:
            if step.command == RESTART:
                await self._restart(contact, conversation)
                name = RESTART
            elif step.command in SENDS or step.command == "again":
                await self._send(step, contact, conversation)
            elif step.who == "customer":
                await self._as_customer(step, conversation)
            elif step.command in JOINS:
                await self._join(step, contact, conversation)
            else:
                await self._as_staff(step, conversation)
            self.covered[name] += 1
        except OknoError as error:
            assert error.status < 500, f"{step}: {error!r}"
            self.covered[f"{name} refused"] += 1

    async def _restart(self, contact: UUID, conversation: UUID) -> None:
        """The writer loses its connection while messages are on their way: each is stored once."""
        sender = ("customer", contact)
        sends = [(sender, uuid7(), SendMessage(text=f"r{n}")) for n in range(5)]
        values = [(self.app.workspace_id, conversation, *send) for send in sends]
        sending = [asyncio.create_task(self.api.send(*each, rights="own")) for each in values]
        await asyncio.sleep(0)
        connection = self.app.writer._connection
        if connection is not None:
            connection.terminate()
        await asyncio.gather(*sending)
        self.sent.setdefault(conversation, []).extend(sends)

    async def _send(self, step: Step, contact: UUID, conversation: UUID) -> None:
        actor = self.actors.get(step.who)
        sender: Any = ("operator", actor.operator_id) if actor else ("customer", contact)
        rights: Any = "any" if actor and "delete_any" in actor.permissions else "own"
        if actor:
            await self.api.access_conversation(actor, conversation)
        log = self.sent.setdefault(conversation, [])
        own = self.own.setdefault((conversation, sender[1]), [])
        if step.on and own and step.command in ("edit", "delete", "quote"):
            step = step._replace(seq=own[step.seq % len(own)])
        identity, what = uuid7(), self._what(step, conversation)
        if step.command == "again":
            if not log:
                return
            sender, identity, what = log[int(step.pick * len(log))]
        values = (self.app.workspace_id, conversation, sender, identity, what)
        ack = await self.api.send(*values, rights=rights, reader=actor)
        if step.command != "again":
            log.append((sender, identity, what))
            if isinstance(what, SendMessage | SendNote):
                own.append(ack.seq)

    def _what(self, step: Step, conversation: UUID) -> Any:
        match step.command:
            case "quote":
                return SendMessage(text="so", quote=QuoteRef(conversation, step.seq))
            case "note":
                return SendNote(text="between us")
            case "edit":
                return SendEdit(step.seq, f"edited {step.pick}")
            case "delete":
                return SendDeletion(step.seq)
            case "react":
                return SendReaction(step.seq, "👍", step.on)
            case _:
                return SendMessage(text=f"m{step.pick}")

    async def _as_customer(self, step: Step, conversation: UUID) -> None:
        if step.command == "read":
            await self.api.mark_read_by_customer(self.app.workspace_id, conversation, step.seq, got=step.on)

    async def _as_staff(self, step: Step, conversation: UUID) -> None:
        actor = self.actors[step.who]
        match step.command:
            case "read":
                await self.api.mark_read(actor, conversation, step.seq)
            case "assign":
                await self.api.assign(actor, conversation, actor.operator_id if step.on else None)
            case "close":
                await self.api.close(actor, conversation)
            case "reopen":
                await self.api.reopen(actor, conversation)
            case "label":
                await self.api.set_labels(actor, conversation, ["a", "b", "c"][: int(step.pick * 4)])
            case "draft":
                await self.api.save_draft(actor, conversation, "half a sentence" if step.on else "", note=False)
            case "changes":
                await self._catch_up(step)

    async def _join(self, step: Step, contact: UUID, conversation: UUID) -> None:
        """Split off, merge and part what the contact has; `pick` chooses which. What there is none of is made first."""
        actor = self.actors[step.who]
        own = [s for s in self.own.get((conversation, contact), []) if (conversation, s) not in self.tried][-1:]
        if step.command == "split":
            await self.api.access_conversation(actor, conversation)
            self.tried |= {(conversation, seq) for seq in own}
            await self.api.split(actor, conversation, own or [step.seq])
            return
        records = await self.api.list_of_contacts(self.app.workspace_id, [contact])
        joined = [r for r in records if r["merged_into"]]
        if step.command == "part" and joined:
            other = joined[int(step.pick * len(joined))]
            await self.api.part(actor, other["merged_into"], other["id"])
            return
        others = [r["id"] for r in records if r["id"] != conversation and not r["merged_into"]]
        if others:
            other_id = others[int(step.pick * len(others))]
        else:
            other_id = (await self.api.split(actor, conversation, own or [step.seq])).id
        pair = (conversation, other_id) if step.on else (other_id, conversation)
        await self.api.merge(actor, *pair)
        if step.command == "part":
            await self.api.part(actor, *pair)

    # -- the list ----------------------------------------------------------------------------------------------------

    async def _fresh_list(self, actor: Actor) -> Rows:
        rows: Rows = {}
        for contact in self.contacts:
            for status in ("open", "closed"):
                page = await self.api.list_rows(actor, contact=contact, status=status)
                rows |= {row.id: row for row in page.rows}
        return rows

    async def _take_list(self, who: str) -> None:
        cursor = await self.api.read_cursor()
        self.lists.setdefault(who, []).append((cursor, await self._fresh_list(self.actors[who])))

    async def _catch_up(self, step: Step) -> None:
        """A console that slept since some earlier moment holds, after the changes, what a fresh one reads."""
        actor, taken = self.actors[step.who], self.lists[step.who]
        cursor, old = taken[int(step.pick * len(taken))]
        rows = dict(old)
        changes = await self.api.list_changes(actor, cursor)
        fresh = await self._fresh_list(actor)
        if changes.reset:
            self.covered["changes reset"] += 1
        else:
            own = set(self.contacts)
            rows |= {row.id: row for row in changes.rows if row.contact in own}
            for gone in changes.gone:
                rows.pop(gone, None)
            assert rows == fresh, f"{step}: from {cursor}"
        await self._take_list(step.who)

    # -- the promises ------------------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Numbers dense, ids once, counters exact, one open conversation a contact, nothing erased left."""
        owner = self.actors["owner"]
        for contact in self.contacts:
            records = await self.api.list_of_contacts(self.app.workspace_id, [contact])
            assert sum(r["status"] == "open" and not r["apart"] for r in records) <= 1
            rows = [await self.api.get_row(owner, r["id"]) for r in records]
            _check_joined(rows)
            for row in rows:
                events = await read_all(self.app, row.id)
                assert [e.seq for e in events] == list(range(1, row.last_seq + 1))
                keys = [(e.actor_id, e.id) for e in events]
                assert len(keys) == len(set(keys))
                for sender, identity, _ in self.sent.get(row.id, ()):
                    assert keys.count((sender[1], identity)) == 1
                _check_row(row, events)
                self.covered["copies of erased texts"] += _check_erasure(events)


def _check_row(row: ConversationRow, events: list[Any]) -> None:
    said = [e for e in events if e.body.__struct_config__.tag == "message"]
    assert row.unread == sum(e.actor == "customer" and e.seq > row.operator_read_seq for e in said)
    last = next(iter(reversed(said)), None)
    if row.waiting_since is not None:
        carried = any(e.body.__struct_config__.tag in ("carried", "merged") for e in events)
        assert carried or (last is not None and last.actor == "customer")
        assert row.status == "open"


def _check_joined(rows: list[ConversationRow]) -> None:
    """What continues elsewhere is closed, and is known there; one step leads to where it goes on."""
    by_id = {row.id: row for row in rows}
    for row in rows:
        assert len(set(row.merged)) == len(row.merged)
        assert all(by_id[other].merged_into == row.id for other in row.merged)
        if row.merged_into is not None:
            assert row.status == "closed"
            assert not row.merged
            assert row.id in by_id[row.merged_into].merged
            assert by_id[row.merged_into].merged_into is None


def _check_erasure(events: list[Any]) -> int:
    """Every copy of an erased text is empty; how many there are."""
    copies = 0
    erased = {e.body.seq for e in events if e.body.__struct_config__.tag == "deleted"}
    for event in events:
        tag = event.body.__struct_config__.tag
        if event.seq in erased:
            assert not event.body.text
        if tag == "edited" and event.body.seq in erased:
            assert not event.body.text
            copies += 1
        if tag in ("message", "note") and event.body.quote and event.body.quote.seq in erased:
            assert not event.body.quote.excerpt
            copies += 1
    return copies


async def shorten(script: Sequence[Any], fails: Callable[[Sequence[Any]], Awaitable[bool]]) -> list[Any]:
    """Delta debugging: a part of `script` that still fails and of which no piece can be left out, within TRIES_MAX."""
    left, pieces, tries = list(script), 2, 0
    while len(left) > 1 and tries < TRIES_MAX:
        size = -(-len(left) // pieces)
        for start in range(0, len(left), size):
            without = left[:start] + left[start + size :]
            tries += 1
            if without and await fails(without):
                left, pieces = without, max(pieces - 1, 2)
                break
            if tries >= TRIES_MAX:
                break
        else:
            if size == 1:
                break
            pieces = min(pieces * 2, len(left))
    return left
