"""Rows to structs and back, for clocks and tracks."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from okno.db.pool import Connection
from okno.db.queries import load_queries
from okno.routing.sla.rules import Due, Fact, PolicyRow, Running, Track

SQL = load_queries("okno.routing.sla")


class _Marks(msgspec.Struct):
    on: bool = False
    episode: int = 0
    into: bool = False
    was: str = ""
    waiting_since: datetime | None = None


parse_marks = msgspec.json.Decoder(_Marks).decode


class Followed(NamedTuple):
    """A conversation as it is written back; `dues` and `policy_id` are those of the clocks that run."""

    conversation_id: UUID
    track: Track
    clocks: list[Running]
    dues: list[Due]
    policy_id: int | None


def fact_of(record: Any) -> Fact:
    marks = parse_marks(record["body"]) if record["body"] else _Marks()
    place = (record["seq"], record["created_at"], record["actor"], record["type"])
    return Fact(*place, marks.on, marks.episode, marks.into, marks.was, marks.waiting_since)


def running_of(record: Any) -> Running:
    return Running(
        *(record["clock"], record["started_at"], record["episode"], record["used_s"]),
        *(record["resumed_at"], record["stopped_at"]),
    )


async def read_followed(
    tx: Connection, workspace_id: int, ids: Sequence[UUID]
) -> tuple[dict[UUID, Track], dict[UUID, list[tuple[Running, Due]]]]:
    """Tracks, locked, and the clocks that run, with the dues they were written with."""
    tracks = {
        r["conversation_id"]: Track(r["seen_seq"], r["episode"], r["answered"], r["waits"], r["held"])
        for r in await tx.fetch(SQL["list_tracks"], workspace_id, list(ids))
    }
    clocks: dict[UUID, list[tuple[Running, Due]]] = defaultdict(list)
    for r in await tx.fetch(SQL["list_clocks"], workspace_id, list(tracks)):
        clocks[r["conversation_id"]].append((running_of(r), Due(r["warn_at"], r["due_at"])))
    return tracks, clocks


async def save_followed(tx: Connection, workspace_id: int, all_of_them: Sequence[Followed]) -> None:
    tracks = [(one.conversation_id, *one.track) for one in all_of_them]
    await tx.execute(SQL["save_tracks"], workspace_id, *map(list, zip(*tracks, strict=True)))
    rows = [
        (
            *(one.conversation_id, clock.clock, clock.started_at, clock.episode, clock.used_s, clock.resumed_at),
            *(clock.stopped_at, None if clock.clock == "promise" else one.policy_id, due.due_at, due.warn_at),
        )
        for one in all_of_them
        for clock, due in zip(one.clocks, one.dues, strict=True)
    ]
    if rows:
        await tx.execute(SQL["save_clocks"], workspace_id, *map(list, zip(*rows, strict=True)))


def policy_of(record: Any) -> PolicyRow:
    return PolicyRow(*record)
