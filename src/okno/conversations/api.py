"""The public door of the timeline: every command and query on conversations."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from okno.access.api import require
from okno.access.types import Actor
from okno.bus.api import emit
from okno.conversations import rules, store
from okno.conversations.append import Draft, Stored, Waiter, Writer, millis
from okno.conversations.attached import Attached, attachment_of
from okno.conversations.erasing import erase_in
from okno.conversations.events import NOTE_MENTIONS, NoteMentions, TimelineListener
from okno.conversations.hands import Beside, Hands, Names, Sender, draft_of, system_of
from okno.conversations.search.api import forget_demo, refresh_in
from okno.conversations.store import SQL, ListFilter
from okno.conversations.types import (
    NOBODY,
    Ack,
    Attachment,
    Body,
    Closed,
    ConversationPage,
    ConversationRow,
    Counters,
    Deleted,
    EventPage,
    EventRaw,
    HistoryCleared,
    Labelled,
    ListWhere,
    Message,
    Note,
    Opened,
    Quote,
    QuoteRef,
    Reacted,
    Receipt,
    Send,
    SendDeletion,
    SendMessage,
    SendNote,
    Status,
    Tab,
)
from okno.db.pool import Connection, Database
from okno.files.api import Files
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, Unavailable
from okno.kit.ids import uuid7
from okno.kit.paging import cursor_of, parse_cursor
from okno.kit.wire import encode, utc_text

preview_of = rules.preview_of
may_see = rules.may_see
Rights = Literal["own", "any"]
Work = Callable[[Connection, Any], Awaitable[Body | None]]
EVERYTHING = ListWhere()
COUNT_ONE_BY_ONE = 4  # readers; beyond it one grouped query is cheaper

__all__ = [
    "Changes",
    "Conversations",
    "Draft",
    "Rights",
    "Sender",
    "Stored",
    "Waiter",
    "Writer",
    "may_see",
    "preview_of",
    "system_of",
]


class Changes(NamedTuple):
    """What a sleeping list has missed; `gone` are changed conversations the reader may not (or no longer) see."""

    rows: list[ConversationRow]
    gone: list[UUID]
    cursor: int
    reset: bool


class Conversations(Hands):
    """Commands append through `writer`; where the state decides, in an own transaction by the same function."""

    def __init__(self, database: Database, writer: Writer, clock: Clock, names: Names, files: Files) -> None:
        super().__init__(database, clock, names)
        self._files = files
        self.attached = Attached(database, files)
        self.writer = writer

    def listen(self, listener: TimelineListener) -> None:
        self._listeners.append(listener)
        self.writer.listen(listener.on_batch)

    # -- reading ---------------------------------------------------------------------------------------------------

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

    async def list_labels(self, workspace_id: int) -> list[str]:
        return [r["label"] for r in await self._db.fetch(SQL["list_labels"], workspace_id)]

    # -- appending -------------------------------------------------------------------------------------------------

    async def send(
        self,
        workspace_id: int,
        conversation_id: UUID,
        sender: Sender,
        client_id: UUID,
        what: Send,
        *,
        rights: Rights,
        owner: UUID | None = None,
        reader: Actor | None = None,
    ) -> Ack:
        """Append and wait for the commit. The scope is the caller's; what the sender may send is decided here.

        `owner` is who uploaded the files when that is not the sender: a visitor's browser.
        `reader` is the operator who writes: he quotes only of conversations he may see.
        """
        if isinstance(what, SendMessage | SendNote):
            stored = await self._say(workspace_id, conversation_id, sender, client_id, what, owner or sender[1], reader)
        else:
            stored = await self._change(workspace_id, conversation_id, sender, client_id, what, rights)
        return Ack(client_id, conversation_id, stored.seq, utc_text(stored.at))

    async def _say(
        self,
        workspace_id: int,
        conversation_id: UUID,
        sender: Sender,
        client_id: UUID,
        what: SendMessage | SendNote,
        owner: UUID,
        reader: Actor | None,
    ) -> Stored:
        """Raises `Invalid`, `NotAllowed`, `NotFound`."""
        note = isinstance(what, SendNote)
        if note and sender[0] == "customer":
            raise NotAllowed("notes are for operators")
        if not what.text.strip() and not what.attachments:
            raise Invalid("a message has text or a file", field="text")
        seen = what.seen if isinstance(what, SendMessage) and reader else None
        if seen is not None:  # before files are bound to it
            await self._refuse_stale(self._db, workspace_id, conversation_id, sender, client_id, seen)
        if what.quote:
            await self._quoted(self._db, workspace_id, conversation_id, what.quote, reader, secret=note)
        attachments = []
        if what.attachments:
            values = (workspace_id, owner, what.attachments)
            rows = await self._files.bind(*values, conversation_id=conversation_id, message_id=client_id, note=note)
            attachments = [attachment_of(row) for row in rows]
        preview = None if note else rules.preview_of(what.text, len(attachments))
        body = self._body_of(workspace_id, what, attachments)
        asks = isinstance(body, Note) and bool(body.mentions or body.teams)
        tag = "note" if note else "message"
        draft = Draft(workspace_id, conversation_id, client_id, *sender, tag, encode(body).decode(), preview)
        if what.quote is None and seen is None and not asks:
            return await self.writer.append(draft)
        async with self._db.transaction() as tx:  # a deletion waits: no quote is written of what is just being erased
            locked = [conversation_id, *([what.quote.conversation] if what.quote else [])]
            await tx.fetch(SQL["lock_conversations"], workspace_id, locked)
            if seen is not None:
                await self._refuse_stale(tx, workspace_id, conversation_id, sender, client_id, seen)
            if what.quote:
                quote = await self._quoted(tx, workspace_id, conversation_id, what.quote, reader, secret=note)
                draft = draft._replace(body=encode(replace(body, quote=quote)).decode())
            stored = await self._append_in(tx, draft, millis(self._clock.now()))
            if asks and stored.fresh and isinstance(body, Note):
                place = (workspace_id, conversation_id, stored.seq, sender[1])
                asked = NoteMentions(*place, body.mentions, body.teams)
                await emit(tx, self._clock, NOTE_MENTIONS, asked)
        self._announce([(draft, stored)])
        return stored

    def _body_of(
        self, workspace_id: int, what: SendMessage | SendNote, attachments: list[Attachment]
    ) -> Message | Note:
        """Without its quote. A note names only operators who work here."""
        if isinstance(what, SendMessage):
            return Message(text=what.text, attachments=attachments)
        here = [i for i in dict.fromkeys(what.mentions) if self._names.works_here(workspace_id, i)]
        return Note(text=what.text, attachments=attachments, mentions=here, teams=list(dict.fromkeys(what.teams)))

    async def _refuse_stale(
        self,
        db: Database | Connection,
        workspace_id: int,
        conversation_id: UUID,
        sender: Sender,
        client_id: UUID,
        seen: int,
    ) -> None:
        """Raises `Stale` when somebody else has written after `seen`; not for what was stored before."""
        values = (workspace_id, conversation_id, seen, sender[1], client_id)
        newer = await db.fetchrow(SQL["find_newer"], *values)
        if newer:
            name = self._names.name_of(newer["actor_id"]) if newer["actor"] == "operator" else ""
            raise Stale(f"{name or 'the customer'} wrote while this was being written (message {newer['seq']})")

    async def _quoted(
        self,
        db: Database | Connection,
        workspace_id: int,
        conversation_id: UUID,
        ref: QuoteRef,
        reader: Actor | None,
        *,
        secret: bool,
    ) -> Quote:
        """What a message repeats of another event; only a note (`secret`) may repeat what customers do not see.

        Raises `Invalid`, the same for what is not there and for what `reader` may not see.
        """
        record = await db.fetchrow(SQL["find_event"], workspace_id, ref.conversation, ref.seq)
        if ref.conversation != conversation_id:  # another conversation of the same contact, or nothing
            mine = await db.fetchrow(SQL["read_scope"], workspace_id, conversation_id)
            other = await db.fetchrow(SQL["read_scope"], workspace_id, ref.conversation)
            if (
                not mine
                or not other
                or mine["contact_id"] != other["contact_id"]
                or (reader and not rules.sees(reader, other))
            ):
                record = None
        if record is None or not (secret or rules.customer_sees(record["type"], "message")):
            raise Invalid("the quoted event is not there", field="quote")
        body = store.parse_body(record["body"].encode())
        excerpt = rules.preview_of(body.text, len(body.attachments)) if isinstance(body, Message | Note) else ""
        author = self._names.name_of(record["actor_id"]) if record["actor"] == "operator" else ""
        return Quote(ref.conversation, ref.seq, excerpt, author)

    async def _change(
        self, workspace_id: int, conversation_id: UUID, sender: Sender, client_id: UUID, what: Any, rights: Rights
    ) -> Stored:
        siblings = [conversation_id]
        holders: set[UUID] = set()
        async with self._db.transaction() as tx:
            if isinstance(what, SendDeletion):  # copies may be in any of them
                siblings = [r["id"] for r in await tx.fetch(SQL["list_siblings"], workspace_id, conversation_id)]
            if not await tx.fetch(SQL["lock_conversations"], workspace_id, siblings):
                raise NotFound("there is no such conversation")
            record = await tx.fetchrow(SQL["find_event"], workspace_id, conversation_id, what.seq)
            target = store.parse_body(record["body"].encode()) if record else None
            author = (record["actor"], record["actor_id"]) if record else None
            at = millis(self._clock.now())
            draft = Draft(workspace_id, conversation_id, client_id, *sender, str(what.__struct_config__.tag), "", None)
            known = await self._known(tx, draft)
            if known:
                return known
            change = rules.plan_change(target, author, what, sender, delete_any=rights == "any")
            draft = draft._replace(body=encode(change).decode())
            stored = await self._append_in(tx, draft, at)
            if isinstance(change, Deleted) and isinstance(target, Message | Note):
                if target.attachments:
                    await self._files.forget_in(tx, workspace_id, [file.id for file in target.attachments])
                holders = await self._erase_copies(tx, workspace_id, siblings, conversation_id, what.seq)
            assert target is not None  # noqa: S101 - plan_change has refused a missing one
            body = rules.fold(target, change, sender[1], at)
            await tx.execute(SQL["set_body"], workspace_id, conversation_id, what.seq, encode(body).decode())
            if not isinstance(change, Reacted):
                await refresh_in(tx, workspace_id, conversation_id, [what.seq])
            await self._refresh_preview(tx, workspace_id, conversation_id)
        draft = draft._replace(target=record["type"] if record else "")
        self._announce([(draft, stored)])
        if holders - {conversation_id}:
            for listener in self._listeners:
                listener.on_erased(workspace_id, list(holders - {conversation_id}), draft, stored)
        return stored

    async def _erase_copies(
        self, tx: Connection, workspace_id: int, siblings: list[UUID], conversation_id: UUID, seq: int
    ) -> set[UUID]:
        """Empty what earlier edits and quotes repeat of a deleted message; the conversations where there was some.

        `siblings` are locked by the caller.
        """
        holders: set[UUID] = set()
        at: tuple[UUID, int] = (NOBODY, 0)
        while True:
            values = (workspace_id, siblings, conversation_id, *store.marks_of(conversation_id, seq), *at)
            found = await tx.fetch(SQL["list_copies"], *values)
            for record in found:
                at = (record["conversation_id"], record["seq"])
                held = store.parse_body(record["body"].encode())
                body = rules.erase(held, conversation_id, seq, here=at[0] == conversation_id)
                if body is not held:
                    holders.add(at[0])
                    await tx.execute(SQL["set_body"], workspace_id, *at, encode(body).decode())
            if not found:
                return holders

    async def _known(self, tx: Connection, draft: Draft) -> Stored | None:
        record = await tx.fetchrow(
            "SELECT seq, created_at FROM event WHERE workspace_id = $1 AND conversation_id = $2 AND actor_id = $3"
            " AND client_id = $4 LIMIT 1",
            *(draft.workspace_id, draft.conversation_id, draft.actor_id, draft.client_id),
        )
        return Stored(record["seq"], record["created_at"], fresh=False) if record else None

    async def _refresh_preview(self, tx: Connection, workspace_id: int, conversation_id: UUID) -> None:
        """The list's line shows the last message as it is now: an erased text must not survive there."""
        record = await tx.fetchrow(SQL["find_last_message"], workspace_id, conversation_id)
        if record:
            body = store.parse_body(record["body"].encode())
            text = rules.preview_of(body.text, len(body.attachments))
            await tx.execute(SQL["set_preview"], workspace_id, conversation_id, text)

    # -- commands on the whole conversation ------------------------------------------------------------------------

    async def open_for_contact(
        self, workspace_id: int, contact_id: UUID, *, inbox_id: int, channel: str, team_id: int
    ) -> UUID:
        """The contact's open conversation: the one there is, the last one closed lately, or a new one."""
        appended: list[tuple[Draft, Stored]] = []
        async with self._db.transaction() as tx:
            record = await tx.fetchrow(SQL["find_open"], workspace_id, contact_id)
            if record:
                return UUID(str(record["id"]))
            now = millis(self._clock.now())
            since = now - timedelta(days=limits.REOPEN_DAYS)
            record = await tx.fetchrow(SQL["find_reopenable"], workspace_id, contact_id, since)
            if record:
                conversation_id = UUID(str(record["id"]))
                locked = await tx.fetchrow(SQL["lock_conversation"], workspace_id, conversation_id)
                if locked and locked["status"] == "closed":
                    appended.append(await self._reopen_in(tx, workspace_id, locked, ("system", NOBODY), now))
            else:
                conversation_id = uuid7()
                made = await tx.fetchval(
                    SQL["insert_conversation"],
                    *(workspace_id, conversation_id, contact_id, inbox_id, channel, team_id, now),
                )
                if made is None:  # another first message was quicker; its row is committed now
                    record = await tx.fetchrow(SQL["find_open"], workspace_id, contact_id)
                    if record is None:
                        raise Unavailable
                    return UUID(str(record["id"]))
                draft = draft_of(workspace_id, conversation_id, ("system", NOBODY), Opened(1))
                appended.append((draft, await self._append_in(tx, draft, now)))
        self._announce(appended)
        for listener in self._listeners:
            listener.on_conversation(workspace_id, contact_id, conversation_id, is_open=True)
            listener.on_row_changed(workspace_id, conversation_id, scope=True)
        return conversation_id

    async def _reopen_in(
        self, tx: Connection, workspace_id: int, locked: Any, sender: Sender, now: Any
    ) -> tuple[Draft, Stored]:
        await tx.execute(SQL["set_open"], workspace_id, locked["id"])
        draft = draft_of(workspace_id, locked["id"], sender, Opened(locked["episode"] + 1))
        return draft, await self._append_in(tx, draft, now)

    async def close(self, actor: Actor, conversation_id: UUID) -> ConversationRow:
        """Resolve the episode; again is no error."""
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            appended = []
            if locked["status"] == "open":
                appended = [await self._append_body(tx, actor, conversation_id, Closed(locked["episode"]))]
                now = millis(self._clock.now())
                await tx.execute(SQL["set_closed"], actor.workspace_id, conversation_id, now)
        if appended:
            for listener in self._listeners:
                listener.on_conversation(actor.workspace_id, locked["contact_id"], conversation_id, is_open=False)
        return await self._changed(actor, conversation_id, appended, scope=False)

    async def reopen(self, actor: Actor, conversation_id: UUID) -> ConversationRow:
        """Begin a new episode. Raises `Conflict` when the contact has another open conversation."""
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            appended = []
            if locked["status"] == "closed":
                if await tx.fetchrow(SQL["find_open"], actor.workspace_id, locked["contact_id"]):
                    raise Conflict("this customer has another open conversation")
                sender: Sender = ("operator", actor.operator_id)
                now = millis(self._clock.now())
                appended = [await self._reopen_in(tx, actor.workspace_id, locked, sender, now)]
        if appended:
            for listener in self._listeners:
                listener.on_conversation(actor.workspace_id, locked["contact_id"], conversation_id, is_open=True)
        return await self._changed(actor, conversation_id, appended, scope=False)

    async def act(self, actor: Actor, conversation_id: UUID, work: Work, *, scope: bool = False) -> ConversationRow:
        """Lock a conversation the actor may see and do `work` in the same transaction; its event tells of it.

        For slices above: they write their own tables, and what the list shows by the `*_in` doors here.
        """
        appended = []
        async with self._db.transaction() as tx:
            body = await work(tx, await self._locked(tx, actor, conversation_id))
            if body is not None:
                appended = [await self._append_body(tx, actor, conversation_id, body)]
        return await self._changed(actor, conversation_id, appended, scope=scope)

    async def act_as_system(self, workspace_id: int, conversation_id: UUID, work: Work) -> bool:
        """The same, by itself and without a scope; whether there was something to tell."""
        async with self._db.transaction() as tx:
            locked = await tx.fetchrow(SQL["lock_conversation"], workspace_id, conversation_id)
            body = await work(tx, locked) if locked else None
            if body is None:
                return False
            draft = draft_of(workspace_id, conversation_id, ("system", NOBODY), body)
            stored = await self._append_in(tx, draft, millis(self._clock.now()))
        self._announce([(draft, stored)])
        for listener in self._listeners:
            listener.on_row_changed(workspace_id, conversation_id, scope=False)
        return True

    async def snooze_in(self, tx: Connection, locked: Any, *, on: bool, until: datetime | None) -> None:
        """Lay a locked conversation aside, or take it up again."""
        await tx.execute(SQL["set_snoozed"], locked["workspace_id"], locked["id"], on, until)

    async def reopen_waiting(self, workspace_id: int, conversation_ids: Sequence[UUID]) -> None:
        """A customer's message met a conversation that was being closed: the customer must not wait in the dark."""
        for record in await self._db.fetch(SQL["list_waiting_closed"], workspace_id, list(conversation_ids)):
            appended = []
            async with self._db.transaction() as tx:
                locked = await tx.fetchrow(SQL["lock_conversation"], workspace_id, record["id"])
                if not locked or locked["status"] != "closed":
                    continue
                if await tx.fetchrow(SQL["find_open"], workspace_id, locked["contact_id"]):
                    continue
                now = millis(self._clock.now())
                appended = [await self._reopen_in(tx, workspace_id, locked, ("system", NOBODY), now)]
            self._announce(appended)
            for listener in self._listeners:
                listener.on_conversation(workspace_id, locked["contact_id"], record["id"], is_open=True)
                listener.on_row_changed(workspace_id, record["id"], scope=False)

    async def set_labels(self, actor: Actor, conversation_id: UUID, labels: Sequence[str]) -> ConversationRow:
        """Replace the set; what was added and taken off becomes one event."""
        wanted = list(dict.fromkeys(" ".join(label.split()) for label in labels if label.strip()))
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            added = [x for x in wanted if x not in locked["labels"]]
            removed = [x for x in locked["labels"] if x not in wanted]
            appended = []
            if added or removed:
                await tx.execute(SQL["set_labels"], actor.workspace_id, conversation_id, wanted)
                appended = [await self._append_body(tx, actor, conversation_id, Labelled(added, removed))]
        return await self._changed(actor, conversation_id, appended, scope=False)

    async def count_labels(self, workspace_id: int) -> dict[str, int]:
        """Labels in use, by their letters, and on how many conversations each is."""
        records = await self._db.fetch(SQL["count_labels"], workspace_id, limits.LABELS_LISTED_MAX)
        return {r["label"]: r["conversations"] for r in records}

    async def relabel(self, workspace_id: int, label: str, after: str | None) -> int:
        """Rename a label on every conversation, or take it off (`after` null); how many. Timelines keep the word."""
        count = 0
        while True:
            values = (workspace_id, label, after, self._clock.now(), limits.RELABEL_AT_ONCE)
            records = await self._db.fetch(SQL["relabel"], *values)
            for record in records:
                for listener in self._listeners:
                    listener.on_row_changed(workspace_id, record["id"], scope=False)
            if not records:
                return count
            count += len(records)

    async def record(
        self, actor: Actor, conversation_id: UUID, body: Body, *, beside: Beside | None = None
    ) -> ConversationRow:
        """A deed, of an operator or of the system, that a slice above keeps the state of becomes an event."""
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            if beside:
                await beside(tx, locked)
            appended = [await self._append_body(tx, actor, conversation_id, body)]
        return await self._changed(actor, conversation_id, appended, scope=False)

    async def clear_history(self, workspace_id: int, contact_id: UUID, conversation_ids: Sequence[UUID]) -> None:
        """The customer sees nothing any more of what there is; the company does. The scope is the caller's."""
        told = []
        async with self._db.transaction() as tx:
            ids = sorted(conversation_ids)
            await tx.fetch(SQL["lock_conversations"], workspace_id, ids)
            for r in await tx.fetch(SQL["clear_history"], workspace_id, ids, self._clock.now()):
                body = HistoryCleared(r["seq"])
                sender: Sender = ("customer", contact_id)
                told.append(await self.record_in(tx, workspace_id, r["conversation_id"], sender, body))
        self._announce(told)

    async def erase_in(
        self, tx: Connection, workspace_id: int, conversation_id: UUID, sender: Sender
    ) -> tuple[Draft, Stored] | None:
        """Take out of a conversation what was said; the rest is `erasing.erase_in`'s."""
        return await erase_in(tx, self._files, workspace_id, conversation_id, sender, self._clock.now())

    async def add_event(
        self,
        workspace_id: int,
        conversation_id: UUID,
        sender: Sender,
        body: Body,
        *,
        when: Callable[[Connection], Awaitable[bool]],
    ) -> None:
        """An event of a slice above, with what that slice keeps of it: `when` writes that in the same transaction.

        Nothing is appended when it answers false. The scope is the caller's.
        """
        async with self._db.transaction() as tx:
            if not await tx.fetchrow(SQL["lock_conversation"], workspace_id, conversation_id) or not await when(tx):
                return
            draft = draft_of(workspace_id, conversation_id, sender, body)
            appended = [(draft, await self._append_in(tx, draft, millis(self._clock.now())))]
        self._announce(appended)

    # -- receipts, drafts ------------------------------------------------------------------------------------------

    async def mark_read(self, actor: Actor, conversation_id: UUID, seq: int) -> None:
        """An operator has seen everything up to `seq`; never goes back."""
        await self.access_conversation(actor, conversation_id)
        values = (actor.workspace_id, conversation_id, seq, self._clock.now())
        record = await self._db.fetchrow(SQL["read_by_operator"], *values)
        self._receipt(actor.workspace_id, conversation_id, record)

    async def mark_read_by_customer(self, workspace_id: int, conversation_id: UUID, seq: int, *, got: bool) -> None:
        """The customer's device has (`got`) or his screen shows everything up to `seq`. The scope is the caller's."""
        values = (workspace_id, conversation_id, seq, got, self._clock.now())
        record = await self._db.fetchrow(SQL["read_by_customer"], *values)
        self._receipt(workspace_id, conversation_id, record)

    def _receipt(self, workspace_id: int, conversation_id: UUID, record: Any) -> None:
        if record is not None:
            for listener in self._listeners:
                listener.on_receipt(workspace_id, store.receipt_of(conversation_id, record))
                listener.on_row_changed(workspace_id, conversation_id, scope=False)

    async def delete_demo(self) -> int:
        """Remove the conversations of the example's contacts, and its operators from everybody else's; how many."""
        async with self._db.transaction() as tx:
            await tx.execute(SQL["release_demo"])
            await forget_demo(tx)
            for name in (
                "delete_demo_drafts",
                "delete_demo_attachments",
                "delete_demo_events",
                "delete_demo_participants",
            ):
                await tx.execute(SQL[name])
            return int(await tx.fetchval(SQL["delete_demo"]))

    async def find_draft(self, actor: Actor, conversation_id: UUID) -> tuple[str, bool]:
        await self.access_conversation(actor, conversation_id)
        record = await self._db.fetchrow(SQL["find_draft"], actor.workspace_id, conversation_id, actor.operator_id)
        return (record["text"], record["note"]) if record else ("", False)

    async def list_drafts(self, actor: Actor) -> list[tuple[UUID, str, bool]]:
        """Conversation, text and whether it is a note: the latest DRAFTS_LISTED_MAX of those the actor still sees."""
        records = await self._db.fetch(
            SQL["list_drafts"], actor.workspace_id, actor.operator_id, limits.DRAFTS_LISTED_MAX
        )
        return [(r["conversation_id"], r["text"], r["note"]) for r in records if rules.sees(actor, r)]

    async def save_draft(self, actor: Actor, conversation_id: UUID, text: str, *, note: bool) -> None:
        """An empty text removes it."""
        await self.access_conversation(actor, conversation_id)
        key = (actor.workspace_id, conversation_id, actor.operator_id)
        if text:
            await self._db.execute(SQL["save_draft"], *key, text, note, self._clock.now())
        else:
            await self._db.execute(SQL["delete_draft"], *key)

    async def touch_contact(self, workspace_id: int, contact_id: UUID) -> None:
        """A contact's name has changed: its rows are new to every list."""
        for record in await self._db.fetch(SQL["touch_of_contact"], workspace_id, contact_id, self._clock.now()):
            for listener in self._listeners:
                listener.on_row_changed(workspace_id, record["id"], scope=False)
