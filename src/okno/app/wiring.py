"""The composition root: with its neighbour `serve` the only place that knows everything."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import picows
from litestar import Litestar

from okno.access import handlers as access_handlers
from okno.access import routes as access_routes
from okno.access.api import Access
from okno.access.events import RESET_ASKED
from okno.access.keys import Keys
from okno.access.types import COOKIE
from okno.analytics import handlers as analytics_handlers
from okno.analytics import routes as analytics_routes
from okno.analytics.api import HANDLER as ANALYTICS_HANDLER
from okno.analytics.api import Analytics
from okno.attributes import routes as attributes_routes
from okno.attributes.api import Attributes
from okno.automation import handlers as automation_handlers
from okno.automation import routes as automation_routes
from okno.automation.api import Acts, Automation
from okno.automation.events import AGAIN
from okno.bus.api import Bus
from okno.bus.events import News
from okno.bus.follow import Follower
from okno.bus.hints import Hints
from okno.bus.nats import NatsHints
from okno.channels.site import routes as site_routes
from okno.channels.site.api import Site
from okno.channels.site.flood import Flood
from okno.contacts import routes as contacts_routes
from okno.contacts.api import Contacts
from okno.contacts.blocks import Blocks
from okno.conversations import handlers as conversations_handlers
from okno.conversations import routes as conversations_routes
from okno.conversations.api import Conversations, Writer
from okno.conversations.events import NOTE_MENTIONS, PERSON_ERASED
from okno.conversations.search import handlers as search_handlers
from okno.conversations.search import routes as search_routes
from okno.conversations.search.api import HANDLER as SEARCH_HANDLER
from okno.conversations.search.api import Search
from okno.db.pool import Database
from okno.desk import routes as desk_routes
from okno.desk.api import Desk
from okno.exports import handlers as exports_handlers
from okno.exports import routes as exports_routes
from okno.exports.api import Exports
from okno.feedback import handlers as feedback_handlers
from okno.feedback import routes as feedback_routes
from okno.feedback.api import Feedback
from okno.files import routes as files_routes
from okno.files.api import Files
from okno.http import pages
from okno.http.assembly import make_app
from okno.http.audit import audit_hook
from okno.http.metrics import Metrics
from okno.http.static import Static, static_folder
from okno.imports import handlers as imports_handlers
from okno.imports import routes as imports_routes
from okno.imports.api import Imports
from okno.integrations import routes as integrations_routes
from okno.integrations.api import Integrations
from okno.kit.clock import Clock, SystemClock
from okno.kit.tasks import Tasks
from okno.knowledge import routes as knowledge_routes
from okno.knowledge.api import Knowledge
from okno.mailer.api import Mailer
from okno.mailer.types import SmtpServer
from okno.notifications import handlers as notifications_handlers
from okno.notifications import routes as notifications_routes
from okno.notifications.api import Notifications
from okno.notifications.events import TOPICS
from okno.privacy import routes as privacy_routes
from okno.privacy.api import Privacy
from okno.realtime import streams as realtime_streams
from okno.realtime.entrance import enter
from okno.realtime.hub import Hub
from okno.realtime.online import OnlineVisitors
from okno.realtime.peers import Peers
from okno.realtime.places import Places as QueuePlaces
from okno.realtime.relay import Relay
from okno.realtime.session import Realtime
from okno.realtime.streams import ALONE, Process, Streams
from okno.realtime.tunnel import SUBPROTOCOL, Tunnel
from okno.realtime.upgrade import Proxies, Socket, socket_protocol
from okno.routing import handlers as routing_handlers
from okno.routing import routes as routing_routes
from okno.routing.api import Routing
from okno.routing.hours import routes as hours_routes
from okno.routing.hours.api import Hours
from okno.routing.sla import routes as sla_routes
from okno.routing.sla.api import Clocks, Promises, Sla
from okno.teamwork import handlers as teamwork_handlers
from okno.teamwork import routes as teamwork_routes
from okno.teamwork.api import Teamwork
from okno.telephony import handlers as telephony_handlers
from okno.telephony import routes as telephony_routes
from okno.telephony.api import SOCKET as PHONE_SOCKET
from okno.telephony.api import PhonePlace, Telephony
from okno.telephony.events import RECORDED
from okno.visits import routes as visits_routes
from okno.visits.api import Places, Visits
from okno.welcome import handlers as welcome_handlers
from okno.welcome import routes as welcome_routes
from okno.welcome.api import Forms, Welcome

SOCKET_PATH = "/realtime"


class Far(NamedTuple):
    """What runs only where there are other processes."""

    peers: Peers
    relay: Relay
    follower: Follower


def _hints(nats: Sequence[str], database: Database, keys: Keys, clock: Clock) -> Hints:
    """The group is the installation's: whoever holds its master key."""
    if not nats:
        return Hints()
    group = keys.sign("hints", "group")
    return NatsHints(nats, database, clock, group, partial(keys.seal, "hints"), partial(keys.unseal, "hints"))


class App:
    """Every part of one process, wired. `start` before the first request, `close` after the last."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        public_url: str,
        files: Path,
        clock: Clock | None = None,
        *,
        files_url: str = "",
        smtp: SmtpServer | None = None,
        places: Places | None = None,
        trusted_proxies: str = "",
        connect_networks: str = "",
        push_hosts: Sequence[str] = (),
        nats: Sequence[str] = (),
        process: Process = ALONE,
        phone: PhonePlace | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.database = database
        self.public_url, self.trusted_proxies = public_url, trusted_proxies
        self.tasks = Tasks()
        self.mailer = Mailer(
            *(database, self.clock, smtp), seal=partial(keys.seal, "letter"), unseal=partial(keys.unseal, "letter")
        )
        self.access = Access(database, keys, self.clock, public_url=public_url, mailer=self.mailer)
        self.bus = Bus(database, self.clock)
        self.hints = _hints(nats, database, keys, self.clock)
        self.attributes = Attributes(database, self.clock)
        self.contacts = Contacts(database, keys, self.clock)
        self.visits = Visits(database, keys, self.clock, public_url, places)
        self.hours = Hours(database, self.clock)
        self.visits.opening = self.hours.opening
        self.visits.time_zone = self.hours.time_zone
        self.writer = Writer(database, self.clock)
        self.files = Files.at(
            *(files, files_url, f"examined{process.number or ''}"),
            database=database,
            access=self.access,
            keys=keys,
            clock=self.clock,
            tasks=self.tasks,
        )
        self.access.make_photo = self.files.sandbox.make_photo
        self.conversations = Conversations(database, self.writer, self.clock, self.access, self.files)
        self.knowledge = Knowledge(database, self.clock, self.access, self.attributes, self.files)
        self.desk = Desk(
            *(database, self.clock, self.access, self.contacts, self.conversations, self.knowledge),
            *(self.attributes, self.files),
        )
        self.routing = Routing(database, self.clock, self.tasks, self.access, self.conversations, self.hints)
        self.integrations = Integrations(database, keys, self.clock, self.contacts, connect_networks)
        self.imports = Imports(database, self.clock, keys, self.contacts, self.knowledge, self.attributes)
        self.clocks = Clocks(database, self.clock, self.hours, self.conversations)
        self.sla = Sla(
            *(database, self.clock, self.clocks, self.conversations),
            partial(self.tasks.spawn, name="clocks computed anew"),
        )
        self.promises = Promises(database, self.clock, self.hours, self.contacts, self.conversations, self.clocks)
        self.analytics = Analytics(database, self.clock, self.access)
        self.search = Search(database, self.clock, self.access)
        self.teamwork = Teamwork(database, self.access, self.contacts, self.conversations, self.clock, self.tasks)
        self.blocks = Blocks(database, self.clock, self.access)
        self.flood = Flood(self.clock)
        self.site = Site(self.access, self.visits, self.contacts, self.conversations, self.blocks, self.flood)
        self.welcome = Welcome(
            *(database, self.clock, self.access, self.visits, self.site, self.conversations),
            Forms(*(database, self.clock, self.contacts, self.attributes, self.site, self.conversations, self.routing)),
        )
        self.feedback = Feedback(database, self.clock, self.site, self.conversations)
        self.notifications = Notifications(
            *(database, self.clock, self.access, self.contacts, self.visits, self.conversations, self.mailer),
            *(self.tasks, public_url, push_hosts),
        )
        self.privacy = Privacy(
            *(database, self.clock, self.access, self.contacts, self.visits, self.attributes),
            *(self.conversations, self.site, self.mailer),
        )
        self.exports = Exports(
            *(database, self.clock, self.access, self.contacts, self.visits, self.conversations),
            *(self.notifications, self.mailer, self.files, public_url),
        )
        self.automation = Automation(
            *(database, keys, self.clock, self.attributes, self.knowledge, self.routing, self.sla),
            Acts(database, self.conversations, self.desk, self.routing, self.clocks),
        )
        self.telephony = Telephony(
            *(database, keys, self.clock, self.tasks, self.hints, self.access, self.contacts, self.site),
            *(self.conversations, self.hours, self.routing),
            files=self.files,
            place=phone or PhonePlace(),
        )
        self.hub = Hub(self.conversations, self.clock, self.access)
        self.places = QueuePlaces(self.hub, self.promises, self.clock)
        self.realtime = Realtime(self.access, self.site, self.conversations, self.hub, self.tasks, self.clock)
        self.realtime.enter = enter
        self.realtime.online = OnlineVisitors(self.welcome, self.clock)
        self.realtime.watched_shown = self.analytics.watched_shown
        self.streams = Streams(self.realtime, process)
        self.static = Static(static_folder())
        self.workspace_id = 0
        self._far: Far | None = None
        self._wire()

    def _wire(self) -> None:
        """News comes up: lower slices tell whoever registered here, and ask whoever knows."""
        self.contacts.country_of = self.blocks.country_of = self.telephony.setup.country
        self.metrics = Metrics(
            *(self.clock, self.bus, self.mailer, self.routing, self.conversations, self.realtime.count_sockets)
        )
        teller = self._wire_far() if self.hints.shared else self.hub
        self.conversations.listen(teller)
        self.access.listen(teller)
        self.site.listen(teller.on_browser_changed)
        self.notifications.operators.listener = teller
        self.blocks.listen(self.realtime.on_blocks_changed)
        self.contacts.listen(self.conversations.touch_contact)
        self.desk.labels.listen(self.automation.relabel)
        self.bus.rushed = self.writer.is_rushed
        self.hub.on_commit_wake(partial(self.bus.wake, "timeline"))
        self.bus.handle("access.mail", {RESET_ASKED}, partial(access_handlers.handle_reset_asked, self.access))
        self.bus.handle(
            "conversations.reopen", {"timeline"}, partial(conversations_handlers.handle_timeline, self.conversations)
        )
        told = partial(conversations_handlers.handle_languages, self.conversations)
        self.bus.handle("conversations.language", {"timeline"}, told)
        self.bus.handle("imports.erased", {PERSON_ERASED}, partial(imports_handlers.handle_erased, self.imports))
        self.bus.handle("teamwork.erased", {PERSON_ERASED}, partial(teamwork_handlers.handle_erased, self.teamwork))
        self.bus.handle("exports.erased", {PERSON_ERASED}, partial(exports_handlers.handle_erased, self.exports))
        self.bus.handle("welcome.erased", {PERSON_ERASED}, partial(welcome_handlers.handle_erased, self.welcome))
        forgotten = partial(notifications_handlers.handle_erased, self.notifications)
        self.bus.handle("notifications.erased", {PERSON_ERASED}, forgotten)
        self.bus.handle("teamwork", {"timeline"}, partial(teamwork_handlers.handle_timeline, self.teamwork))
        self.bus.handle("teamwork.mentions", {NOTE_MENTIONS}, partial(teamwork_handlers.handle_mentions, self.teamwork))

        self.bus.handle(ANALYTICS_HANDLER, {"timeline"}, partial(analytics_handlers.handle_timeline, self.analytics))
        self.bus.handle(SEARCH_HANDLER, {"timeline"}, partial(search_handlers.handle_timeline, self.search))
        self.hours.listen(self.sla.on_hours_changed)
        self.bus.handle("sla.clocks", {"timeline"}, self.clocks.handle_timeline)
        self.bus.handle("feedback", {"timeline"}, partial(feedback_handlers.handle_timeline, self.feedback))
        told = partial(notifications_handlers.handle_timeline, self.notifications)
        self.bus.handle("notifications.timeline", {"timeline"}, told)
        told = partial(notifications_handlers.handle_news, self.notifications)
        self.bus.handle("notifications.news", set(TOPICS), told)
        self.hub.on_presence(self.routing.desks.came, self.routing.desks.went)
        self.routing.desks.listen(self.hub)
        self.telephony.listen(self.hub)
        self.visits.offers_callbacks = self.telephony.callbacks.is_offered
        forgotten = partial(telephony_handlers.handle_erased, self.telephony)
        self.bus.handle("telephony.erased", {PERSON_ERASED}, forgotten)
        recorded = partial(telephony_handlers.handle_recorded, self.telephony)
        self.bus.handle("telephony.recorded", {RECORDED}, recorded)
        self.bus.handle("routing.follow", {"timeline"}, self._rules_then_queue)
        self.bus.handle("automation.again", {AGAIN}, partial(automation_handlers.handle_again, self.automation))

    async def _rules_then_queue(self, news: News) -> None:
        await automation_handlers.handle_timeline(self.automation, news)
        await routing_handlers.handle_timeline(self.routing, news)

    def _wire_far(self) -> Relay:
        """Other processes are told, and heard; what neither side heard of is read in the outbox."""
        hints, anything = self.hints, b"{}"
        peers = Peers(hints, self.clock, self.hub.presences, self.hub.watching)
        relay = Relay(self.hub, hints, self.conversations, peers, self.tasks)
        self.hub.far = relay
        self._far = Far(peers, relay, Follower(self.database, hints, relay.repair))
        self.access.on_names = partial(hints.tell, "names", anything, kept=anything)
        self.visits.on_inboxes = partial(hints.tell, "inboxes", anything, kept=anything)
        self.hours.listen(lambda _: hints.tell("hours", anything, kept=anything))
        hints.hear("names", self._hear_names)
        hints.hear("inboxes", lambda *_: self.visits.forget_inboxes())
        hints.hear("hours", lambda *_: self.hours.forget())
        return relay

    def _hear_names(self, *_: Any) -> None:
        self.tasks.spawn(self.access.load_names(), name="names")

    async def start(self) -> None:
        await self.notifications.load_key()
        self.files.sandbox.clear()
        await self.access.load_names()
        await self.blocks.refresh()
        self.tasks.loop(self.blocks.run, name="blocks")
        self.tasks.loop(self.writer.run, name="writer")
        self.tasks.loop(self.metrics.run, name="metrics")
        self.tasks.loop(self.access.run_names, name="names")
        self.tasks.loop(self.mailer.run, name="mailer")
        self.tasks.loop(self.hub.run_lists, name="lists")
        self.tasks.loop(self.hub.run_counters, name="counters")
        self.tasks.loop(self.hub.presences.run, name="presence")
        self.tasks.loop(self.realtime.run_sweep, name="sweep")
        self.tasks.loop(self.search.run_rebuild, name="search rebuild")
        self.tasks.loop(self.analytics.run_rebuild, name="figures rebuild")
        self.tasks.loop(self.notifications.run, name="notices")
        self.tasks.loop(self.teamwork.run, name="teamwork")
        self.routing.start()
        self.telephony.start()
        self.privacy.start(self.tasks)
        self.tasks.loop(self.clocks.run, name="clocks")
        self.tasks.loop(self.promises.run, name="promises")
        self.tasks.loop(self.places.run, name="places in the queue")
        self.tasks.loop(self.visits.online.run_purge, name="visitors who fell silent")
        self.tasks.loop(self.realtime.online.run, name="visitors")
        if self._far:
            self.tasks.loop(self.hints.run, name="hints")
            self.tasks.loop(self._far.peers.run, name="peers")
            self.tasks.loop(self._far.follower.run, name="outbox of others")
        await self.bus.start(self.tasks)

    async def close(self) -> None:
        self.realtime.close()
        if self._far:
            self._far.peers.close()
            await asyncio.sleep(0)
        await self.telephony.stop()
        await self.tasks.close()
        await self.notifications.close()
        await self.integrations.close()
        await self.database.close()

    def asgi(self) -> Litestar:
        """The HTTP half."""
        doors: dict[str, Any] = {
            "database": self.database,
            "access": self.access,
            "contacts": self.contacts,
            "blocks": self.blocks,
            "visits": self.visits,
            "welcome": self.welcome,
            "conversations": self.conversations,
            "routing": self.routing,
            "analytics": self.analytics,
            "search": self.search,
            "site": self.site,
            "files": self.files,
            "attributes": self.attributes,
            "knowledge": self.knowledge,
            "desk": self.desk,
            "teamwork": self.teamwork,
            "imports": self.imports,
            "privacy": self.privacy,
            "exports": self.exports,
            "integrations": self.integrations,
            "automation": self.automation,
            "telephony": self.telephony,
            "static": self.static,
            "streams": self.streams,
            "hints": self.hints,
            "notifications": self.notifications,
            "feedback": self.feedback,
            "hours": self.hours,
            "sla": self.sla,
            "promises": self.promises,
            "metrics": self.metrics,
        }
        return make_app(
            api=[
                access_routes.ROUTER,
                contacts_routes.ROUTER,
                visits_routes.ROUTER,
                welcome_routes.ROUTER,
                files_routes.ROUTER,
                conversations_routes.ROUTER,
                routing_routes.ROUTER,
                attributes_routes.ROUTER,
                knowledge_routes.ROUTER,
                desk_routes.ROUTER,
                imports_routes.ROUTER,
                integrations_routes.ROUTER,
                automation_routes.ROUTER,
                telephony_routes.ROUTER,
                search_routes.ROUTER,
                teamwork_routes.ROUTER,
                analytics_routes.ROUTER,
                site_routes.ROUTER,
                notifications_routes.ROUTER,
                feedback_routes.ROUTER,
                privacy_routes.ROUTER,
                privacy_routes.WIDGET,
                exports_routes.ROUTER,
                exports_routes.WIDGET,
                hours_routes.ROUTER,
                sla_routes.ROUTER,
                sla_routes.WIDGET,
            ],
            outside=[realtime_streams.ROUTER, files_routes.OUTSIDE, access_routes.OUTSIDE, pages.ROUTER],
            dependencies=doors,
            providers={"actor": access_routes.provide_actor, "guest": site_routes.provide_guest},
            state={"public_url": self.public_url, "workspace_id": self.workspace_id},
            before_send=audit_hook(self.access),
        )

    def ws(self) -> type:
        """The socket half, for uvicorn's `ws=`."""
        return socket_protocol(self._listen)

    def _listen(self, request: picows.WSUpgradeRequest) -> Any:
        """Synchronous: what needs a look-up is decided at the hello. Foreign pages get no operator's cookie."""
        headers = {k.lower(): v for k, v in request.headers.items()}
        path = request.path.decode("latin-1").partition("?")[0]
        if path not in (SOCKET_PATH, PHONE_SOCKET):
            return picows.WSUpgradeResponse.create_error_response(404, b"there is no socket here")
        origin = headers.get("origin", "")
        own = not origin or origin.partition("://")[2] == headers.get("host", "")
        secret = _cookie(headers.get("cookie", ""), COOKIE) if own else None
        if path == PHONE_SOCKET:
            enter = partial(self.access.actor_of_session, secret or "")
            return picows.WSUpgradeResponseWithListener(
                picows.WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": SUBPROTOCOL}),
                Tunnel(self.tasks, enter, self.telephony.socket_address),
            )
        forwarded = headers.get("x-forwarded-for", "") if self.trusted_proxies else ""
        return Socket(self.realtime, secret, Proxies(self.trusted_proxies, forwarded) if forwarded else None)


def _cookie(header: str, name: str) -> str | None:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


@asynccontextmanager
async def running(app: App, *, workspace: str = "okno", locale: str = "ru") -> AsyncIterator[App]:
    """The app with its first workspace and site inbox, started and closed."""
    app.workspace_id = await app.access.ensure_workspace(workspace, locale)
    await app.visits.ensure_site_inbox(app.workspace_id, "Сайт" if locale == "ru" else "Site")
    await app.start()
    try:
        yield app
    finally:
        await asyncio.shield(app.close())
