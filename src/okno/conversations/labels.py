"""Labels: put on one conversation, counted and renamed over all."""

from collections.abc import Sequence
from uuid import UUID

from okno.access.types import Actor
from okno.conversations.bodies import Described, Labelled, Message
from okno.conversations.hands import Hands
from okno.conversations.language import language_of
from okno.conversations.store import SQL, parse_body
from okno.conversations.types import ConversationRow
from okno.kit import limits


class Labels(Hands):
    """They are kept as a set; each change of it is one event. And the language, which is one more mark."""

    async def tell_languages(self, workspace_id: int, conversation_ids: Sequence[UUID]) -> None:
        """What customers write in, where it is not known; an operator's word stays."""
        values = (workspace_id, list(conversation_ids), limits.LANGUAGE_MESSAGES_MAX)
        for record in await self._db.fetch(SQL["list_untold"], *values):
            said = [parse_body(body.encode()) for body in reversed(record["bodies"])]
            language = language_of(body.text for body in said if isinstance(body, Message))
            told = (workspace_id, record["id"], language, self._clock.now())
            if language and await self._db.fetchval(SQL["tell_language"], *told):
                for listener in self._listeners:
                    listener.on_row_changed(workspace_id, record["id"], scope=False)

    async def set_language(self, actor: Actor, conversation_id: UUID, language: str) -> ConversationRow:
        """An operator knows better; empty: the customer's words tell again."""
        async with self._db.transaction() as tx:
            locked = await self._locked(tx, actor, conversation_id)
            appended = []
            if locked["language"] != language:
                await tx.execute(SQL["set_language"], actor.workspace_id, conversation_id, language)
                body = Described("$language", "Language", language)
                appended = [await self._append_body(tx, actor, conversation_id, body)]
        return await self._changed(actor, conversation_id, appended, scope=False)

    async def list_labels(self, workspace_id: int) -> list[str]:
        return [r["label"] for r in await self._db.fetch(SQL["list_labels"], workspace_id)]

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
