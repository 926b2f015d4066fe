"""Colleagues and teams named in notes: they are told, and may see the conversation from then on."""

from typing import Any, Protocol
from uuid import UUID

import msgspec

from okno.access.types import Operator
from okno.bus.api import emit
from okno.conversations.api import Conversations, system_of
from okno.conversations.events import NoteMentions
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.teamwork.events import MENTION, Mention
from okno.teamwork.snoozes import SQL

parse_mentions = msgspec.json.Decoder(NoteMentions).decode


class People(Protocol):
    """What `access` knows of operators."""

    async def list_operators(self, workspace_id: int) -> list[Operator]: ...
    def name_of(self, operator_id: UUID) -> str: ...


class Mentions:
    """Handled from the bus: at least once, and told once, because a mention is a row of its own."""

    def __init__(self, database: Database, conversations: Conversations, clock: Clock, people: People) -> None:
        self._db = database
        self._conversations = conversations
        self._clock = clock
        self._people = people

    async def on_note(self, payload: str) -> None:
        """Bring in whoever was named and is outside of the scope, and leave the news of it for each."""
        note = parse_mentions(payload.encode())
        record = await self._db.fetchrow(SQL["find_scope"], note.workspace_id, note.conversation)
        if record is None:
            return
        named, teams = set(note.operators), set(note.teams)
        everybody = await self._people.list_operators(note.workspace_id)
        asked = [o for o in everybody if not o.disabled and (o.id in named or teams & set(o.teams))]
        for operator in asked[: limits.MENTIONED_MAX]:
            if operator.id != note.author:
                await self._mention(note, record, operator)

    async def _mention(self, note: NoteMentions, record: Any, operator: Operator) -> None:
        sees_all = operator.role in ("owner", "admin")
        inside = record["team_id"] in {0, *operator.teams} or operator.id == record["assignee_id"]
        if not sees_all and not inside:
            actor = system_of(note.workspace_id)
            try:
                await self._conversations.bring_in(actor, note.conversation, operator.id)
            except (Conflict, NotFound):
                return  # there are participants enough: nobody is told of what he could not open
        async with self._db.transaction() as tx:
            key = (note.workspace_id, note.conversation, note.seq, operator.id)
            if await tx.fetchval(SQL["insert_mention"], *key, note.author, self._clock.now()) is None:
                return
            news = Mention(*key[:2], operator.id, note.seq, self._people.name_of(note.author))
            await emit(tx, self._clock, MENTION, news)
