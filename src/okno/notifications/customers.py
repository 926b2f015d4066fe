"""Customers who left: the ladder from the page over push to e-mail, and the way back from a letter."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from okno.access.api import Access, MasterKeyLost, require
from okno.access.types import Actor, Locale
from okno.bus.events import TimelineSpan
from okno.channels.site.api import Guest
from okno.contacts.api import Contacts
from okno.contacts.types import Contact, Identity
from okno.conversations.api import Conversations
from okno.conversations.bodies import NOBODY, Message
from okno.conversations.types import ConversationRow, Event
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound, TooMany
from okno.kit.ids import uuid7
from okno.kit.wire import encode
from okno.mailer.api import Mailer
from okno.mailer.types import Concerned, Letter
from okno.notifications import letters, rules
from okno.notifications.types import (
    LetterOpened,
    NewPush,
    NoticeSettings,
    NoticeSettingsChange,
    Reach,
    ReachChange,
)
from okno.notifications.webpush import Browser, Pusher, base64url, parse_keys
from okno.visits.api import Visits
from okno.visits.types import Inbox

SQL = load_queries("okno.notifications")
SEAL = "letter-link"


class Pass(msgspec.Struct, frozen=True):
    """What a letter's link carries, sealed: nobody can make one, or read the address in it."""

    workspace_id: int
    inbox_id: int
    contact: UUID
    conversation: UUID
    address: str
    until: datetime


class Reader(NamedTuple):
    """A customer with something unseen: everything a turn of the ladder decides by and writes of."""

    workspace_id: int
    row: ConversationRow
    contact: Contact
    inbox: Inbox
    unseen: Sequence[Event]
    awake: bool
    locale: Locale
    zone: ZoneInfo
    email: Identity | None
    browsers: Sequence[Any]


class Customers:
    """The customers' half of notifications."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        visits: Visits,
        conversations: Conversations,
        mailer: Mailer,
        pusher: Pusher,
        public_url: str,
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._contacts = contacts
        self._visits = visits
        self._conversations = conversations
        self._mailer = mailer
        self._pusher = pusher
        self._url = public_url.rstrip("/")

    # -- what the customer and the administrator set -----------------------------------------------------------------

    async def get_settings(self, workspace_id: int) -> NoticeSettings:
        record = await self._db.fetchrow(SQL["find_settings"], workspace_id)
        return NoticeSettings(*record) if record else NoticeSettings()

    async def change_settings(self, actor: Actor, change: NoticeSettingsChange) -> NoticeSettings:
        require(actor, "workspace")
        old = await self.get_settings(actor.workspace_id)
        given = {n: v for n in NoticeSettings.__struct_fields__ if (v := getattr(change, n)) is not UNSET}
        new = replace(old, **given)
        values = (getattr(new, n) for n in NoticeSettings.__struct_fields__)
        await self._db.execute(SQL["save_settings"], actor.workspace_id, *values)
        return new

    async def change_reach(self, guest: Guest, change: ReachChange) -> Reach:
        """Keep how this customer is told. An address is a claim; giving it again takes a "no more letters" back.

        Raises `NotFound` before the first message: nobody is there to be told.
        """
        contact_id = self._contact_of(guest)
        await self._db.execute(SQL["save_reach"], guest.workspace_id, contact_id, change.locale, change.time_zone)
        if change.email is not UNSET:
            await self._contacts.claim(guest.workspace_id, contact_id, name="", email=change.email)
            await self._db.execute(SQL["resume_address"], guest.workspace_id, change.email)
        contact = await self._contacts.get_contact(guest.workspace_id, contact_id)
        email = await self._email_of(guest.workspace_id, contact)
        browsers = await self._db.fetch(SQL["list_of_contact"], guest.workspace_id, contact_id)
        return Reach(
            rules.masked(email.address if email else ""), self._mailer.enabled, len(browsers), self._pusher.public_key
        )

    def _contact_of(self, guest: Guest) -> UUID:
        if guest.contact_id is None:
            raise NotFound("write a message first")
        return guest.contact_id

    async def subscribe(self, guest: Guest, new: NewPush) -> None:
        contact_id = self._contact_of(guest)
        self._pusher.check(new.endpoint)
        p256dh, auth = parse_keys(new.p256dh, new.auth)
        await self._db.execute(
            SQL["save_subscription"],
            *(guest.workspace_id, uuid7(), contact_id, guest.visitor_id, None, None, new.endpoint, p256dh, auth),
            *(guest.inbox.key, new.locale, self._clock.now()),
        )
        await self._db.execute(
            SQL["forget_oldest_of_contact"], guest.workspace_id, contact_id, limits.PUSH_BROWSERS_MAX
        )

    async def unsubscribe(self, guest: Guest, endpoint: str) -> None:
        await self._db.execute(SQL["end_of_visitor"], guest.workspace_id, guest.visitor_id, endpoint)

    # -- the ladder --------------------------------------------------------------------------------------------------

    async def begin(self, spans: Sequence[TimelineSpan]) -> bool:
        """Messages to customers were committed: their bursts begin. Whether any did."""
        columns = [list(column) for column in zip(*spans, strict=True)]
        default_s = float(NoticeSettings().push_after_s)
        return bool(await self._db.fetch(SQL["begin_notices"], *columns, default_s))

    async def step(self) -> int:
        """Take what is due now one step up; how many notices there were."""
        now = self._clock.now()
        lease = now + timedelta(seconds=limits.NOTICE_LEASE_S)
        due = await self._db.fetch(SQL["take_due_notices"], now, lease, limits.NOTICES_AT_ONCE_MAX)
        for record in due:
            await self._turn(record, lease)
        return len(due)

    async def _turn(self, record: Any, lease: datetime) -> None:
        """The state moves before anything is pushed: a crash costs a push rather than telling twice.

        A letter is queued in the transaction that moves the state: once, whatever dies.
        """
        workspace_id, conversation_id = record["workspace_id"], record["conversation_id"]
        now = self._clock.now()
        settings = await self.get_settings(workspace_id)
        reader = await self._read(record)
        first_at = reader.unseen[0].at if reader and reader.unseen else None
        facts = rules.Facts(
            *(now, record["step"], first_at, bool(reader and reader.awake)),
            *(
                bool(reader and reader.browsers),
                bool(reader and reader.email),
                reader.zone if reader else ZoneInfo("UTC"),
            ),
            record["emailed_at"],
        )
        turn = rules.plan_turn(facts, settings)
        told = reader.row.last_seq if reader and turn.step == "rest" else 0
        key = (workspace_id, conversation_id, lease, turn.step, turn.due_at, told)
        if reader is None or turn.act != "email" or reader.email is None:
            moved = await self._db.fetchval(SQL["move_notice"], *key, None, None)
            if moved and reader and turn.act == "push":
                await self._push(reader)
            return
        address = reader.email.address
        digest = hashlib.sha256(address.lower().encode()).digest()
        since = now - timedelta(days=1)
        many = await self._db.fetchval(SQL["count_letters"], workspace_id, digest, since)
        try:
            async with self._db.transaction() as tx:
                if await tx.fetchval(SQL["move_notice"], *key, now, digest) is None:
                    return
                if many < limits.NOTICE_LETTERS_PER_ADDRESS_DAY_MAX:
                    concerned = Concerned(workspace_id, [reader.contact.id])
                    await self._mailer.post(tx, await self._letter(reader), concerned)
        except TooMany:  # the mail server is down: the notice stays leased and comes again
            return
        self._mailer.wake()

    async def _read(self, record: Any) -> Reader | None:
        """Null when the conversation is gone."""
        workspace_id, conversation_id = record["workspace_id"], record["conversation_id"]
        rows, _ = await self._conversations.list_rows_by_id(workspace_id, [conversation_id])
        if not rows:
            return None
        row = rows[0]
        page = await self._conversations.page_events(
            workspace_id, conversation_id, limit=limits.NOTICE_EVENTS_READ, customer=True
        )
        after = max(row.customer_read_seq, record["told_seq"])
        unseen = [e for e in page.events if e.seq > after and e.actor != "customer" and _is_there(e)]
        awake_since = self._clock.now() - timedelta(seconds=limits.NOTICE_AWAKE_S)
        awake = any(e.actor == "customer" and e.at > awake_since for e in page.events)
        contact = await self._contacts.get_contact(workspace_id, row.contact)
        inbox = next(i for i in await self._visits.list_inboxes(workspace_id) if i.id == row.inbox)
        locale, zone = await self.find_reach(workspace_id, contact, inbox)
        browsers = await self._db.fetch(SQL["list_of_contact"], workspace_id, row.contact)
        email = await self._email_of(workspace_id, contact) if self._mailer.enabled else None
        return Reader(workspace_id, row, contact, inbox, unseen, awake, locale, zone, email, browsers)

    async def _email_of(self, workspace_id: int, contact: Contact) -> Identity | None:
        """The address letters go to: a proven one, else what was claimed last; null when it asked for none."""
        known = [i for i in contact.identities if i.type == "email"]
        if not known:
            return None
        chosen = next((i for i in known if i.verified), known[-1])
        stopped = await self._db.fetchval(SQL["is_stopped"], workspace_id, chosen.address)
        return None if stopped else chosen

    def _title(self, reader: Reader) -> str:
        texts = reader.inbox.texts_ru if reader.locale == "ru" else reader.inbox.texts_en
        return texts.title or reader.inbox.name

    def _said(self, reader: Reader, event: Event) -> letters.Said:
        body = event.body
        assert isinstance(body, Message)  # noqa: S101 - `_is_there` left nothing else
        clock = event.at.astimezone(reader.zone).strftime("%d.%m %H:%M" if reader.locale == "ru" else "%d %b %H:%M")
        files = [file.name for file in body.attachments]
        return letters.Said(event.actor_name, clock, body.text[: limits.NOTICE_TEXT_LEN_MAX], files)

    async def _push(self, reader: Reader) -> None:
        title, text = letters.render_answer(
            self._title(reader), self._said(reader, reader.unseen[-1]), len(reader.unseen), reader.locale
        )
        tag = f"c{reader.row.id.hex[:30]}"
        for record in reader.browsers:
            told = {
                "title": title[: limits.PUSH_TEXT_LEN_MAX],
                "body": text[: limits.PUSH_TEXT_LEN_MAX],
                "tag": tag,
                "url": f"/chat/{record['key']}",
            }
            browser = Browser(record["id"], record["endpoint"], record["p256dh"], record["auth"])
            delivery = await self._pusher.send(browser, encode(told), topic=tag)
            if delivery.gone:
                await self._db.execute(SQL["delete_subscription"], reader.workspace_id, browser.id)

    async def _letter(self, reader: Reader) -> Letter:
        """The unseen part and a way back. Of somebody with a proof of his own no text goes to a mere claim."""
        address = reader.email.address if reader.email else ""
        claim = not (reader.email and reader.email.verified) and any(i.verified for i in reader.contact.identities)
        until = self._clock.now() + timedelta(days=limits.LETTER_LINK_DAYS)
        carried = Pass(reader.workspace_id, reader.inbox.id, reader.contact.id, reader.row.id, address, until)
        url, page, headers = self._ways(carried, reader.inbox.key)
        shown = [] if claim else reader.unseen[-limits.NOTICE_LETTER_MESSAGES_MAX :]
        said = [self._said(reader, event) for event in shown]
        if claim:
            url = await self._site_of(reader) or f"{self._url}/chat/{reader.inbox.key}"
        unseen = letters.Unseen(self._title(reader), said, len(reader.unseen) - len(said), url, page)
        subject, text, html = letters.render_unseen(unseen, reader.locale, limits.LETTER_LINK_DAYS)
        return Letter(address, subject, text, "answer", html, headers)

    def _ways(self, carried: Pass, key: str) -> tuple[str, str, dict[str, str]]:
        """The addresses a letter has: into the chat, and to end letters; and the headers that offer the second."""
        token = self._seal(carried)
        stop = f"{self._url}/api/v1/letters/stop?token={token}"
        headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return f"{self._url}/chat/{key}#open={token}", f"{self._url}/chat/{key}#stop={token}", headers

    async def find_address(self, workspace_id: int, contact: Contact) -> Identity | None:
        """The address letters to this customer go to; null without one, and where letters are not wanted."""
        return await self._email_of(workspace_id, contact)

    async def is_stopped(self, workspace_id: int, address: str) -> bool:
        """Whether its owner wants no letters."""
        return bool(await self._db.fetchval(SQL["is_stopped"], workspace_id, address))

    def ways_to_stop(
        self, workspace_id: int, inbox: Inbox, contact_id: UUID, address: str
    ) -> tuple[str, dict[str, str]]:
        """For another letter to a customer: the page that ends letters to this address, and the headers for it."""
        # A link that was made when it expires opens no conversation: it ends letters and no more.
        carried = Pass(workspace_id, inbox.id, contact_id, NOBODY, address, self._clock.now())
        _, page, headers = self._ways(carried, inbox.key)
        return page, headers

    async def find_reach(self, workspace_id: int, contact: Contact, inbox: Inbox) -> tuple[Locale, ZoneInfo]:
        """The customer's language and time zone, as far as they are known."""
        reach = await self._db.fetchrow(SQL["find_reach"], workspace_id, contact.id)
        workspace = await self._access.get_workspace(workspace_id)
        locale: Locale = reach["locale"] if reach else "ru" if contact.locale.startswith("ru") else workspace.locale
        inbox_zone = await self._visits.time_zone(workspace_id, inbox.calendar)
        return locale, rules.zone_of(reach["time_zone"] if reach else "", inbox_zone)

    async def _site_of(self, reader: Reader) -> str:
        """The page of the site the customer was on last: he signs in there."""
        visits = await self._visits.list_visits(reader.workspace_id, reader.contact.id)
        pages = [page.url for visit in visits for page in visit.pages]
        return next((url for url in pages if url.startswith(("https://", "http://"))), "")

    # -- back from a letter ------------------------------------------------------------------------------------------

    async def open_letter(self, token: str) -> LetterOpened:
        """Let the holder of a letter into its conversation. Raises `NotFound` when it opens nothing (any more)."""
        carried = self._unseal(token)
        if carried.until < self._clock.now():
            raise NotFound("this link is too old: open the chat on the site")
        inboxes = await self._visits.list_inboxes(carried.workspace_id)
        inbox = next((i for i in inboxes if i.id == carried.inbox_id), None)
        if inbox is None:
            raise NotFound("this chat is not there any more")
        visitor_id = await self._contacts.open_by_letter(
            carried.workspace_id, carried.inbox_id, carried.contact, carried.address
        )
        visitor = self._contacts.visitor_token(carried.workspace_id, visitor_id)
        return LetterOpened(inbox.key, visitor, carried.conversation)

    async def stop_letters(self, token: str) -> None:
        """No more letters to the address this one was sent to; works as long as the letter exists."""
        carried = self._unseal(token)
        await self._db.execute(SQL["stop_address"], carried.workspace_id, carried.address, self._clock.now())

    def _seal(self, carried: Pass) -> str:
        return base64url(self._access.keys.seal(SEAL, encode(carried)))

    def _unseal(self, token: str) -> Pass:
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            return msgspec.json.decode(self._access.keys.unseal(SEAL, sealed), type=Pass)
        except (ValueError, MasterKeyLost, msgspec.MsgspecError):
            raise NotFound("this link is not whole: copy all of it from the letter") from None


def _is_there(event: Event) -> bool:
    return isinstance(event.body, Message) and event.body.deleted_at is None
