"""The public door of welcome: who is on the site now, and how he is spoken to first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from okno.access.api import Access, require
from okno.access.types import Actor
from okno.channels.site.api import Guest, Site
from okno.conversations.api import Conversations
from okno.conversations.bodies import NOBODY, Greeted
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound
from okno.kit.together import Together
from okno.visits.api import Beat, Visits
from okno.visits.types import PageView, Visit
from okno.welcome import rules
from okno.welcome.forms import Forms
from okno.welcome.invitations import Invitations
from okno.welcome.types import (
    BeatAnswer,
    Fate,
    GreetingFigures,
    Invitation,
    NewInvitation,
    OnlineVisitor,
    WelcomeFigures,
)

__all__ = ["Forms", "Welcome"]

SQL = load_queries("okno.welcome")
PACE_S = 2.0  # so long every process remembers where somebody watches


class Welcome:
    """Beats that arrive together share their statements. Who is there is a table: any process answers for all."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        visits: Visits,
        site: Site,
        conversations: Conversations,
        forms: Forms,
    ) -> None:
        self._db = database
        self._clock = clock
        self._visits = visits
        self._conversations = conversations
        self.forms = forms
        self.invitations = Invitations(database, clock, access, site, conversations)
        self._beats: Together[Beat, BeatAnswer] = Together(self._take_beats, lambda: BeatAnswer(rules.again_s(None)))
        self._watched: Mapping[int, int] = {}
        self._watched_at = float("-inf")

    # -- the visitor's side ----------------------------------------------------------------------------------------

    async def beat(self, key: str, view: PageView, *, ip: str, user_agent: str) -> BeatAnswer:
        """A page is still looked at. Raises `NotFound`, `TooMany`."""
        return await self._beats.get(await self._visits.beat_of(key, view, ip=ip, user_agent=user_agent))

    async def _take_beats(self, beats: Sequence[Beat]) -> dict[Beat, BeatAnswer]:
        latest = {(beat.workspace_id, beat.visitor_id): beat for beat in beats}
        await self._visits.online.beat(list(latest.values()))
        watched = await self._read_watched()
        invited = await self.invitations.list_waiting(list(latest))
        return {
            beat: BeatAnswer(
                rules.again_s(watched.get(beat.workspace_id)), invited.get((beat.workspace_id, beat.visitor_id))
            )
            for beat in beats
        }

    async def hear(self, key: str, said: Fate, *, ip: str) -> None:
        """What became of something a page has shown. Raises `NotFound`, `TooMany`."""
        workspace_id, inbox = await self._visits.take(key, ip)
        if said.what == "invitation":
            await self.invitations.note(workspace_id, said)
        elif any(one.id == said.id for one in inbox.greetings):
            await self._count(self._db, workspace_id, said.id, said.fate)

    async def answer(self, guest: Guest, greeting_id: UUID) -> None:
        """A visitor who was greeted has written: it stands in his conversation what he answers. Raises `NotFound`."""
        greeting = next((one for one in guest.inbox.greetings if one.id == greeting_id), None)
        current = guest.current
        if greeting is None or current is None:
            raise NotFound("there is no such greeting, or no conversation yet")
        text = greeting.text_ru or greeting.text_en
        where = (guest.workspace_id, current["id"])

        async def first(tx: Connection) -> bool:
            if await tx.fetchval(SQL["is_greeted"], *where) is not None:
                return False
            await self._count(tx, guest.workspace_id, greeting_id, "answered")
            return True

        await self._conversations.add_event(*where, ("system", NOBODY), Greeted(text), when=first)

    async def _count(self, place: Database | Connection, workspace_id: int, greeting_id: UUID, fate: str) -> None:
        ones = [int(fate == name) for name in ("shown", "opened", "answered", "dismissed")]
        await place.execute(SQL["count_greeting"], workspace_id, greeting_id, self._clock.now().date(), *ones)

    async def count(self, actor: Actor) -> WelcomeFigures:
        """How greetings and invitations have fared in FIGURES_DAYS."""
        since = self._clock.now() - timedelta(days=limits.FIGURES_DAYS)
        records = await self._db.fetch(SQL["list_greeting_figures"], actor.workspace_id, since.date())
        r: Any = await self._db.fetchrow(SQL["count_invitations"], actor.workspace_id, since)
        return WelcomeFigures([GreetingFigures(*one) for one in records], *r)

    async def _read_watched(self) -> Mapping[int, int]:
        """Workspaces where an operator of any process looks at the visitors, with how many there are."""
        now = self._clock.monotonic()
        if now - self._watched_at >= PACE_S:
            self._watched_at = now
            records = await self._db.fetch(SQL["count_watched"], self._clock.now())
            self._watched = {r["workspace_id"]: r["online"] for r in records}
        return self._watched

    def forget_watched(self) -> None:
        """Where somebody watches is read again with the next beat."""
        self._watched_at = float("-inf")

    # -- the operators' side ---------------------------------------------------------------------------------------

    async def watch(self, workspaces: Iterable[int]) -> None:
        """Operators look at the visitors of these workspaces, for the next VISITORS_WATCH_S."""
        until = self._clock.now() + timedelta(seconds=limits.VISITORS_WATCH_S)
        await self._db.execute(SQL["watch"], sorted(workspaces), until)
        self.forget_watched()

    async def list_online(
        self, workspace_id: int, teams: frozenset[int] | None, locale: str
    ) -> tuple[list[OnlineVisitor], int]:
        """Who is there, the newest VISITORS_SHOWN_MAX, and how many in all. `teams` null: of every inbox."""
        since = self._clock.now() - timedelta(seconds=limits.VISITOR_SILENCE_S)
        scope = (teams is None, sorted({0, *(teams or ())}))
        lately = self.invitations.since()
        values = (workspace_id, since, *scope, limits.VISITORS_SHOWN_MAX, *lately)
        records = await self._db.fetch(SQL["list_online"], *values)
        found = [self._online(r, teams, locale) for r in records]
        return found, records[0]["total"] if records else 0

    def _online(self, r: Any, teams: frozenset[int] | None, locale: str) -> OnlineVisitor:
        seen = teams is None or r["team_id"] == 0 or r["team_id"] in teams
        conversation, assignee = (r["conversation_id"], r["assignee_id"]) if seen else (None, None)
        return OnlineVisitor(
            *(r["visitor_id"], r["visit_id"], r["inbox_id"], r["contact_id"], r["name"], r["verified"]),
            *(r["url"], r["title"], r["page_at"], r["started_at"], r["pages"], r["visits"], r["source"]),
            *(self._visits.place_of(r["ip"], locale), r["device"], r["conversation_id"] is not None),
            *(conversation, assignee, r["invited"]),
        )

    async def list_visits(self, actor: Actor, visitor_id: UUID, locale: str) -> list[Visit]:
        """Visits of somebody who is there now, with their pages. Raises `NotFound`, `NotAllowed`."""
        await self.access_online(actor, visitor_id)
        return await self._visits.list_visits_of_visitor(actor.workspace_id, visitor_id, locale)

    async def invite(self, actor: Actor, visitor_id: UUID, new: NewInvitation) -> Invitation:
        """Raises `NotFound` for who has left, `Conflict` for who chats, is invited, or wants to be left alone."""
        online = await self.access_online(actor, visitor_id)
        return await self.invitations.invite(actor, visitor_id, online["inbox_id"], new)

    async def access_online(self, actor: Actor, visitor_id: UUID) -> Any:
        """Raises `NotFound` for who is not there, or on a site of another team."""
        require(actor, "visitors")
        since = self._clock.now() - timedelta(seconds=limits.VISITOR_SILENCE_S)
        r = await self._db.fetchrow(SQL["find_online"], actor.workspace_id, visitor_id, since)
        if r is None or not (actor.see_all or r["inbox_team"] == 0 or r["inbox_team"] in actor.teams):
            raise NotFound("this visitor has left the site")
        return r
