"""Follows the timeline with clocks, and fires them when they run out.

Clocks are rows with the moments they run out, so a restart forgets none. Every process sleeps until the earliest and
is woken by what it writes itself; of several that wake, one takes a clock. What a dead process had written is looked at
by the others every SLA_LOOK_S at the latest.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from okno.bus.api import emit
from okno.bus.events import News
from okno.conversations.api import Conversations, system_of
from okno.conversations.bodies import Overdue
from okno.conversations.types import Due as ShownDue
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.kit.wire import utc_text
from okno.routing.hours.api import Hours
from okno.routing.sla import rules
from okno.routing.sla.events import BREACHED, WARNING, SlaNews
from okno.routing.sla.rules import Due, PolicyRow, Running, Target, Track
from okno.routing.sla.store import SQL, Followed, fact_of, policy_of, read_followed, save_followed

log = structlog.get_logger()
NONE = Due(None, None)


class Clocks:
    """The clocks of all workspaces; `policies` are read through a short memory."""

    def __init__(self, database: Database, clock: Clock, hours: Hours, conversations: Conversations) -> None:
        self._db = database
        self._clock = clock
        self._hours = hours
        self._conversations = conversations
        self._kept: dict[int, tuple[float, list[PolicyRow]]] = {}
        self._wake = asyncio.Event()

    # -- policies --------------------------------------------------------------------------------------------------

    async def policies(self, workspace_id: int) -> list[PolicyRow]:
        now = self._clock.monotonic()
        kept = self._kept.get(workspace_id)
        if kept and now - kept[0] < limits.SLA_CACHE_S:
            return kept[1]
        records = await self._db.fetch(SQL["list_policies"], workspace_id, limits.SLA_POLICIES_MAX)
        found = [policy_of(r) for r in records]
        self._kept[workspace_id] = (now, found)
        return found

    async def refresh(self, workspace_id: int) -> None:
        """Policies or hours have changed: what runs is computed anew, what did not run begins."""
        self._kept.pop(workspace_id, None)
        queries = ["list_followed"]
        if any(one.enabled for one in await self.policies(workspace_id)):
            queries.append("list_unfollowed")
        for query in queries:
            after = UUID(int=0)
            while True:
                page = await self._db.fetch(SQL[query], workspace_id, after, limits.PAGE_MAX)
                if not page:
                    break
                ids = [r[0] for r in page]
                after = ids[-1]
                await self.follow(workspace_id, ids)

    # -- following -------------------------------------------------------------------------------------------------

    async def handle_timeline(self, news: News) -> None:
        """At least once: what was seen before changes nothing."""
        ids: dict[int, dict[UUID, None]] = defaultdict(dict)
        for span in news.spans:
            ids[span.workspace_id][span.conversation_id] = None
        for workspace_id, all_of_them in ids.items():
            await self.follow(workspace_id, list(all_of_them))

    async def follow(self, workspace_id: int, ids: Sequence[UUID], *, begin: bool = False) -> None:
        """Bring the clocks of these conversations up to their timelines. `begin`: follow them without a policy, too."""
        left = list(ids)
        while left:
            left = await self._follow(workspace_id, left, begin=begin)
        self._wake.set()

    async def _follow(self, workspace_id: int, ids: Sequence[UUID], *, begin: bool) -> list[UUID]:
        """One go; those of which there are more events."""
        policies = await self.policies(workspace_id)
        async with self._db.transaction() as tx:
            tracks, clocks = await read_followed(tx, workspace_id, ids)
            if begin or any(one.enabled for one in policies):
                for conversation_id in ids:
                    if conversation_id not in tracks:
                        opened = await tx.fetchval(SQL["find_opening"], workspace_id, conversation_id)
                        tracks[conversation_id] = Track(seen_seq=(opened or 1) - 1)
            if not tracks:
                return []
            followed, reopened, more = await self._plan(tx, workspace_id, policies, tracks, clocks)
            if followed:
                await save_followed(tx, workspace_id, followed)
                kept = [
                    (one.conversation_id, clock.stopped_at)
                    for one in followed
                    for clock in one.clocks
                    if clock.clock == "promise" and clock.stopped_at
                ]
                if kept:
                    await tx.execute(SQL["end_promises"], workspace_id, *map(list, zip(*kept, strict=True)))
            if reopened:  # what was promised is owed again, and looked at once more
                await tx.execute(SQL["revive_promises"], workspace_id, reopened)
                more += [r["id"] for r in await tx.fetch(SQL["revive_promise_clocks"], workspace_id, reopened)]
        dues = {one.conversation_id: _shown(one) for one in followed}
        await self._conversations.show_due(workspace_id, dues)
        return more

    async def _plan(
        self,
        tx: Connection,
        workspace_id: int,
        policies: Sequence[PolicyRow],
        tracks: Mapping[UUID, Track],
        clocks: Mapping[UUID, list[tuple[Running, Due]]],
    ) -> tuple[list[Followed], list[UUID], list[UUID]]:
        """With those whose customer waits again after a closing, and those of which there are more events."""
        ids, after = list(tracks), [track.seen_seq for track in tracks.values()]
        facts: dict[UUID, list[rules.Fact]] = defaultdict(list)
        for r in await tx.fetch(SQL["list_facts"], workspace_id, ids, after, limits.SLA_EVENTS_MAX):
            facts[r["conversation_id"]].append(fact_of(r))
        followed = []
        for r in await tx.fetch(SQL["list_conversations"], workspace_id, ids):
            said = next((one for one in policies if one.enabled and one.id == r["said_policy_id"]), None)
            policy = said or rules.policy_for(
                policies, queue_id=r["queue_id"], labels=r["labels"], priority=r["priority"]
            )
            schedule = await self._hours.schedule(workspace_id, policy.calendar_id if policy else None)
            target = Target(policy.seconds if policy else {}, schedule)
            before = clocks.get(r["id"], [])
            track, after_facts = rules.fold(tracks[r["id"]], [one for one, _ in before], facts[r["id"]], schedule)
            given: dict[tuple[str, datetime], Due] = {  # promised once and for all
                (one.clock, one.started_at): due for one, due in before if one.clock == "promise"
            }
            dues = [given.get((one.clock, one.started_at)) or rules.due_of(one, target) for one in after_facts]
            followed.append(Followed(r["id"], track, after_facts, dues, policy.id if policy else None))
        reopened = [i for i in ids if any(one.type == "opened" and one.waiting_since for one in facts[i])]
        return followed, reopened, [i for i in ids if len(facts[i]) >= limits.SLA_EVENTS_MAX]

    # -- firing ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """The loop; one in each process."""
        while True:
            self._wake.clear()
            while await self.fire():
                pass
            earliest = await self._db.fetchrow(SQL["earliest"])
            now = self._clock.now()
            moments = [m for m in (earliest or ()) if m is not None]
            wait_s = min([(m - now).total_seconds() for m in moments], default=limits.SLA_LOOK_S)
            try:
                await asyncio.wait_for(self._wake.wait(), min(max(wait_s, 0.0), limits.SLA_LOOK_S))
            except TimeoutError:
                continue

    async def fire(self) -> bool:
        """Warnings and breaches of this moment; whether there may be more of them."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            warned = await tx.fetch(SQL["take_warnings"], now, limits.SLA_FIRE_MAX)
            for r in warned:
                await self._tell(tx, WARNING, r, "")
        late = await self._db.fetch(SQL["list_late"], now, limits.SLA_FIRE_MAX)
        for r in late:
            await self._breach(r, now)
        return max(len(warned), len(late)) >= limits.SLA_FIRE_MAX

    async def _breach(self, r: Any, now: datetime) -> None:
        """Event, news and mark in one transaction; nothing when another process was quicker or it was answered."""
        key = (r["workspace_id"], r["conversation_id"], r["clock"], r["started_at"])

        async def take(tx: Connection, _locked: Any) -> None:
            if await tx.fetchval(SQL["take_breach"], *key, now) is None:
                raise Conflict("it was answered, or another process was quicker")
            await self._tell(tx, BREACHED, r, r["policy"])

        body = Overdue(r["clock"], r["due_at"], r["policy"])
        try:
            await self._conversations.record(system_of(r["workspace_id"]), r["conversation_id"], body, beside=take)
        except Conflict:
            return
        except NotFound:  # it was removed with everything of the customer
            await self._db.execute(SQL["drop_clock"], *key, now)

    async def _tell(self, tx: Connection, topic: str, r: Any, policy: str) -> None:
        found = await tx.fetch(SQL["list_conversations"], r["workspace_id"], [r["conversation_id"]])
        if not found:
            return
        c = found[0]
        news = SlaNews(
            *(r["workspace_id"], r["conversation_id"], c["assignee_id"], r["clock"], utc_text(r["due_at"])),
            *(c["contact_name"], policy, c["queue_name"] or ""),
        )
        await emit(tx, self._clock, topic, news)


def _shown(one: Followed) -> ShownDue | None:
    dues = zip(one.clocks, one.dues, strict=True)
    first = rules.first_of((clock.clock, due) for clock, due in dues if clock.stopped_at is None)
    return ShownDue(first[0], first[1].due_at, first[1].warn_at) if first and first[1].due_at else None
