"""How far each party has read, and what an operator has begun to write."""

from typing import Any
from uuid import UUID

from okno.access.types import Actor
from okno.conversations import rules, store
from okno.conversations.reading import Reading
from okno.conversations.store import SQL
from okno.kit import limits


class Marks(Reading):
    """Receipts and drafts."""

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
