"""Macros as rows."""

from collections.abc import Sequence
from typing import Any, assert_never, get_args
from uuid import UUID

from okno.db.pool import Connection
from okno.db.queries import load_queries
from okno.desk.types import Act, AssignAct, CloseAct, LabelAct, NoteAct, ReplyAct

SQL = load_queries("okno.desk")
TAGS = {act: str(act.__struct_config__.tag) for act in get_args(Act)}


async def write_acts(tx: Connection, workspace_id: int, macro_id: UUID, acts: Sequence[Act]) -> None:
    """Instead of those there were."""
    await tx.execute(SQL["delete_acts"], workspace_id, macro_id)
    for place, act in enumerate(acts):
        await tx.execute(SQL["insert_act"], workspace_id, macro_id, place, TAGS[type(act)], *_columns(act))


def _columns(act: Act) -> tuple[Any, ...]:
    """template_id, text, added, removed, target, operator_id."""
    match act:
        case ReplyAct():
            return act.template, "", [], [], "", None
        case NoteAct():
            return None, act.text, [], [], "", None
        case LabelAct():
            return None, "", act.add, act.remove, "", None
        case AssignAct():
            return None, "", [], [], act.to, act.operator
        case CloseAct():
            return None, "", [], [], "", None
        case _:
            assert_never(act)


def act_of(r: Any) -> Act:
    match r["type"]:
        case "reply":
            return ReplyAct(r["template_id"])
        case "note":
            return NoteAct(r["text"])
        case "label":
            return LabelAct(r["added"], r["removed"])
        case "assign":
            return AssignAct(r["target"], r["operator_id"])
        case _:
            return CloseAct()
