"""Queries of the timeline: rows, counters, changes, events."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from okno.access.api import require
from okno.access.types import Actor
from okno.conversations import rules, store
from okno.conversations.bodies import Status
from okno.conversations.events import TimelineListener
from okno.conversations.hands import Names
from okno.conversations.store import SQL, ListFilter
from okno.conversations.types import (
    ConversationPage,
    ConversationRow,
    Counters,
    EventPage,
    EventRaw,
    ListWhere,
    Receipt,
    Tab,
)
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound
from okno.kit.paging import cursor_of, parse_cursor

COUNT_ONE_BY_ONE = 4  # readers; beyond it one grouped query is cheaper
EVERYTHING = ListWhere()


class Changes(NamedTuple):
    """What a sleeping list has missed; `gone` are changed conversations the reader may not (or no longer) see."""

    rows: list[ConversationRow]
    gone: list[UUID]
    cursor: int
    reset: bool


class Reading:
    """What may be asked about conversations; the scope is applied here."""

    _db: Database
    _clock: Clock
    _names: Names
    _listeners: list[TimelineListener]

    async def access_conversation(self, actor: Actor, conversation_id: UUID) -> Any:
        """Scope facts of a conversation the actor may see: team, assignee, status, last_seq, contact.

        Raises `NotFound` when it is not there or not his.
        """
        record = await self._db.fetchrow(SQL["read_scope"], actor.workspace_id, conversation_id)
        if record is None or not rules.sees(actor, record):
            raise NotFound("there is no such conversation")
        return record

    @staticmethod
    def may_see(actor: Actor, row: ConversationRow) -> bool:
        """The scope, for rows that were read for several people at once."""
        return rules.may_see(actor, row.team or 0, row.assignee, row.participants)

    async def get_row(self, actor: Actor, conversation_id: UUID) -> ConversationRow:
        record = await self._db.fetchrow(SQL["find_row"], actor.workspace_id, conversation_id)
        if record is None or not rules.sees(actor, record):
            raise NotFound("there is no such conversation")
        return store.row_of(record)

    async def list_rows(
        self,
        actor: Actor,
        *,
        tab: Tab = "all",
        status: Status = "open",
        label: str | None = None,
        contact: UUID | None = None,
        where: ListWhere = EVERYTHING,
        cursor: str | None = None,
        limit: int = limits.PAGE_DEFAULT,
    ) -> ConversationPage:
        """One page of a tab. `waiting` begins with who waits longest, the others with the latest.

        `due` is everything with a clock running, what runs out first at the head.
        """
        require(actor, "conversations")
        at, after = parse_cursor(cursor) if cursor else (None, None)
        status = "open" if tab == "snoozed" else status
        by = ListFilter(tab, status, actor.see_all, bool(label), contact is not None, cursor is not None, where)
        records = await self._db.fetch(
            store.list_sql(by),
            *(actor.workspace_id, actor.operator_id, rules.teams_seen(actor.teams), limit + 1),
            *(status, label, at, after, contact, *store.where_arguments(where)),
        )
        key = store.KEYS.get(tab, "active_at")
        last = records[limit - 1] if len(records) > limit else None
        rows = [store.row_of(r) for r in records[:limit]]
        if tab not in store.OLDEST_FIRST:  # the index knows the order to within a step
            rows.sort(key=lambda row: (row.last_at, row.id), reverse=True)
        return ConversationPage(rows, cursor_of(last[key], last["id"]) if last else None)

    async def count_rows(self, actor: Actor, tab: Tab, status: Status, where: ListWhere, limit: int) -> int:
        """How many rows such a list has, counted up to `limit`."""
        require(actor, "conversations")
        by = ListFilter(tab, status, actor.see_all, False, False, False, where)
        scope = (actor.workspace_id, actor.operator_id, rules.teams_seen(actor.teams), limit)
        values = (status, None, None, None, None, *store.where_arguments(where))
        return int(await self._db.fetchval(store.count_sql(by), *scope, *values))

    async def count(self, actor: Actor) -> Counters:
        """Exact counts of what the actor may see."""
        require(actor, "conversations")
        if actor.see_all:
            record = await self._db.fetchrow(SQL["count_for_all"], actor.workspace_id, actor.operator_id)
        else:
            teams = rules.teams_seen(actor.teams)
            record = await self._db.fetchrow(SQL["count_for_reader"], actor.workspace_id, actor.operator_id, teams)
        return store.counters_of(record)

    async def count_many(self, actors: Sequence[Actor]) -> dict[UUID, Counters]:
        """`count` for readers of one workspace by operator id; for many of them by one pass over what is open."""
        if len(actors) <= COUNT_ONE_BY_ONE:
            return {actor.operator_id: await self.count(actor) for actor in actors}
        records = await self._db.fetch(SQL["count_groups"], actors[0].workspace_id, limits.OPERATORS_MAX * 10)
        groups = [tuple(r) for r in records]
        guests: dict[UUID, list[tuple[int, UUID | None, bool]]] = defaultdict(list)
        for r in await self._db.fetch(SQL["list_taken_part"], actors[0].workspace_id, limits.OPERATORS_MAX):
            guests[r["operator_id"]].append((r["team_id"], r["assignee_id"], r["snoozed"]))
        return {a.operator_id: rules.sum_counters(groups, a, guests.get(a.operator_id, ())) for a in actors}

    async def list_changes(self, actor: Actor, cursor: int) -> Changes:
        """What has changed since `cursor`, read from the outbox by one query.

        The cursor is the oldest transaction still running when it was taken: whatever it could not see yet is newer.
        `reset` when there is too much, or the outbox does not reach back that far.
        """
        records = await self._db.fetch(
            SQL["list_changes"],
            *(actor.workspace_id, cursor, limits.LIST_CHANGES_MAX + 1, limits.LIST_NEWS_MAX + 1),
        )
        seen = records[0]["seen_xid"]
        whole = records[0]["whole"] and len(records) <= limits.LIST_CHANGES_MAX
        if not whole:
            return Changes([], [], seen, reset=True)
        changed = [r for r in records if r["id"] is not None]
        visible = [r for r in changed if rules.sees(actor, r)]
        gone = [r["id"] for r in changed if not rules.sees(actor, r)]
        return Changes([store.row_of(r) for r in visible], gone, seen, reset=False)

    async def read_cursor(self) -> int:
        return int(await self._db.fetchval(SQL["read_seen_xid"]))

    async def list_rows_by_id(self, workspace_id: int, ids: Sequence[UUID]) -> tuple[list[ConversationRow], int]:
        """For realtime's frames: rows whoever may see them, and the cursor they are good for."""
        records = await self._db.fetch(SQL["list_rows_by_id"], workspace_id, list(ids), len(ids))
        seen = records[0]["seen_xid"] if records else await self.read_cursor()
        return [store.row_of(r) for r in records], seen

    async def list_events(
        self,
        workspace_id: int,
        conversation_id: UUID,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = limits.PAGE_DEFAULT,
        customer: bool = False,
    ) -> tuple[list[EventRaw], bool, bool]:
        """A page by `seq` ascending, and whether there is more before and after it. The scope is the caller's.

        Give one of the anchors; none means the latest page. For a customer, what he may not see is `hidden`.
        """
        if around is not None:
            older, more_before, _ = await self.list_events(
                workspace_id, conversation_id, before=around, limit=limit // 2 or 1, customer=customer
            )
            newer, _, more_after = await self.list_events(
                workspace_id, conversation_id, after=max(around - 1, 0), limit=limit // 2 + 1, customer=customer
            )
            return older + newer, more_before, more_after
        forward = after is not None
        anchor = after if after is not None else before if before is not None else 2**62
        sql = SQL[("list_events_after" if forward else "list_events_before") + ("_cleared" if customer else "")]
        records = await self._db.fetch(sql, workspace_id, conversation_id, anchor, limit + 1)
        more = len(records) > limit
        records = records[:limit] if forward else records[:limit][::-1]
        events = await self._shown(workspace_id, conversation_id, records, customer=customer)
        if forward:
            return events, bool(records) and records[0]["seq"] > 1, more
        return events, more, before is not None

    async def _shown(
        self, workspace_id: int, conversation_id: UUID, records: Sequence[Any], *, customer: bool
    ) -> list[EventRaw]:
        hidden: set[int] = set()
        if customer:
            targets = store.targets_of(records)
            types = {}
            if targets:
                found = await self._db.fetch(
                    SQL["list_types"], workspace_id, conversation_id, list(set(targets.values()))
                )
                types = {r["seq"]: r["type"] for r in found}
            hidden = {
                r["seq"] for r in records if not rules.customer_sees(r["type"], types.get(targets.get(r["seq"], 0)))
            }
        return [
            store.raw_event(
                conversation_id,
                r,
                self._names.name_of(r["actor_id"]) if r["actor"] == "operator" else "",
                hidden=r["seq"] in hidden,
            )
            for r in records
        ]

    async def page_events(self, workspace_id: int, conversation_id: UUID, **anchors: Any) -> EventPage:
        events, before, after = await self.list_events(workspace_id, conversation_id, **anchors)
        return EventPage(conversation_id, [store.event_of(e) for e in events], before, after)

    async def list_of_contacts(self, workspace_id: int, contact_ids: Sequence[UUID]) -> list[Any]:
        """Conversations of contacts, latest first: id, contact_id, status, assignee_id, last_seq and receipts."""
        limit = limits.PAGE_MAX * max(len(contact_ids), 1)
        return list(await self._db.fetch(SQL["list_of_contacts"], workspace_id, list(contact_ids), limit))

    async def count_customer_unread(self, workspace_id: int, contact_id: UUID) -> int:
        return int(await self._db.fetchval(SQL["count_customer_unread"], workspace_id, contact_id))

    async def read_receipt(self, workspace_id: int, conversation_id: UUID) -> Receipt:
        record = await self._db.fetchrow(SQL["read_receipt"], workspace_id, conversation_id)
        if record is None:
            raise NotFound("there is no such conversation")
        return store.receipt_of(conversation_id, record)
