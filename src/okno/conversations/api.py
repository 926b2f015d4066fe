"""The public door of the timeline: every command and query on conversations."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec.structs import replace

from okno.access.types import Actor
from okno.bus.api import emit
from okno.conversations import rules, store
from okno.conversations.append import Draft, Stored, Waiter, Writer, millis
from okno.conversations.attached import Attached, attachment_of
from okno.conversations.bodies import (
    NOBODY,
    Attachment,
    Body,
    Closed,
    Deleted,
    HistoryCleared,
    Message,
    Note,
    Opened,
    Quote,
    Reacted,
)
from okno.conversations.erasing import erase_in
from okno.conversations.events import NOTE_MENTIONS, NoteMentions, TimelineListener
from okno.conversations.hands import Beside, Names, Sender, draft_of, system_of
from okno.conversations.joining import Joining
from okno.conversations.marks import Marks
from okno.conversations.reading import Changes
from okno.conversations.search.api import forget_demo, refresh_in
from okno.conversations.store import SQL
from okno.conversations.types import Ack, ConversationRow, QuoteRef, Send, SendDeletion, SendMessage, SendNote
from okno.db.pool import Connection, Database
from okno.files.api import Files
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, Unavailable
from okno.kit.ids import uuid7
from okno.kit.wire import encode, utc_text

preview_of = rules.preview_of
may_see = rules.may_see
Rights = Literal["own", "any"]
Work = Callable[[Connection, Any], Awaitable[Body | None]]

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


class Conversations(Joining, Marks):
    """Commands append through `writer`; where the state decides, in an own transaction by the same function."""

    def __init__(self, database: Database, writer: Writer, clock: Clock, names: Names, files: Files) -> None:
        super().__init__(database, clock, names)
        self._files = files
        self.attached = Attached(database, files)
        self.writer = writer

    def listen(self, listener: TimelineListener) -> None:
        self._listeners.append(listener)
        self.writer.listen(listener.on_batch)

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
        """The contact's open conversation: the one there is, the last one closed lately, or a new one.

        One that continues in another contact's is parted from that: the customer answers from where he is read.
        """
        appended: list[tuple[Draft, Stored]] = []
        continued = False
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
                if locked and locked["merged_into"]:
                    continued = True
                elif locked and locked["status"] == "closed":
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
        if continued:
            await self._part_written(system_of(workspace_id), conversation_id)
            place = {"inbox_id": inbox_id, "team_id": team_id}
            return await self.open_for_contact(workspace_id, contact_id, channel=channel, **place)
        self._announce(appended)
        for listener in self._listeners:
            listener.on_conversation(workspace_id, contact_id, conversation_id, is_open=True)
            listener.on_row_changed(workspace_id, conversation_id, scope=True)
        return conversation_id

    async def _reopen_in(
        self, tx: Connection, workspace_id: int, locked: Any, sender: Sender, now: Any, waits: datetime | None = None
    ) -> tuple[Draft, Stored]:
        await tx.execute(SQL["set_open"], workspace_id, locked["id"], waits)
        draft = draft_of(workspace_id, locked["id"], sender, Opened(locked["episode"] + 1, waits))
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
        """Begin a new episode; a customer who was closed without an answer a while ago waits for it again.

        Raises `Conflict` when the contact has another open conversation.
        """
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            appended = []
            if locked["status"] == "closed":
                if locked["merged_into"]:
                    raise Conflict("it continues in another conversation: take the merge back instead")
                if not locked["apart"] and await tx.fetchval(
                    SQL["has_own_open"], actor.workspace_id, locked["contact_id"], conversation_id
                ):
                    raise Conflict("this customer has another open conversation")
                sender: Sender = ("operator", actor.operator_id)
                now = millis(self._clock.now())
                waits = rules.waits_again(locked["unanswered_since"], locked["closed_at"], now)
                appended = [await self._reopen_in(tx, actor.workspace_id, locked, sender, now, waits)]
        if appended:
            for listener in self._listeners:
                listener.on_conversation(
                    *(actor.workspace_id, locked["contact_id"], conversation_id), is_open=True, apart=locked["apart"]
                )
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
            await self._part_written(system_of(workspace_id), record["id"])
            appended = []
            async with self._db.transaction() as tx:
                locked = await tx.fetchrow(SQL["lock_conversation"], workspace_id, record["id"])
                if not locked or locked["status"] != "closed":
                    continue
                if not locked["apart"] and await tx.fetchval(
                    SQL["has_own_open"], workspace_id, locked["contact_id"], record["id"]
                ):
                    continue
                now = millis(self._clock.now())
                appended = [await self._reopen_in(tx, workspace_id, locked, ("system", NOBODY), now)]
            self._announce(appended)
            for listener in self._listeners:
                listener.on_conversation(
                    *(workspace_id, locked["contact_id"], record["id"]), is_open=True, apart=locked["apart"]
                )
                listener.on_row_changed(workspace_id, record["id"], scope=False)

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
            await self._files.clear_in(tx, workspace_id, ids)
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

    async def delete_demo(self) -> int:
        """Remove the conversations of the example's contacts, and its operators from everybody else's; how many."""
        async with self._db.transaction() as tx:
            await tx.execute(SQL["release_demo"])
            await forget_demo(tx)
            for kept in ("drafts", "attachments", "events", "merges", "splits", "participants"):
                await tx.execute(SQL[f"delete_demo_{kept}"])
            return int(await tx.fetchval(SQL["delete_demo"]))

    async def touch_contact(self, workspace_id: int, contact_id: UUID) -> None:
        """A contact's name has changed: its rows are new to every list."""
        for record in await self._db.fetch(SQL["touch_of_contact"], workspace_id, contact_id, self._clock.now()):
            for listener in self._listeners:
                listener.on_row_changed(workspace_id, record["id"], scope=False)
