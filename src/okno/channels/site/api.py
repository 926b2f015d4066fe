"""The public door of the site channel: a visitor's hello, his conversations, his sends over HTTP."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from okno.access.api import Access
from okno.channels.site.events import BrowserListener
from okno.channels.site.flood import Flood
from okno.contacts.api import Browser, Contacts
from okno.contacts.blocks import Blocks
from okno.conversations.api import Conversations
from okno.conversations.types import Ack, Send, SendMessage, Thread
from okno.kit.errors import NotFound, NotSignedIn
from okno.kit.ids import uuid7
from okno.kit.together import Together
from okno.visits.api import Visits
from okno.visits.types import Inbox

CHANNEL = "site"


class Guest(NamedTuple):
    """A visitor who was let in. `conversations` are his contact's records, latest first."""

    workspace_id: int
    inbox: Inbox
    visitor_id: UUID
    contact_id: UUID | None
    name: str
    verified: bool
    token: str
    conversations: Sequence[Any]

    @property
    def current(self) -> Any | None:
        """The open conversation, his own before what was split off, else the latest: what the panel shows first."""
        opened = [c for c in self.conversations if c["status"] == "open"]
        latest = [c for c in self.conversations if c["merged_into"] is None] or self.conversations
        return next(iter(sorted(opened, key=lambda c: bool(c["apart"])) or latest), None)

    def goes_to(self, what: Send, conversation_id: UUID | None = None) -> UUID | None:
        """The open conversation a message is meant for: the one it quotes, or the one it names; null: his own one."""
        quoted = what.quote.conversation if isinstance(what, SendMessage) and what.quote else None
        opened = {c["id"] for c in self.conversations if c["status"] == "open"}
        return next((i for i in (quoted, conversation_id) if i in opened), None)


Key = tuple[int, UUID]


class Site:
    """Lets visitors in. Look-ups of hellos that arrive together share one query."""

    def __init__(
        self,
        access: Access,
        visits: Visits,
        contacts: Contacts,
        conversations: Conversations,
        blocks: Blocks,
        flood: Flood,
    ) -> None:
        self.blocks = blocks
        self.flood = flood
        self._access = access
        self._visits = visits
        self._contacts = contacts
        self._conversations = conversations
        self._listeners: list[BrowserListener] = []
        self._browsers: Together[Key, Browser | None] = Together(self._read_browsers, lambda: None)
        self._records: Together[Key, list[Any]] = Together(self._read_records, list)

    def listen(self, listener: BrowserListener) -> None:
        self._listeners.append(listener)

    def _changed(self, workspace_id: int, visitor_id: UUID, contact_id: UUID | None) -> None:
        for listener in self._listeners:
            listener(workspace_id, visitor_id, contact_id)

    async def enter(
        self,
        key: str,
        token: str | None,
        *,
        visitor: UUID | None = None,
        identity: str | None,
        name: str,
        email: str,
        locale: str,
        ip: str = "",
    ) -> Guest:
        """A visitor by his browser's token, or a new one. Raises `NotFound` for a key, `NotSignedIn` for a token.

        Who is blocked gets `Blocked`, an address that makes new browsers like a machine `TooMany`.

        A new one may go by the id of his page views, as long as nobody is known behind it.
        """
        workspace_id, inbox = await self._visits.get_by_key(key)
        self.blocks.check(workspace_id, visitor_id=visitor, email=email, ip=ip)
        if not token:
            self.flood.take_visitor(ip)
        if token:
            visitor_id = self._contacts.parse_visitor_token(token, workspace_id)
            browser, records = await self._look_up(workspace_id, visitor_id)
            if browser is not None and browser.ended:
                raise NotSignedIn("this session was ended")
        else:
            visitor_id, browser, records = await self._unknown(workspace_id, visitor), None, []
            token = self._contacts.visitor_token(workspace_id, visitor_id)
        if identity:
            await self._contacts.identify(workspace_id, visitor_id, inbox.id, identity, inbox.identity_secret, locale)
            browser, records = await self._look_up(workspace_id, visitor_id)
            if browser is not None and browser.contact_id:
                self._changed(workspace_id, visitor_id, browser.contact_id)
        contact_id = browser.contact_id if browser else None
        self.blocks.check(workspace_id, contact_id=contact_id, visitor_id=visitor_id)
        if not identity and browser and browser.contact_id and not browser.verified and (name or email):
            await self._contacts.claim(workspace_id, browser.contact_id, name=name, email=email)
        shown = browser.name if browser else name
        verified = bool(browser and browser.verified)
        return Guest(workspace_id, inbox, visitor_id, contact_id, shown, verified, token, records)

    async def _unknown(self, workspace_id: int, visitor: UUID | None) -> UUID:
        if visitor is None:
            return uuid7()
        browser, _ = await self._look_up(workspace_id, visitor)
        return uuid7() if browser and (browser.contact_id or browser.ended) else visitor

    async def get_guest(self, key: str, token: str, ip: str = "") -> Guest:
        """For HTTP: the holder of a visitor token."""
        return await self.enter(key, token, identity=None, name="", email="", locale="", ip=ip)

    async def _look_up(self, workspace_id: int, visitor_id: UUID) -> tuple[Browser | None, list[Any]]:
        browser = await self._browsers.get((workspace_id, visitor_id))
        return browser, await self.list_conversations(workspace_id, browser.contact_id if browser else None)

    async def list_conversations(self, workspace_id: int, contact_id: UUID | None) -> list[Any]:
        """The contact's conversations as they are now, latest first."""
        return await self._records.get((workspace_id, contact_id)) if contact_id else []

    async def _read_browsers(self, keys: Sequence[Key]) -> dict[Key, Browser | None]:
        found: dict[Key, Browser | None] = {}
        for workspace_id, ids in _by_workspace(keys).items():
            browsers = await self._contacts.list_browsers(workspace_id, ids)
            found |= {(workspace_id, i): browser for i, browser in browsers.items()}
        return found

    async def _read_records(self, keys: Sequence[Key]) -> dict[Key, list[Any]]:
        found: dict[Key, list[Any]] = defaultdict(list)
        for workspace_id, ids in _by_workspace(keys).items():
            for record in await self._conversations.list_of_contacts(workspace_id, ids):
                found[workspace_id, record["contact_id"]].append(record)
        return found

    async def open_conversation(self, guest: Guest, *, name: str, email: str, locale: str) -> tuple[UUID, UUID]:
        """Contact and conversation of a visitor's message, made where there is none."""
        contact_id = await self._contacts.ensure_contact(
            guest.workspace_id, guest.visitor_id, guest.inbox.id, name=name, email=email, locale=locale
        )
        conversation_id = await self._conversations.open_for_contact(
            guest.workspace_id,
            contact_id,
            inbox_id=guest.inbox.id,
            channel=CHANNEL,
            team_id=guest.inbox.team or 0,
        )
        return contact_id, conversation_id

    def access_conversation(self, guest: Guest, conversation_id: UUID) -> None:
        """Raises `NotFound` unless it is one of the visitor's contact."""
        if all(record["id"] != conversation_id for record in guest.conversations):
            raise NotFound("there is no such conversation")

    async def send(self, guest: Guest, client_id: UUID, what: Send) -> Ack:
        """Append over HTTP, in the contact's open conversation. Raises `TooMany` for a flood."""
        self.flood.take_message(guest.workspace_id, guest.visitor_id)
        meant = guest.goes_to(what)
        if meant and guest.contact_id:
            contact_id, conversation_id = guest.contact_id, meant
        else:
            contact_id, conversation_id = await self.open_conversation(guest, name="", email="", locale="")
        return await self._conversations.send(
            *(guest.workspace_id, conversation_id, ("customer", contact_id), client_id, what),
            rights="own",
            owner=guest.visitor_id,
        )

    def thread_of(self, record: Any) -> Thread:
        """The head of a thread as a customer sees it: who answers, by name and photo."""
        assignee = record["assignee_id"]
        name, photo = (self._access.name_of(assignee), self._access.photo_of(assignee)) if assignee else ("", "")
        return Thread(record["id"], record["status"], assignee, name, photo, record["last_seq"])

    def tell_ended(self, workspace_id: int, visitor_id: UUID) -> None:
        """The browser's token was ended elsewhere: its open panels are told."""
        self._changed(workspace_id, visitor_id, None)

    async def logout(self, guest: Guest) -> None:
        """The browser's token opens nothing any more."""
        await self._contacts.end_visitor(guest.workspace_id, guest.visitor_id, guest.inbox.id)
        self._changed(guest.workspace_id, guest.visitor_id, None)


def _by_workspace(keys: Sequence[Key]) -> dict[int, list[UUID]]:
    grouped: dict[int, list[UUID]] = defaultdict(list)
    for workspace_id, identity in keys:
        grouped[workspace_id].append(identity)
    return grouped
