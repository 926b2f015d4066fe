"""Rows to structs, and the list's query, which is put together from its filters."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from okno.conversations.bodies import HIDDEN_BODY, NOBODY, Body, Edited, Status
from okno.conversations.types import ConversationRow, Counters, Due, Event, EventRaw, ListWhere, Receipt, Tab
from okno.db.queries import load_queries
from okno.kit import wire

SQL = load_queries("okno.conversations")
parse_body = msgspec.json.Decoder(Body).decode
HIDDEN = msgspec.Raw(HIDDEN_BODY.encode())

ROW = """c.id, c.change_xid::text::bigint AS change_id, c.contact_id, p.name AS contact_name,
 p.verified AS contact_verified, c.channel, c.inbox_id, c.status, c.turn, c.assignee_id, c.team_id, c.episode,
 c.last_seq, c.last_at, c.active_at, c.preview, c.preview_actor, c.unread, c.waiting_since, c.customer_read_seq,
 c.customer_got_seq, c.operator_read_seq, c.labels, c.held_at, c.snoozed, c.snoozed_until,
 c.due_at, c.due_warn_at, c.due_clock, c.merged_into, c.merged, c.language,
 ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id)
   AS participants"""
TAKES_PART = "id IN (SELECT conversation_id FROM participant WHERE workspace_id = $1 AND operator_id = $2)"

KEYS = {"waiting": "waiting_since", "due": "due_at"}
"""What a tab is ordered by; the others by `active_at`, the latest first."""
OLDEST_FIRST = frozenset(KEYS)


class ListFilter(NamedTuple):
    """What shapes the list's query; values travel as arguments."""

    tab: Tab
    status: Status
    see_all: bool
    label: bool
    contact: bool
    cursor: bool
    where: ListWhere = ListWhere()


ARGUMENTS = """arguments AS (SELECT $1::bigint, $2::uuid, $3::bigint[], $4::integer, $5::text, $6::text,
 $7::timestamptz, $8::uuid, $9::uuid, $10::uuid, $11::bigint, $12::bigint, $13::text[])"""
WHERE = {
    "assignee": "assignee_id = $10",
    "unassigned": "assignee_id IS NULL",
    "inbox": "inbox_id = $11",
    "team": "team_id = $12",
    "labels": "labels @> $13",
    "waiting": "waiting_since IS NOT NULL",
    "unread": "unread > 0",
}
ONE_PERSON = """ARRAY(SELECT g.id FROM contact g,
 (SELECT coalesce(merged_into, id) AS id FROM contact WHERE workspace_id = $1 AND id = $9) AS root
 WHERE g.workspace_id = $1 AND (g.id = root.id OR g.merged_into = root.id))"""
EVERY_TEAM = "unnest(ARRAY(SELECT id FROM team WHERE workspace_id = $1) || 0::bigint)"


def list_sql(by: ListFilter) -> str:
    """One page in order. Each branch reads at most a page from one range of one index; the scope is their union.

    $1 workspace, $2 reader, $3 teams, $4 limit, $5 status, $6 label, $7/$8 cursor, $9 contact, $10 assignee, $11 inbox,
    $12 team, $13 labels.
    """
    found, order, outer = _found(by)
    return f"""WITH {ARGUMENTS}, found AS ({found}), page AS (SELECT id FROM found ORDER BY {order} LIMIT $4)
SELECT {ROW} FROM page JOIN conversation c ON c.workspace_id = $1 AND c.id = page.id
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 ORDER BY {outer} LIMIT $4"""


def count_sql(by: ListFilter) -> str:
    """How many rows the same list has, counted up to $4."""
    return f"WITH {ARGUMENTS}, found AS ({_found(by)[0]}) SELECT least(count(*), $4) FROM found"


def where_arguments(where: ListWhere) -> tuple[UUID | None, int | None, int | None, list[str]]:
    return where.assignee, where.inbox, where.team, list(where.labels)


def _found(by: ListFilter) -> tuple[str, str, str]:
    """The union of the branches, its order, and the order of the rows read by it."""
    waiting = by.tab in OLDEST_FIRST
    key = KEYS.get(by.tab, "active_at")
    order = f"{key}, id" if waiting else f"{key} DESC, id DESC"
    if by.tab == "mine":
        branches = [_branch(by, "assignee_id = $2")]
    elif by.tab == "snoozed" or by.contact:
        branches = [_branch(by, "true" if by.see_all else f"(team_id = ANY($3) OR assignee_id = $2 OR {TAKES_PART})")]
    else:
        one_team = (
            _labelled(by) if by.label and not waiting and by.where == ListWhere() else _branch(by, "team_id = t.team")
        )
        teams = EVERY_TEAM if by.see_all else "unnest($3)"
        branches = [f"(SELECT per_team.* FROM {teams} AS t (team) CROSS JOIN LATERAL {one_team} AS per_team)"]
        if by.tab in ("all", "due") and not by.see_all:
            branches += [_branch(by, "assignee_id = $2"), _branch(by, TAKES_PART)]
    outer = order.replace(key, f"c.{key}").replace("id", "c.id")
    return " UNION ".join(branches), order, outer


def _branch(by: ListFilter, condition: str) -> str:
    if by.tab == "waiting":
        key, order, later = "waiting_since", "waiting_since, id", ">"
        where = ["workspace_id = $1", "status = 'open'", "waiting_since IS NOT NULL", "assignee_id IS NULL"]
    elif by.tab == "due":
        key, order, later = "due_at", "due_at, id", ">"
        where = ["workspace_id = $1", "status = 'open'", "due_at IS NOT NULL"]
    else:
        key, order, later = "active_at", "active_at DESC, id DESC", "<"
        where = ["workspace_id = $1", "status = $5"]
    where.append(condition)
    if by.tab == "snoozed":
        where.append("snoozed")
    elif not by.contact:  # a customer's conversations are all of them
        where.append("NOT snoozed")
        if by.status == "closed":  # an open one is merged into nothing
            where.append("merged_into IS NULL")
    if by.cursor:
        where.append(f"({key}, id) {later} ($7, $8)")
    if by.label:
        where.append("labels @> ARRAY[$6]")
    if by.contact:
        where.append(f"contact_id = ANY({ONE_PERSON})")
    where += [condition for name, condition in WHERE.items() if getattr(by.where, name)]
    return f"(SELECT id, {key} FROM conversation WHERE {' AND '.join(where)} ORDER BY {order} LIMIT $4)"


def _labelled(by: ListFilter) -> str:
    where = "workspace_id = $1 AND label = $6 AND team_id = t.team AND status = $5"
    if by.cursor:
        where += " AND (active_at, conversation_id) < ($7, $8)"
    return (
        f"(SELECT conversation_id AS id, active_at FROM conversation_label WHERE {where} AND NOT EXISTS (SELECT FROM"
        " conversation s WHERE s.workspace_id = $1 AND s.id = conversation_id"
        " AND (s.snoozed OR s.merged_into IS NOT NULL))"
        " ORDER BY active_at DESC, conversation_id DESC LIMIT $4)"
    )


def row_of(record: Any) -> ConversationRow:
    return ConversationRow(
        record["id"],
        record["change_id"],
        record["contact_id"],
        record["contact_name"],
        record["contact_verified"],
        record["channel"],
        record["inbox_id"],
        record["status"],
        record["turn"],
        record["assignee_id"],
        record["team_id"] or None,
        record["episode"],
        record["last_seq"],
        record["last_at"],
        record["preview"],
        record["preview_actor"],
        record["unread"],
        record["waiting_since"],
        record["customer_read_seq"],
        record["customer_got_seq"],
        record["operator_read_seq"],
        record["labels"],
        record["held_at"] is not None,
        record["participants"],
        record["snoozed"],
        record["snoozed_until"],
        Due(record["due_clock"], record["due_at"], record["due_warn_at"]) if record["due_at"] else None,
        record["merged_into"],
        record["merged"],
        record["language"],
    )


def counters_of(record: Any) -> Counters:
    return Counters(record["mine"], record["mine_unread"], record["waiting"], record["all"], record["snoozed"])


def receipt_of(conversation_id: UUID, record: Any) -> Receipt:
    return Receipt(
        conversation_id, record["customer_got_seq"], record["customer_read_seq"], record["operator_read_seq"]
    )


def raw_event(conversation_id: UUID, record: Any, name: str, *, hidden: bool = False) -> EventRaw:
    """The stored row as it goes out; its body is not decoded. Of what is hidden not even the actor is told."""
    place = (conversation_id, record["seq"], record["client_id"], wire.utc_text(record["created_at"]))
    if hidden:
        return EventRaw(*place, "system", NOBODY, "", HIDDEN)
    return EventRaw(*place, record["actor"], record["actor_id"], name, msgspec.Raw(record["body"].encode()))


def event_of(raw: EventRaw) -> Event:
    """The typed form, for REST."""
    return msgspec.json.decode(msgspec.json.encode(raw), type=Event)


def marks_of(conversation_id: UUID, seq: int) -> tuple[str, str]:
    """How the JSON of an edit of a message begins, and what stands in the JSON of whatever quotes it.

    In a text the quotation marks are escaped, so nothing a person writes looks like the second.
    """
    edit = wire.encode(Edited(seq, "")).decode().removesuffix('"text":""}')
    return edit, f'"quote":{{"conversation":"{conversation_id}","seq":{seq},'


def targets_of(records: Sequence[Any]) -> dict[int, int]:
    """The `seq` each change refers to, by the change's own `seq`."""
    return {
        r["seq"]: parse_body(r["body"].encode()).seq for r in records if r["type"] in ("reacted", "edited", "deleted")
    }
