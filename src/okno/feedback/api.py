"""The public door of feedback: ratings of episodes, one by one and in figures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from okno.access.types import Actor
from okno.bus.events import TimelineSpan
from okno.channels.site.api import Guest, Site
from okno.conversations.api import Conversations
from okno.conversations.bodies import Rated
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.feedback import rules
from okno.feedback.types import NewRating, Rating, RatingPage, RatingSummary
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound
from okno.kit.paging import cursor_of, parse_cursor

__all__ = ["Feedback", "Guest"]

SQL = load_queries("okno.feedback")
SCORE_MAX = 5


class Feedback:
    """The fact is kept here, the event stands in the timeline; both in one transaction."""

    def __init__(self, database: Database, clock: Clock, site: Site, conversations: Conversations) -> None:
        self._db = database
        self._clock = clock
        self._site = site
        self._conversations = conversations

    async def hear(self, spans: Sequence[TimelineSpan]) -> None:
        """Episodes ended: each is counted, whether it will be rated or not."""
        await self._db.execute(SQL["open_ratings"], *[list(column) for column in zip(*spans, strict=True)])

    async def rate(self, guest: Guest, said: NewRating) -> None:
        """What the customer said, or that he was asked. Raises `NotFound` for an episode that did not end lately."""
        self._site.access_conversation(guest, said.conversation)
        key = (guest.workspace_id, said.conversation, said.episode)
        if guest.contact_id is None:
            raise NotFound("there is no such conversation")
        if said.score is None:
            async with self._db.transaction() as tx:
                await self._lock(tx, key)
                await tx.execute(SQL["note_asked"], *key, self._clock.now(), said.skipped)
            return
        body = Rated(said.episode, said.score, said.solved, said.comment.strip())

        async def keep(tx: Connection) -> bool:
            held = await self._lock(tx, key)
            before = (held["score"], held["solved"], held["comment"] or "")
            if before == (said.score, said.solved, body.comment):
                return False
            await tx.execute(SQL["rate"], *key, self._clock.now(), said.score, said.solved)
            return True

        await self._conversations.add_event(
            guest.workspace_id, said.conversation, ("customer", guest.contact_id), body, when=keep
        )

    async def _lock(self, tx: Connection, key: tuple[int, UUID, int]) -> Any:
        """The row of an ended episode; made here when the customer is quicker than the news."""
        held = await tx.fetchrow(SQL["lock_rating"], *key)
        if held is None:
            for record in await tx.fetch(SQL["list_closed"], *key):
                await tx.execute(SQL["open_ratings"], [key[0]], [key[1]], [record["seq"] - 1], [1])
            held = await tx.fetchrow(SQL["lock_rating"], *key)
        since = self._clock.now() - timedelta(days=limits.RATING_DAYS)
        if held is None or held["closed_at"] < since:
            raise NotFound("this episode has not ended, or long ago")
        return held

    async def list_ratings(
        self, actor: Actor, *, contact: UUID | None, score_max: int, cursor: str | None, limit: int
    ) -> RatingPage:
        at, after = parse_cursor(cursor) if cursor else (None, None)
        values = (at, after, contact, score_max, limit + 1)
        records = await self._db.fetch(SQL["list_ratings"], *_scope(actor), *values)
        last = records[limit - 1] if len(records) > limit else None
        following = cursor_of(last["rated_at"], last["conversation_id"]) if last else None
        return RatingPage([Rating(*r) for r in records[:limit]], following)

    async def summarise(self, actor: Actor, since: datetime | None, until: datetime | None) -> RatingSummary:
        """Figures of the episodes closed in [since, until); without bounds the last RATING_DAYS."""
        now = self._clock.now()
        begin = _aware(since or now - timedelta(days=limits.RATING_DAYS))
        end = _aware(until or now)
        groups = await self._db.fetch(SQL["count_ratings"], *_scope(actor), begin, end)
        by_operator: dict[UUID | None, list[Any]] = defaultdict(list)
        for group in groups:
            by_operator[group["operator_id"]].append(group)
        operators = [rules.figures_of(operator, theirs) for operator, theirs in by_operator.items()]
        operators.sort(key=lambda figures: figures.closed, reverse=True)
        return RatingSummary(rules.figures_of(None, groups), operators)


def _aware(at: datetime) -> datetime:
    """A time without a zone is meant in UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _scope(actor: Actor) -> tuple[int, bool, list[int], UUID]:
    return actor.workspace_id, actor.see_all, sorted({0, *actor.teams}), actor.operator_id
