"""Rows to structs and to the state of calls."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit.phone import show_number
from okno.telephony.live import About
from okno.telephony.machine import CallState, Leg
from okno.telephony.types import Call, Callback

SQL = load_queries("okno.telephony")


def state_of(r: Any, legs: list[Any]) -> CallState:
    """What `machine` works with."""
    lines = tuple(Leg(leg["id"], leg["endpoint"], leg["operator_id"], leg["state"]) for leg in legs)
    return CallState(
        r["id"], r["direction"], r["phase"], lines, r["speaker_leg"], r["held"], r["outcome"], r["recording"]
    )


async def about_of(
    database: Database,
    workspace_id: int,
    conversation_id: UUID,
    contact_id: UUID,
    number: str,
    callback_id: UUID | None = None,
) -> About:
    """What a call is about, with the workspace's settings of now."""
    r: Any = await database.fetchrow(SQL["find_about"], workspace_id, contact_id)
    about = About(workspace_id, conversation_id, contact_id, r["name"], number, callback_id)
    if r["ring_s"] is None:  # a provider's settings were never saved
        return about
    return about._replace(shown=r["shown"], ring_s=r["ring_s"], use_percent=r["call_use"], record=r["record"])


def call_of(r: Any, name: str, rung: Sequence[UUID] = ()) -> Call:
    """`name` is of who speaks; `rung`: whose telephones ring."""
    return Call(
        *(r["id"], r["direction"], r["phase"], r["conversation_id"], r["contact_id"], r["contact_name"]),
        *(show_number(r["number"]) if r["number"] else "", r["operator_id"], name, r["held"]),
        *(r["began_at"], r["talked_at"], r["ended_at"], r["outcome"], r["recording"]),
        rung=list(rung),
    )


def callback_of(r: Any) -> Callback:
    shown = show_number(r["number"]) if r["number"] else ""
    return Callback(
        *(r["id"], r["conversation_id"], shown, r["asked_at"], r["due_at"], r["slot"], r["state"], r["tries"])
    )


async def save(tx: Connection, workspace_id: int, state: CallState, times: tuple[Any, Any]) -> None:
    """`times`: since when both speak, and when it ended."""
    await tx.execute(
        SQL["save_call"],
        *(workspace_id, state.id, state.phase, state.operator, state.speaker, state.held, *times, state.outcome),
        state.recording,
    )
    await save_legs(tx, workspace_id, state)


async def save_legs(tx: Connection, workspace_id: int, state: CallState) -> None:
    ids: list[UUID] = [leg.id for leg in state.legs]
    columns = (ids, [leg.operator for leg in state.legs], [leg.endpoint for leg in state.legs])
    await tx.execute(SQL["save_legs"], workspace_id, state.id, *columns, [leg.state for leg in state.legs])
