"""A seeded walk over the live router: logins, breaks, lost consoles, refusals, transfers, a new router in the middle.

`make soak` walks 10,000 steps (OKNO_SOAK_N), `make test` a sample.
"""

import contextlib
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.bus.hints import Hints
from okno.kit import limits
from okno.kit.errors import Conflict, NotFound
from okno.routing import rules, store
from okno.routing.router import Router
from okno.routing.store import SQL
from okno.routing.types import DeskChange, NewQueue, OperatorSkill, Transfer
from tests.routing.company import Company

SOAK = bool(os.environ.get("OKNO_SOAK"))
STEPS = int(os.environ.get("OKNO_SOAK_N") or 10_000) if SOAK else 30
SEED = int(os.environ.get("OKNO_SEED", "11"))


class Walk:
    def __init__(self, company: Company) -> None:
        self.company, self.app = company, company.app
        self.chance = random.Random(SEED)
        self.operators: list[Actor] = []
        self.here: set[UUID] = set()
        self.contacts: dict[UUID, UUID] = {}
        self.places: dict[UUID, datetime] = {}
        self.served: set[UUID] = set()
        self.skill = 0
        self.router = Router(
            *(self.app.database, self.app.clock, self.app.conversations, self.app.routing.lines),
            *(self.app.routing.desks, Hints()),
        )

    async def prepare(self) -> None:
        company = self.company
        self.skill = (await self.app.routing.create_skill(company.owner, "Visas")).id
        self.offers = (await self.app.routing.create_queue(company.owner, NewQueue("Offered", "offer"))).id
        for number in range(4):
            skills = [OperatorSkill(self.skill, 1 + number)] if number % 2 else []
            self.operators.append(await company.operator(chats_max=2 + number % 2, skills=skills))
            self.here.add(self.operators[-1].operator_id)

    # -- acts

    async def write(self) -> None:
        if self.contacts and self.chance.random() < 0.3:
            conversation = self.chance.choice(list(self.contacts))
            await self.company.say(conversation, ("customer", self.contacts[conversation]), "more")
            return
        contact = await self.company.customer()
        conversation = await self.company.write(contact)
        self.contacts[conversation] = contact

    async def sit_or_stand(self) -> None:
        actor = self.chance.choice(self.operators)
        if actor.operator_id in self.here:
            self.here.discard(actor.operator_id)
            await self.company.stand_up(actor)
        else:
            self.here.add(actor.operator_id)
            await self.company.sit_down(actor)

    async def pause(self) -> None:
        state = self.chance.choice(["online", "online", "busy", "break"])
        await self.app.routing.desks.change(self.chance.choice(self.operators), DeskChange(state=state))

    async def decide(self) -> None:
        for actor in self.operators:
            for offer in (await self.app.routing.desks.get_desk(actor)).offers:
                if self.chance.random() < 0.6:
                    await self.app.routing.accept(actor, offer.id)
                else:
                    await self.app.routing.decline(actor, offer.id)

    async def work(self) -> None:
        """Somebody answers and perhaps closes, or hands on."""
        actor = self.chance.choice(self.operators)
        rows = (await self.app.conversations.list_rows(actor, tab="mine")).rows
        if not rows:
            return
        row = self.chance.choice(rows)
        what = self.chance.random()
        if what < 0.25:
            target = Transfer(skill=self.skill) if what < 0.1 else Transfer(queue=self.offers)
            await self.app.routing.transfer(actor, row.id, target)
            return
        await self.company.answer(actor, row.id)
        self.served.add(row.id)
        if what > 0.5:
            await self.app.conversations.close(actor, row.id)

    async def forget(self) -> None:
        """Nobody answers in time."""
        await self.app.database.execute(
            "UPDATE assignment SET answer_by = now() WHERE workspace_id = $1 AND answer_by IS NOT NULL",
            self.company.workspace_id,
        )

    # -- what must hold

    async def settle(self) -> None:
        """Everything written down and given, by a second router beside the live one, as after a lease was lost."""
        workspace_id = self.company.workspace_id
        for _ in range(2):
            await self.app.routing.lines.follow(workspace_id, list(self.contacts))
            await self.router.step(workspace_id)

    async def check(self) -> None:
        workspace_id, now = self.company.workspace_id, datetime.now(UTC)
        since = now - timedelta(hours=limits.LOAD_IDLE_H)
        records = await self.app.database.fetch(SQL["list_candidates"], workspace_id, now, since)
        candidates = [store.candidate_of(r) for r in records]
        assert all(c.load_percent <= c.limit_percent for c in candidates), "somebody is above his capacity"
        queues = {q.id: q for q in await self.app.routing.list_queues(workspace_id)}
        line = await self.router._read_line(workspace_id, queues, [c.operator_id for c in candidates], now)
        left = rules.plan_assignment(line, candidates, now, limit=1_000)
        assert not left, f"{len(left)} wait though somebody fits and is free"
        rows = await self.app.database.fetch(
            "SELECT conversation_id, array_agg(entered_at ORDER BY joined_at) AS places FROM queue_entry e"
            " WHERE workspace_id = $1 AND NOT EXISTS (SELECT FROM event m WHERE m.conversation_id = e.conversation_id"
            " AND m.type = 'message' AND m.actor = 'operator') GROUP BY conversation_id",
            workspace_id,
        )
        for r in rows:
            assert len(set(r["places"])) == 1, "a place was lost"


@pytest.mark.timeout(0 if SOAK else 120)
async def test_a_walk_keeps_the_promises(app: App) -> None:
    """Somebody would be above his capacity, wait though a colleague is free, lose his place, or never be served."""
    company = await Company.found(app, answer_s=600, sticky="loose")
    walk = Walk(company)
    await walk.prepare()
    acts: list[tuple[Any, int]] = [
        *((walk.write, 8), (walk.work, 8), (walk.decide, 4), (walk.sit_or_stand, 2), (walk.pause, 2), (walk.forget, 1)),
    ]
    for _ in range(STEPS):
        act = walk.chance.choices([a for a, _ in acts], [w for _, w in acts])[0]
        with contextlib.suppress(Conflict, NotFound):  # the live router was quicker
            await act()
        await walk.settle()
        await until_checked(walk)
    for actor in walk.operators:
        if actor.operator_id not in walk.here:
            await company.sit_down(actor)
        await app.routing.desks.change(actor, DeskChange(state="online"))
    await app.database.execute("UPDATE offer SET ended_at = ended_at - interval '1 hour' WHERE fate IS NOT NULL")
    waiting = "SELECT count(*) FROM queue_entry WHERE workspace_id = $1 AND left_at IS NULL"
    for _ in range(20 * len(walk.contacts)):
        await walk.settle()
        for actor in walk.operators:
            for offer in (await app.routing.desks.get_desk(actor)).offers:
                await app.routing.accept(actor, offer.id)
            for row in (await app.conversations.list_rows(actor, tab="mine")).rows:
                await company.answer(actor, row.id)
                await app.conversations.close(actor, row.id)
        if not await app.database.fetchval(waiting, company.workspace_id):
            break
    assert not await app.database.fetchval(waiting, company.workspace_id), "somebody is never served"


async def until_checked(walk: Walk) -> None:
    """The live router works beside: what it is just doing may be seen half."""
    for attempt in range(10):
        try:
            await walk.check()
        except AssertionError:
            if attempt == 9:
                raise
            await walk.settle()
        else:
            return
