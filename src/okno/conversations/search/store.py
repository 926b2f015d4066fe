"""Writing the index, and the queries of a search, which are put together from its filters."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from okno.access.types import Actor
from okno.conversations import rules as timeline
from okno.conversations.bodies import Message, Note
from okno.conversations.search import rules
from okno.conversations.search.types import Filters, Place
from okno.conversations.store import parse_body
from okno.db.pool import Connection
from okno.db.queries import load_queries

SQL = load_queries("okno.conversations.search")
CHUNK_EVENTS = 2_000  # indexed in one statement: a tenth of a second


# -- writing -------------------------------------------------------------------------------------------------------


async def put(tx: Connection, records: Iterable[Any]) -> int:
    """Index messages and notes as they are now; what has no words is left out. How many were written."""
    rows = []
    for r in records:
        body = parse_body(r["body"].encode())
        if not isinstance(body, Message | Note):
            continue
        text = rules.folded(body.text)
        files = rules.folded(" ".join(file.name for file in body.attachments))
        if text.strip() or files.strip():
            place = (r["workspace_id"], r["conversation_id"], r["seq"], r["created_at"], r["actor"], r["actor_id"])
            rows.append((*place, r["type"] == "note", text, files, rules.tails_of(f"{text} {files}")))
    if rows:
        await tx.execute(SQL["put_entries"], *map(list, zip(*rows, strict=True)))
    return len(rows)


async def refresh_in(tx: Connection, workspace_id: int, conversation_id: UUID, seqs: Sequence[int]) -> None:
    """Index these events anew, in the transaction that has changed their bodies: what was erased is found no more."""
    await tx.execute(SQL["lock_index"])
    key = (workspace_id, conversation_id, list(seqs))
    await tx.execute(SQL["forget_some"], *key)
    await put(tx, await tx.fetch(SQL["read_some"], *key))


# -- reading -------------------------------------------------------------------------------------------------------

ENTRY = "e.conversation_id, e.seq, e.at, e.actor, e.actor_id, e.note"
HIT = """f.conversation_id, f.seq, f.at, f.actor, f.actor_id, f.note, f.contact_id, f.channel, f.inbox_id, f.status,
 f.assignee_id, p.name AS contact_name, v.body"""
CONVERSATION = "c.contact_id, c.channel, c.inbox_id, c.status, c.assignee_id"
BY_WORDS = "e.workspace_id + 0 = $1::bigint"  # the sum keeps the planner off the index by time: the words are rarer
ORDER = "at DESC, {0}conversation_id DESC, {0}seq DESC"


class Query:
    """Conditions and arguments of one search; `$n` are numbered as they come."""

    def __init__(
        self, actor: Actor, words: str, by: Filters, after: Place | None, conversations: Sequence[UUID] | None
    ) -> None:
        self.arguments: list[Any] = []
        self._put(actor.workspace_id, "bigint")
        self._entry = [f"e.words @@ {self._put(words, 'text')}::tsquery"]
        self._narrow_entries(by, after, conversations)
        self._conversation = ["true"]
        if not actor.see_all:
            teams = self._put(timeline.teams_seen(actor.teams), "bigint[]")
            mine = self._put(actor.operator_id, "uuid")
            self._conversation.append(
                f"(c.team_id = ANY({teams}) OR c.assignee_id = {mine} OR EXISTS (SELECT FROM participant t"
                f" WHERE t.workspace_id = $1 AND t.conversation_id = c.id AND t.operator_id = {mine}))"
            )
        self._narrow_conversations(by)

    def _put(self, value: Any, sql_type: str) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{sql_type}"

    def _narrow_entries(self, by: Filters, after: Place | None, conversations: Sequence[UUID] | None) -> None:
        add = self._entry.append
        if by.where in ("messages", "notes"):
            add(f"e.note = {self._put(by.where == 'notes', 'boolean')}")
        if by.who:
            add(f"e.actor = {self._put(by.who, 'text')}")
        if by.operator:
            add(f"e.actor = 'operator' AND e.actor_id = {self._put(by.operator, 'uuid')}")
        if by.since:
            add(f"e.at >= {self._put(by.since, 'timestamptz')}")
        if by.until:
            add(f"e.at < {self._put(by.until, 'timestamptz')}")
        if conversations is not None:
            add(f"e.conversation_id = ANY({self._put(list(conversations), 'uuid[]')})")
        if after:
            place = (self._put(after.at, "timestamptz"), self._put(after.conversation, "uuid"))
            add(f"(e.at, e.conversation_id, e.seq) < ({place[0]}, {place[1]}, {self._put(after.seq, 'bigint')})")

    def _narrow_conversations(self, by: Filters) -> None:
        add = self._conversation.append
        if by.assignee:
            add(f"c.assignee_id = {self._put(by.assignee, 'uuid')}")
        if by.inbox is not None:
            add(f"c.inbox_id = {self._put(by.inbox, 'bigint')}")
        if by.team is not None:
            add(f"c.team_id = {self._put(by.team, 'bigint')}")
        if by.label:
            add(f"c.labels @> ARRAY[{self._put(by.label, 'text')}]")
        if by.status:
            add(f"c.status = {self._put(by.status, 'text')}")

    def count(self, most: int) -> str:
        """How many entries have the words, up to `most`. Its arguments are workspace and words."""
        return (
            f"SELECT count(*) FROM (SELECT FROM search_entry e WHERE {BY_WORDS} AND {self._entry[0]} LIMIT {most}) few"
        )

    def walk(self, limit: int) -> str:
        """From the latest back until the page is full: for words that stand in many messages."""
        where = " AND ".join(["e.workspace_id = $1", *self._entry, *self._conversation])
        return self._shown(
            f"SELECT {ENTRY}, {CONVERSATION} FROM search_entry e"
            " JOIN conversation c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
            f" WHERE {where} ORDER BY e.{ORDER.format('e.')} LIMIT {limit}",
            limit,
        )

    def gather(self, limit: int) -> str:
        """Every entry with the words first, then the latest of them: for words that stand in few."""
        where = " AND ".join(self._conversation)
        return self._shown(
            f"SELECT e.*, {CONVERSATION} FROM (SELECT e.workspace_id, {ENTRY} FROM search_entry e"
            f" WHERE {' AND '.join([BY_WORDS, *self._entry])} OFFSET 0) e"
            " JOIN conversation c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
            f" WHERE {where} ORDER BY e.{ORDER.format('e.')} LIMIT {limit}",
            limit,
        )

    def _shown(self, found: str, limit: int) -> str:
        return (
            f"WITH f AS MATERIALIZED ({found}) SELECT {HIT} FROM f"
            " JOIN event v ON v.workspace_id = $1 AND v.conversation_id = f.conversation_id AND v.seq = f.seq"
            " JOIN contact p ON p.workspace_id = $1 AND p.id = f.contact_id"
            f" ORDER BY f.{ORDER.format('f.')} LIMIT {limit}"
        )
