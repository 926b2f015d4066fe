"""Thousands of seeded steps by every kind of actor on a real database; then the promises are checked.

A failure names the seed. `make soak N=200` walks 200 seeds of 10,000 steps.
"""

import os
import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations.types import SendDeletion, SendEdit, SendMessage, SendNote, SendReaction
from okno.kit.errors import OknoError
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all

SOAK = bool(os.environ.get("OKNO_SOAK"))
SEEDS = int(os.environ.get("OKNO_SOAK_N") or 200) if SOAK else 3
STEPS = 10_000 if SOAK else 400
COVERED: Counter[str] = Counter()
COMMANDS = (
    "message",
    "again",
    "note",
    "edit",
    "delete",
    "react",
    "assign",
    "close",
    "reopen",
    "label",
    "read",
    "draft",
)


class Walk:
    """One seed's world: three customers, an owner, an operator of the team and one of another."""

    def __init__(self, app: App, seed: int) -> None:
        self.app, self.chance = app, random.Random(seed)
        self.contacts: list[UUID] = []
        self.sent: dict[UUID, list[tuple[Any, UUID, Any]]] = {}

    async def prepare(self) -> None:
        owner = await make_operator(self.app, "owner")
        name = f"team {uuid7()}"
        self.team = (await self.app.access.create_team(owner, name)).id
        inside = await make_operator(self.app, "operator", frozenset({self.team}))
        outside = await make_operator(self.app, "operator")
        self.actors: dict[str, Actor] = {"owner": owner, "inside": inside, "outside": outside}
        self.contacts = [await make_contact(self.app) for _ in range(3)]

    async def conversation(self, contact: UUID) -> UUID:
        return await open_conversation(self.app, contact, self.team)

    async def step(self) -> None:
        contact = self.chance.choice(self.contacts)
        conversation = await self.conversation(contact)
        who = self.chance.choice(("customer", *self.actors))
        command = self.chance.choice(COMMANDS)
        try:
            await self.act(command, who, contact, conversation)
            COVERED[f"{who} {command}"] += 1
        except OknoError as error:
            assert error.status < 500, f"{who} {command}: {error!r}"
            COVERED[f"{who} {command} refused"] += 1

    async def act(self, command: str, who: str, contact: UUID, conversation: UUID) -> None:
        api, workspace = self.app.conversations, self.app.workspace_id
        actor = self.actors.get(who)
        sender: Any = ("operator", actor.operator_id) if actor else ("customer", contact)
        rights: Any = "any" if actor and "delete_any" in actor.permissions else "own"
        if actor:
            await api.access_conversation(actor, conversation)
        log = self.sent.setdefault(conversation, [])
        seq = self.chance.randint(1, 30)
        sends = {
            "message": SendMessage(text=f"m{self.chance.random()}"),
            "note": SendNote(text="n"),
            "edit": SendEdit(seq, "edited"),
            "delete": SendDeletion(seq),
            "react": SendReaction(seq, "👍", on=self.chance.random() < 0.6),
        }
        if command in sends:
            identity = uuid7()
            await api.send(workspace, conversation, sender, identity, sends[command], rights=rights)
            log.append((sender, identity, sends[command]))
        elif command == "again" and log:
            sender, identity, what = self.chance.choice(log)
            await api.send(workspace, conversation, sender, identity, what, rights=rights)
        elif command == "read" and actor is None:
            await api.mark_read_by_customer(workspace, conversation, seq, got=self.chance.random() < 0.5)
        elif actor is None:
            return
        elif command == "read":
            await api.mark_read(actor, conversation, seq)
        elif command == "assign":
            await api.assign(actor, conversation, self.chance.choice([actor.operator_id, None]))
        elif command == "close":
            await api.close(actor, conversation)
        elif command == "reopen":
            await api.reopen(actor, conversation)
        elif command == "label":
            await api.set_labels(actor, conversation, self.chance.sample(["a", "b", "c"], 2))
        elif command == "draft":
            await api.save_draft(actor, conversation, self.chance.choice(["", "half a sentence"]), note=False)

    async def check(self) -> None:
        """Numbers dense, ids once, counters equal to a full count, at most one open conversation a contact."""
        owner = self.actors["owner"]
        for contact in self.contacts:
            page = await self.app.conversations.list_rows(owner, contact=contact)
            assert len(page.rows) <= 1
            closed = await self.app.conversations.list_rows(owner, contact=contact, status="closed")
            for row in [*page.rows, *closed.rows]:
                events = await read_all(self.app, row.id)
                assert [e.seq for e in events] == list(range(1, row.last_seq + 1))
                keys = [(e.actor_id, e.id) for e in events]
                assert len(keys) == len(set(keys))
                said = [e for e in events if e.body.__struct_config__.tag == "message"]
                unread = sum(e.actor == "customer" and e.seq > row.operator_read_seq for e in said)
                assert row.unread == unread
                last = next((e for e in reversed(said)), None)
                waits = last is not None and last.actor == "customer" and row.status == "open"
                if row.waiting_since is not None:
                    assert waits
                for sender, identity, _ in self.sent.get(row.id, ()):
                    assert keys.count((sender[1], identity)) == 1


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_walk_keeps_every_promise(app: App, seed: int) -> None:
    """An order of commands nobody thought of would break numbering, counters or somebody's rights."""
    walk = Walk(app, seed)
    await walk.prepare()
    for _ in range(STEPS):
        await walk.step()
    await walk.check()


def test_every_command_was_reached_by_every_actor() -> None:
    """Steps nobody takes prove nothing."""
    print(dict(sorted(COVERED.items())))
    for command in COMMANDS:
        for who in ("owner", "inside"):
            assert COVERED[f"{who} {command}"] > 0, f"{who} {command}"
    assert all(COVERED[f"outside {command} refused"] for command in COMMANDS)
    assert COVERED["customer message"]
    assert COVERED["customer note refused"]
