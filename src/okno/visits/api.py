"""The public door of visits: inboxes of the site channel with their widgets, and what visitors look at."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from okno.access.api import require
from okno.access.keys import Keys, new_secret
from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, TooMany
from okno.kit.wire import encode
from okno.visits import rules
from okno.visits.online import Beat, Online
from okno.visits.places import Places
from okno.visits.types import (
    Form,
    Greeting,
    Inbox,
    InboxChange,
    PageView,
    SeenPage,
    ShownField,
    ShownForm,
    Tracked,
    Tracking,
    Visit,
    WidgetConfig,
    WidgetRule,
    WidgetTexts,
)

__all__ = ["Beat", "Online", "Places", "Visits"]

SQL = load_queries("okno.visits")
KEY_LEN = 16
WINDOW_S = 60.0
BEAT_COST = 0.2  # of a page view: an office of a thousand looks at pages all day
Opening = Callable[[int, int | None], Awaitable[tuple[bool | None, datetime | None]]]
"""Workspace and calendar -> whether it is open (null: no hours), and if not when it opens next."""
Offers = Callable[[int], Awaitable[bool]]
ZoneOf = Callable[[int, int | None], Awaitable[str]]


class Visits:
    """Inboxes are few and read all the time: they are kept in memory by key and dropped on change."""

    def __init__(
        self, database: Database, keys: Keys, clock: Clock, public_url: str, places: Places | None = None
    ) -> None:
        self._db = database
        self._keys = keys
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._places = places or Places()
        self._attributes = Attributes(database, clock)
        self.place_of = self._places.place_of
        self.online = Online(database, clock)
        self._by_key: dict[str, tuple[int, Inbox]] = {}
        self._seen: dict[str, float] = defaultdict(float)
        self._window = 0
        self.opening: Opening = _always_open
        """Asks who knows the calendars, which lie above."""
        self.time_zone: ZoneOf = _default_zone
        """The same, for the zone of a calendar."""
        self.offers_callbacks: Offers = _offers_none
        """Asks who knows the telephone, which lies above."""
        self.on_inboxes: Callable[[], None] = _nobody
        """Told when an inbox was changed here: other processes hold it, too."""

    # -- inboxes ---------------------------------------------------------------------------------------------------

    async def get_by_key(self, key: str) -> tuple[int, Inbox]:
        """Workspace and inbox of a widget key. Raises `NotFound`."""
        if (found := self._by_key.get(key)) is not None:
            return found
        r = await self._db.fetchrow(SQL["find_inbox_by_key"], key)
        if r is None:
            raise NotFound("there is no widget with this key")
        found = self._by_key[key] = (r["workspace_id"], self._inbox(r))
        return found

    def forget_inboxes(self) -> None:
        """They were changed: the next one who asks reads them."""
        self._by_key.clear()

    async def list_inboxes(self, workspace_id: int) -> list[Inbox]:
        return [self._inbox(r) for r in await self._db.fetch(SQL["list_inboxes"], workspace_id)]

    async def list_inboxes_for(self, actor: Actor) -> list[Inbox]:
        """Inboxes with the secret that signs customer tokens for those who may change them, without it for others."""
        inboxes = await self.list_inboxes(actor.workspace_id)
        if "workspace" in actor.permissions:
            return inboxes
        return [replace(inbox, identity_secret="") for inbox in inboxes]

    async def ensure_site_inbox(self, workspace_id: int, name: str) -> Inbox:
        """The workspace's first site inbox; made when there is none."""
        if inboxes := await self.list_inboxes(workspace_id):
            return inboxes[0]
        return await self.create_inbox(workspace_id, name)

    async def create_inbox(self, workspace_id: int, name: str) -> Inbox:
        key = new_secret().replace("-", "x").replace("_", "y")[:KEY_LEN]
        sealed = self._keys.seal("identity", new_secret().encode())
        now = self._clock.now()
        await self._db.fetchval(SQL["insert_inbox"], workspace_id, "site", name, key, sealed, now)
        return (await self.get_by_key(key))[1]

    async def add_inbox(self, actor: Actor, name: str) -> Inbox:
        """A widget for one more site. Raises `Conflict`."""
        require(actor, "workspace")
        if len(await self.list_inboxes(actor.workspace_id)) >= limits.INBOXES_MAX:
            raise Conflict(f"there are {limits.INBOXES_MAX} sites already")
        return await self.create_inbox(actor.workspace_id, name.strip())

    async def delete_inbox(self, actor: Actor, inbox_id: int) -> None:
        """One nobody has come to yet; of others the history is kept. Raises `Conflict`, `NotFound`."""
        require(actor, "workspace")
        if await self._db.fetchrow(SQL["find_inbox"], actor.workspace_id, inbox_id) is None:
            raise NotFound("there is no such inbox")
        if await self._db.fetchval(SQL["delete_inbox"], actor.workspace_id, inbox_id) is None:
            raise Conflict("it is the only one, or somebody has come to it: take its snippet off the site instead")
        self.forget_inboxes()
        self.on_inboxes()

    async def change_inbox(self, actor: Actor, inbox_id: int, change: InboxChange) -> Inbox:
        """Change some settings; widgets on sites follow within five minutes without a new snippet."""
        require(actor, "workspace")
        r = await self._db.fetchrow(SQL["find_inbox"], actor.workspace_id, inbox_id)
        if r is None:
            raise NotFound("there is no such inbox")
        old = self._inbox(r)
        new: dict[str, Any] = {}
        for name in InboxChange.__struct_fields__:
            value = getattr(change, name)
            new[name] = getattr(old, name) if value is UNSET else value
        wanted = {new[name] for name in ("calendar", "callback_calendar", "calls_calendar")} - {None}
        if await self._db.fetchval(SQL["count_calendars"], actor.workspace_id, sorted(wanted)) < len(wanted):
            raise Invalid("there is no such calendar", field="calendar")
        if new["team"] and not await self._db.fetchval(SQL["team_exists"], actor.workspace_id, new["team"]):
            raise Invalid("there is no such team", field="team")
        await self._db.execute(
            SQL["change_inbox"],
            *(actor.workspace_id, inbox_id, new["name"], new["team"] or 0, new["side"], new["accent"]),
            *(encode(new["texts_ru"]).decode(), encode(new["texts_en"]).decode(), new["domains"], new["pages_hidden"]),
            *(new["calendar"], new["callback_calendar"], new["calls_calendar"], new["draft_preview"]),
            *(encode(new["greetings"]).decode(), encode(new["rules"]).decode(), encode(new["form"]).decode()),
        )
        self.forget_inboxes()
        self.on_inboxes()
        r = await self._db.fetchrow(SQL["find_inbox"], actor.workspace_id, inbox_id)
        return self._inbox(r)

    def _inbox(self, r: Any) -> Inbox:
        snippet = f'<script async src="{self._public_url}/w.js" data-key="{r["key"]}"></script>'
        secret = self._keys.unseal("identity", r["identity_secret"]).decode()
        return Inbox(
            *(r["id"], r["channel"], r["name"], r["key"], r["team_id"] or None, r["side"], r["accent"]),
            msgspec.json.decode(r["texts_ru"], type=WidgetTexts),
            msgspec.json.decode(r["texts_en"], type=WidgetTexts),
            *(r["domains"], r["pages_hidden"], r["calendar_id"], r["callback_calendar_id"], r["calls_calendar_id"]),
            *(r["draft_preview"], secret, snippet),
            msgspec.json.decode(r["greetings"], type=list[Greeting]),
            msgspec.json.decode(r["rules"], type=list[WidgetRule]),
            msgspec.json.decode(r["form"], type=Form),
        )

    async def get_config(self, key: str) -> WidgetConfig:
        """What the loader of a widget may know; nothing secret is in it."""
        workspace_id, inbox = await self.get_by_key(key)
        is_open, opens_at = await self.opening(workspace_id, inbox.calendar)
        return WidgetConfig(
            *(inbox.key, inbox.side, rules.look_of(inbox.accent), inbox.texts_ru, inbox.texts_en, inbox.pages_hidden),
            *(is_open, opens_at, True, "/w/panel.html", "/w/idle.js"),
            [one for one in inbox.greetings if one.on and (one.text_ru or one.text_en)],
            [one for one in inbox.rules if one.on],
            await self._shown_form(workspace_id, inbox.form),
            await self.offers_callbacks(workspace_id),
        )

    async def _shown_form(self, workspace_id: int, form: Form) -> ShownForm | None:
        """Fields of attributes that are gone are left out; null where nothing is asked."""
        known = {}
        if any(":" in one.field for one in form.fields):
            attributes = await self._attributes.list_attributes(workspace_id)
            known = {f"{one.subject}:{one.key}": one for one in attributes}
        shown = []
        for one in form.fields:
            attribute = known.get(one.field)
            if (":" in one.field and attribute is None) or (one.field == "topic" and not form.topics):
                continue
            called = attribute.name if attribute else ""
            what: tuple[str, list[str]] = (attribute.type, attribute.choices) if attribute else ("text", [])
            shown.append(ShownField(one.field, one.required, one.label_ru or called, one.label_en or called, *what))
        if not shown and not (form.consent_ru or form.consent_en):
            return None
        topics = ([one.ru for one in form.topics], [one.en or one.ru for one in form.topics])
        return ShownForm(form.on, shown, *topics, form.consent_ru, form.consent_en, form.consent_version)

    # -- visits ----------------------------------------------------------------------------------------------------

    async def record(self, key: str, view: PageView, *, ip: str, user_agent: str) -> None:
        """Keep a page view. Raises `TooMany` from an address that turns pages faster than a person."""
        workspace_id, inbox = await self.get_by_key(key)
        self._limit(ip)
        now = self._clock.now()
        beat = _beat_of(workspace_id, inbox, view, ip, user_agent)
        async with self._db.transaction() as tx:
            await tx.execute(SQL["ensure_visitor"], workspace_id, view.visitor, inbox.id, now)
            seen = await tx.fetchval(
                SQL["see_visit"],
                *(workspace_id, view.visit, view.visitor, now, view.hidden, beat.source, ip, beat.device),
            )
            if seen and view.hidden:
                await self.online.leave(tx, workspace_id, view.visitor, view.url)
            elif seen:
                await self.online.beat([beat], tx)
                await tx.execute(
                    SQL["insert_page_view"], workspace_id, view.visit, now, view.url, view.title, view.search
                )

    async def beat_of(self, key: str, view: PageView, *, ip: str, user_agent: str) -> Beat:
        """That a page is still looked at; kept by whoever gathers them. Raises `NotFound`, `TooMany`."""
        workspace_id, inbox = await self.get_by_key(key)
        self._limit(ip, BEAT_COST)
        return _beat_of(workspace_id, inbox, view, ip, user_agent)

    async def track(self, key: str, said: Tracking, *, ip: str) -> None:
        """Keep what the site reports with the visit; a visit nobody has seen a page of takes none."""
        workspace_id, _ = await self.get_by_key(key)
        self._limit(ip)
        values = (workspace_id, said.visit, said.visitor, self._clock.now(), said.name, said.data)
        await self._db.fetchval(SQL["insert_tracked"], *values)

    async def take(self, key: str, ip: str) -> tuple[int, Inbox]:
        """Workspace and inbox for a small thing a page tells. Raises `NotFound`, `TooMany`."""
        found = await self.get_by_key(key)
        self._limit(ip, BEAT_COST)
        return found

    async def delete_demo(self) -> None:
        """Visits of the example shop's contacts."""
        await self._db.execute(SQL["delete_demo"])

    async def erase_in(self, tx: Connection, workspace_id: int, visitor_ids: Sequence[UUID]) -> None:
        """Pages, reports, addresses and devices of these browsers; that they came stays for the figures."""
        await tx.execute(SQL["erase_visits"], workspace_id, list(visitor_ids))

    def _limit(self, ip: str, cost: float = 1.0) -> None:
        window = int(self._clock.monotonic() // WINDOW_S)
        if window != self._window:
            self._window = window
            self._seen.clear()
        self._seen[ip] += cost
        if self._seen[ip] > limits.PAGE_VIEWS_PER_MINUTE_MAX * 20:  # an office shares one address
            raise TooMany("too many page views from one address")

    async def list_visits(self, workspace_id: int, contact_id: UUID, locale: str = "en") -> list[Visit]:
        """The contact's latest visits with their pages, newest first; places are named in `locale`."""
        visits = await self._db.fetch(SQL["list_visits"], workspace_id, contact_id, limits.VISITS_SHOWN_MAX)
        return await self._with_pages(workspace_id, visits, locale)

    async def list_visits_of_visitor(self, workspace_id: int, visitor_id: UUID, locale: str = "en") -> list[Visit]:
        """The same of one browser."""
        values = (workspace_id, visitor_id, limits.VISITS_SHOWN_MAX)
        return await self._with_pages(
            workspace_id, await self._db.fetch(SQL["list_visits_of_visitor"], *values), locale
        )

    async def _with_pages(self, workspace_id: int, visits: Sequence[Any], locale: str) -> list[Visit]:
        pages: Mapping[UUID, list[SeenPage]] = defaultdict(list)
        ids = [v["id"] for v in visits]
        for p in await self._db.fetch(SQL["list_page_views"], workspace_id, ids, limits.PAGE_MAX):
            pages[p["visit_id"]].append(SeenPage(p["url"], p["title"], p["at"], p["search"]))
        tracked: Mapping[UUID, list[Tracked]] = defaultdict(list)
        for t in await self._db.fetch(SQL["list_tracked"], workspace_id, ids, limits.PAGE_MAX):
            tracked[t["visit_id"]].append(Tracked(t["name"], t["data"], t["at"]))
        now = self._clock.now()
        return [
            Visit(
                v["id"],
                v["started_at"],
                v["seen_at"],
                v["left_at"] is None and (now - v["seen_at"]).total_seconds() < rules.LIVE_MINUTES * 60,
                v["source"],
                v["ip"],
                self._places.place_of(v["ip"], locale),
                v["device"],
                pages[v["id"]],
                tracked[v["id"]],
            )
            for v in visits
        ]


def _beat_of(workspace_id: int, inbox: Inbox, view: PageView, ip: str, user_agent: str) -> Beat:
    source, device = rules.source_of(view.referrer, view.utm, view.url), rules.device_of(user_agent)
    return Beat(workspace_id, view.visitor, inbox.id, view.visit, view.url, view.title, source, ip, device)


async def _default_zone(_workspace_id: int, _calendar_id: int | None) -> str:
    return "UTC"


def _nobody() -> None:
    """There is no other process."""


async def _always_open(_workspace_id: int, _calendar_id: int | None) -> tuple[bool | None, datetime | None]:
    return None, None


async def _offers_none(_: int) -> bool:
    return False
