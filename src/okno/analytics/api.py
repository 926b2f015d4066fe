"""The public door of figures."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from okno.access.types import Actor
from okno.analytics import rules
from okno.analytics.types import (
    ChannelFigures,
    Episode,
    Fact,
    Figures,
    Filters,
    Live,
    Load,
    OperatorFigures,
    OperatorNow,
    Point,
    Report,
    TeamFigures,
    WallCell,
)
from okno.bus.events import TimelineSpan
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Invalid

SQL = load_queries("okno.analytics")
HANDLER = "analytics.facts"
CHUNK = 500  # conversations folded at once
REBUILD_PAUSE_S = 0.05
EXPECTED_OVER = timedelta(hours=4)  # the median answer of so long is what the next customer may expect
BUCKET, TEAM, OPERATOR, CHANNEL, TOTAL = 0b0111, 0b1011, 0b1101, 0b1110, 0b1111
"""What `GROUPING` says of a row: bits of the columns it is not divided by."""


class _Marks(msgspec.Struct):
    """What figures read of a body."""

    episode: int = 0
    into: bool = False
    on: bool = True
    was: str = ""
    waiting_since: datetime | None = None


parse_marks = msgspec.json.Decoder(_Marks).decode
Key = tuple[int, UUID]


class Names(Protocol):
    """Names of operators, kept in memory by `access`."""

    def name_of(self, operator_id: UUID) -> str: ...


class Analytics:
    """Figures over episodes, which are made from events and can be made again at any time."""

    def __init__(self, database: Database, clock: Clock, names: Names) -> None:
        self._db = database
        self._clock = clock
        self._names = names

    # -- facts -----------------------------------------------------------------------------------------------------

    async def fold(self, spans: Sequence[TimelineSpan]) -> None:
        """Bring the last episodes of these conversations up to date; again is no error."""
        moved = await self._db.fetch(SQL["list_moved"], *_columns(spans))
        keys = list({(r["workspace_id"], r["id"]): None for r in moved})
        for at in range(0, len(keys), CHUNK):
            async with self._db.transaction() as tx:
                await _fold(tx, keys[at : at + CHUNK])

    async def begin_rebuild(self) -> None:
        await self._db.execute(SQL["begin_anew"])

    async def rebuild_some(self) -> int | None:
        """Make the episodes of the next conversations anew; how many, null when all are done."""
        async with self._db.transaction() as tx:
            state = await tx.fetchrow(SQL["lock_state"])
            if state is None or state["done"]:
                return None
            after = (state["conversation_id"], state["workspace_id"])
            rows = await tx.fetch(SQL["list_conversations_after"], *after, CHUNK)
            keys = [(r["workspace_id"], r["id"]) for r in rows]
            if keys:
                await tx.execute(SQL["forget_of"], *_columns(keys))
                await _fold(tx, keys)
            last = keys[-1] if keys else (after[1], after[0])
            await tx.execute(SQL["move_state"], len(rows) < CHUNK, *last)
        return len(rows)

    async def run_rebuild(self) -> None:
        """The loop of the server: goes on with what is not done, then rests."""
        while await self.rebuild_some() is not None:
            await self._clock.sleep(REBUILD_PAUSE_S)
        await asyncio.Event().wait()

    # -- reports ---------------------------------------------------------------------------------------------------

    async def goal(self, workspace_id: int) -> int:
        return int(await self._db.fetchval(SQL["read_goal"], workspace_id) or limits.ANSWER_GOAL_S)

    async def set_goal(self, workspace_id: int, answer_s: int) -> None:
        await self._db.execute(SQL["set_goal"], workspace_id, answer_s)

    async def watched_shown(self, workspace_id: int) -> bool:
        """Whether operators are told that somebody looks over their shoulder; they are unless hidden."""
        return await self._db.fetchval(SQL["read_watched_shown"], workspace_id) is not False

    async def set_watched_shown(self, workspace_id: int, *, shown: bool) -> None:
        await self._db.execute(SQL["set_watched_shown"], workspace_id, shown)

    async def report(self, actor: Actor, since: datetime, until: datetime, zone: str, by: Filters) -> Report:
        """Figures of a period and of the one before it, in a time zone. Raises `Invalid`."""
        if not timedelta() < until - since <= timedelta(days=limits.REPORT_DAYS_MAX):
            raise Invalid(f"a report is of a moment to {limits.REPORT_DAYS_MAX} days", field="until")
        goal_s = await self.goal(actor.workspace_id)
        step = rules.step_of(since, until)
        earlier = since - (until - since)
        now, before = [
            await self._figures(actor, period, zone, by, step, goal_s) for period in ((since, until), (earlier, since))
        ]
        load = await self._db.fetch(SQL["list_load"], *self._values(actor, (since, until), by), zone)
        return Report(
            since=since,
            until=until,
            goal_s=goal_s,
            step=cast("Literal['hour', 'day']", step),
            totals=_total(now),
            before=_total(before),
            points=[Point(r["bucket"].isoformat(), figures_in(r)) for r in now if r["level"] == BUCKET],
            points_before=[Point(r["bucket"].isoformat(), figures_in(r)) for r in before if r["level"] == BUCKET],
            operators=self._operators(now),
            teams=[TeamFigures(r["team_id"] or None, figures_in(r)) for r in now if r["level"] == TEAM],
            channels=[ChannelFigures(r["channel"], figures_in(r)) for r in now if r["level"] == CHANNEL],
            load=[Load(r["day"], r["hour"], r["episodes"]) for r in load],
        )

    def _values(self, actor: Actor, period: tuple[datetime, datetime], by: Filters) -> tuple[Any, ...]:
        teams = sorted({0, *actor.teams})
        return (actor.workspace_id, *period, by.team, by.operator, by.channel, actor.see_all, teams)

    async def _figures(
        self, actor: Actor, period: tuple[datetime, datetime], zone: str, by: Filters, step: str, goal_s: float
    ) -> list[Any]:
        try:
            return list(await self._db.fetch(SQL["report"], *self._values(actor, period, by), zone, step, goal_s))
        except asyncpg.InvalidParameterValueError:
            raise Invalid("there is no such time zone", field="zone") from None

    def _operators(self, rows: Sequence[Any]) -> list[OperatorFigures]:
        found = [r for r in rows if r["level"] == OPERATOR and r["operator_id"] is not None]
        lines = [OperatorFigures(r["operator_id"], self._names.name_of(r["operator_id"]), figures_in(r)) for r in found]
        return sorted(lines, key=lambda line: -line.figures.episodes)

    async def live(self, actor: Actor, zone: ZoneInfo, team: int | None = None) -> Live:
        """How it is now, and today so far."""
        teams = sorted({0, *actor.teams})
        rows = await self._db.fetch(SQL["list_open"], actor.workspace_id, team, actor.see_all, teams)
        now = self._clock.now()
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        goal_s = await self.goal(actor.workspace_id)
        by = Filters(team=team)
        today, lately = [
            _total(await self._figures(actor, (since, now), "UTC", by, "day", goal_s))
            for since in (midnight, now - EXPECTED_OVER)
        ]
        nobody = next((r for r in rows if r["assignee_id"] is None), None)
        held = [r for r in rows if r["assignee_id"] is not None]
        cells: dict[UUID, list[WallCell]] = {}
        values = (actor.workspace_id, team, actor.see_all, teams, limits.WALL_CELLS_MAX)
        for r in await self._db.fetch(SQL["list_wall"], *values):
            cell = (r["id"], r["contact_id"], r["contact_name"], r["channel"], r["waiting_since"], r["last_at"])
            cells.setdefault(r["assignee_id"], []).append(WallCell(*cell))
        return Live(
            open=sum(r["open"] for r in rows),
            waiting=nobody["waiting"] if nobody else 0,
            oldest=nobody["oldest"] if nobody else None,
            expected_wait_s=lately.answer_p50_s,
            goal_s=goal_s,
            operators=[
                OperatorNow(
                    *(r["assignee_id"], self._names.name_of(r["assignee_id"]), r["open"], r["waiting"], r["oldest"]),
                    cells.get(r["assignee_id"], []),
                )
                for r in held
            ],
            today=today,
        )


async def forget_demo(database: Database) -> None:
    """Before the example's conversations are removed."""
    await database.execute(SQL["forget_demo"])


async def _fold(tx: Connection, keys: Sequence[Key]) -> None:
    starts = {r["id"]: r for r in await tx.fetch(SQL["list_starts"], *_columns(keys))}
    if not starts:
        return
    where = [(r["workspace_id"], r["id"], r["from_seq"]) for r in starts.values()]
    facts: dict[UUID, list[Fact]] = {}
    for r in await tx.fetch(SQL["list_facts"], *_columns(where)):
        marks = msgspec.structs.astuple(parse_marks(r["body"].encode()) if r["body"] else _Marks())
        fact = Fact(r["type"], r["created_at"], r["actor"], r["actor_id"], r["seq"], *marks)
        facts.setdefault(r["conversation_id"], []).append(fact)
    rows = [
        _row(starts[conversation_id], conversation_id, episode)
        for conversation_id, found in sorted(facts.items())
        for episode in rules.episodes_of(found)
    ]
    if rows:
        await tx.execute(SQL["put_episodes"], *_columns(rows))


def _row(start: Any, conversation_id: UUID, e: Episode) -> tuple[Any, ...]:
    times = (e.opened_seq, e.opened_at, e.asked_at, e.answered_at, e.closed_at, e.operator)
    return (
        *(start["workspace_id"], conversation_id, e.episode, *times),
        *(start["team_id"], start["inbox_id"], start["channel"]),
    )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _total(rows: Sequence[Any]) -> Figures:
    return next((figures_in(r) for r in rows if r["level"] == TOTAL), rules.NOTHING)


def figures_in(r: Any) -> Figures:
    counts = (r["episodes"], r["answered"], r["missed"], r["closed"], r["in_goal"])
    return Figures(*counts, r["answer_p50_s"], r["answer_p90_s"], r["handling_p50_s"])
