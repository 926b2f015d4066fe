"""Copies of a dialogue: saved as text, page or PDF, by the customer and by operators, or sent by e-mail."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from msgspec import UNSET
from msgspec.structs import replace

from okno.access.api import Access, require
from okno.access.types import Actor, Locale
from okno.channels.site.api import Guest
from okno.channels.site.flood import Buckets
from okno.contacts.api import Contacts
from okno.contacts.types import Contact, Identity
from okno.conversations.api import Conversations
from okno.conversations.bodies import Message, Note
from okno.conversations.types import ConversationRow, Event
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.exports import pdf, render, rules
from okno.exports.types import (
    MEDIA_TYPES,
    Copy,
    Format,
    LetterQueued,
    OwnTranscriptLetter,
    Transcript,
    TranscriptLetter,
    TranscriptOptions,
    TranscriptSettings,
    TranscriptSettingsChange,
)
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotAllowed, NotFound, TooLarge, TooMany
from okno.kit.ids import uuid7
from okno.mailer.api import Mailer
from okno.mailer.types import Concerned, Enclosure, Letter
from okno.notifications.api import Notifications
from okno.visits.api import Visits
from okno.visits.types import Inbox

SQL = load_queries("okno.exports")
log = structlog.get_logger()
DAY = timedelta(days=1)


class Wanted(NamedTuple):
    """How a reader wants his copy. `part` 0: the last one; an empty zone: as far as it is known."""

    format: Format
    locale: Locale | None = None
    time_zone: str = ""
    part: int = 0
    internal: bool = False


class Source(NamedTuple):
    """What a copy is made of, read as its reader may read it."""

    row: ConversationRow
    contact: Contact
    inbox: Inbox
    events: list[Event]
    part: int
    parts: int


class Transcripts:
    """Of this process: few are made at a time, whatever is asked for."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        visits: Visits,
        conversations: Conversations,
        notifications: Notifications,
        mailer: Mailer,
        public_url: str,
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._contacts = contacts
        self._visits = visits
        self._conversations = conversations
        self._customers = notifications.customers
        self._mailer = mailer
        self._url = public_url.rstrip("/")
        self._places = asyncio.Semaphore(limits.TRANSCRIPTS_AT_ONCE_MAX)
        self._waiting = 0
        self._visitors = Buckets(clock, limits.TRANSCRIPTS_PER_VISITOR_BURST, limits.TRANSCRIPTS_PER_VISITOR_S)

    # -- settings --------------------------------------------------------------------------------------------------

    async def get_settings(self, workspace_id: int) -> TranscriptSettings:
        record = await self._db.fetchrow(SQL["find_settings"], workspace_id)
        return TranscriptSettings(*record) if record else TranscriptSettings()

    async def change_settings(self, actor: Actor, change: TranscriptSettingsChange) -> TranscriptSettings:
        require(actor, "workspace")
        old = await self.get_settings(actor.workspace_id)
        given = {n: v for n in TranscriptSettings.__struct_fields__ if (v := getattr(change, n)) is not UNSET}
        new = replace(old, **given)
        await self._db.execute(SQL["save_settings"], actor.workspace_id, new.download, new.email)
        return new

    # -- for operators ---------------------------------------------------------------------------------------------

    async def save(self, actor: Actor, conversation_id: UUID, wanted: Wanted) -> Copy:
        """A copy for an operator: what the customer sees, or with the right `export` everything said, notes too.

        Raises `NotFound`, `NotAllowed`, `Invalid`, `TooMany`, `Unavailable`.
        """
        await self._conversations.access_conversation(actor, conversation_id)
        if wanted.internal:
            require(actor, "export")
        source = await self._read(actor.workspace_id, conversation_id, wanted)
        ids = _files_of(source.events)
        links = await self._conversations.attached.list_links(actor, ids)
        urls = {link.id: self._url + link.url for link in links}
        copy, _ = await self._make(actor.workspace_id, source, wanted, urls)
        told = f"{wanted.format}, part {source.part} of {source.parts}{', with notes' if wanted.internal else ''}"
        subject = f"conversation {conversation_id}"
        await self._access.audit.record(self._db, actor, "transcript.saved", subject, told)
        return copy

    async def send(self, actor: Actor, conversation_id: UUID, new: TranscriptLetter) -> LetterQueued:
        """The customer's copy to one of his addresses. Raises `NotFound`, `Conflict`, `TooMany`."""
        await self._conversations.access_conversation(actor, conversation_id)
        require(actor, "contacts")
        wanted = Wanted(new.format, new.locale, new.time_zone)
        source = await self._read(actor.workspace_id, conversation_id, wanted)
        person = await self._contacts.persons.get(actor.workspace_id, source.contact.id)
        identity = next((one for one in person.identities if one.id == new.identity), None)
        if identity is None:
            raise NotFound("the customer has no such address")
        rules.check_address(person, identity, source.events)
        letter = await self._letter(actor.workspace_id, source, wanted, identity)
        async with self._db.transaction() as tx:
            await self._post(tx, actor.workspace_id, source, identity, letter, visitor_id=None)
            subject = f"conversation {conversation_id}"
            told = f"{new.format} to {rules.masked_address(identity.address)}"
            await self._access.audit.record(tx, actor, "transcript.sent", subject, told)
        self._mailer.wake()
        return LetterQueued(rules.masked_address(identity.address))

    # -- for customers ---------------------------------------------------------------------------------------------

    async def options(self, guest: Guest) -> TranscriptOptions:
        settings = await self.get_settings(guest.workspace_id)
        contact = await self._contact_of(guest)
        identity = await self._customers.find_address(guest.workspace_id, contact) if contact else None
        address = rules.masked_address(identity.address) if identity else ""
        return TranscriptOptions(settings.download, settings.email and self._mailer.enabled, address)

    async def save_own(self, guest: Guest, conversation_id: UUID, wanted: Wanted) -> Copy:
        """A customer's copy of what he sees. Raises `NotFound`, `NotAllowed` where it is switched off, `TooMany`."""
        self._own(guest, conversation_id)
        if not (await self.get_settings(guest.workspace_id)).download:
            raise NotAllowed("copies are not offered here")
        if not self._visitors.take((guest.workspace_id, guest.visitor_id)):
            raise TooMany("you have just saved it: wait a minute")
        source = await self._read(guest.workspace_id, conversation_id, wanted)
        own = [record["id"] for record in guest.conversations]
        links = await self._conversations.attached.list_links_for_customer(
            guest.workspace_id, guest.visitor_id, own, _files_of(source.events)
        )
        urls = {link.id: self._url + link.url for link in links}
        copy, _ = await self._make(guest.workspace_id, source, wanted, urls)
        return copy

    async def send_own(self, guest: Guest, conversation_id: UUID, new: OwnTranscriptLetter) -> LetterQueued:
        """The same by e-mail, to the one address the customer is written to.

        Raises `NotFound`, `NotAllowed`, `Conflict`, `TooMany`.
        """
        self._own(guest, conversation_id)
        settings = await self.get_settings(guest.workspace_id)
        if not settings.email or not self._mailer.enabled:
            raise NotAllowed("copies are not sent from here")
        contact = await self._contact_of(guest)
        if contact is None:
            raise NotFound("write a message first")
        wanted = Wanted(new.format, new.locale, new.time_zone)
        identity = await self._customers.find_address(guest.workspace_id, contact)
        source = await self._read(guest.workspace_id, conversation_id, wanted)
        identity = rules.check_address(contact, identity, source.events)
        letter = await self._letter(guest.workspace_id, source, wanted, identity)
        async with self._db.transaction() as tx:
            await self._post(tx, guest.workspace_id, source, identity, letter, visitor_id=guest.visitor_id)
            await self._access.audit.record_customer(tx, guest.workspace_id, contact.id, "transcript.sent")
        self._mailer.wake()
        return LetterQueued(rules.masked_address(identity.address))

    @staticmethod
    def _own(guest: Guest, conversation_id: UUID) -> None:
        if all(record["id"] != conversation_id for record in guest.conversations):
            raise NotFound("there is no such conversation")

    async def _contact_of(self, guest: Guest) -> Contact | None:
        return await self._contacts.get_contact(guest.workspace_id, guest.contact_id) if guest.contact_id else None

    # -- making one ------------------------------------------------------------------------------------------------

    async def _read(self, workspace_id: int, conversation_id: UUID, wanted: Wanted) -> Source:
        """One part of the timeline, for the customer's eyes unless it is internal."""
        rows, _ = await self._conversations.list_rows_by_id(workspace_id, [conversation_id])
        if not rows:
            raise NotFound("there is no such conversation")
        row = rows[0]
        part, parts, after = rules.plan_part(row.last_seq, wanted.part)
        until, events = after + limits.TRANSCRIPT_EVENTS, list[Event]()
        while after < until:
            page = await self._conversations.page_events(
                *(workspace_id, conversation_id),
                after=after,
                limit=min(limits.PAGE_MAX, until - after),
                customer=not wanted.internal,
            )
            events += page.events
            if not page.events or not page.more_after:
                break
            after = page.events[-1].seq
        contact = await self._contacts.get_contact(workspace_id, row.contact)
        inbox = next(i for i in await self._visits.list_inboxes(workspace_id) if i.id == row.inbox)
        return Source(row, contact, inbox, [event for event in events if event.seq <= until], part, parts)

    async def _make(
        self, workspace_id: int, source: Source, wanted: Wanted, urls: dict[UUID, str]
    ) -> tuple[Copy, Transcript]:
        locale, zone = await self._reader(workspace_id, source, wanted)
        view = rules.View(locale, zone, wanted.internal, source.contact.name, urls)
        made_at = self._clock.now()
        links_until = made_at + timedelta(seconds=limits.FILE_URL_S) if urls else None

        def plan() -> Transcript:
            lines, cut = rules.lines_of(source.events, view)
            texts = source.inbox.texts_ru if locale == "ru" else source.inbox.texts_en
            return Transcript(
                *(texts.title or source.inbox.name, source.contact.name, locale, zone.key, made_at.astimezone(zone)),
                *(source.part, source.parts, wanted.internal, lines, cut),
                links_until.astimezone(zone) if links_until else None,
            )

        if self._waiting >= limits.TRANSCRIPTS_WAITING_MAX:
            raise TooMany("many copies are being made: try again in a minute")
        self._waiting += 1
        try:
            async with self._places:
                transcript = await asyncio.to_thread(plan)
                content = await self._render(transcript, wanted.format)
        finally:
            self._waiting -= 1
        if len(content) > limits.TRANSCRIPT_BYTES_MAX:
            raise TooLarge("the copy is larger than can be saved: take the text")
        name = render.name_of(transcript, wanted.format)
        return Copy(name, MEDIA_TYPES[wanted.format], content), transcript

    @staticmethod
    async def _render(transcript: Transcript, wanted: Format) -> bytes:
        match wanted:
            case "txt":
                return (await asyncio.to_thread(render.render_text, transcript)).encode()
            case "html":
                return (await asyncio.to_thread(render.render_html, transcript)).encode()
            case "pdf":
                return await pdf.make_pdf(await asyncio.to_thread(pdf.render_pages, transcript))

    async def _reader(self, workspace_id: int, source: Source, wanted: Wanted) -> tuple[Locale, ZoneInfo]:
        locale, zone = await self._customers.find_reach(workspace_id, source.contact, source.inbox)
        return wanted.locale or locale, rules.parse_zone(wanted.time_zone, zone)

    # -- by e-mail -------------------------------------------------------------------------------------------------

    async def _letter(self, workspace_id: int, source: Source, wanted: Wanted, identity: Identity) -> Letter:
        """Letters are passed on: no file has an address in them."""
        if not self._mailer.enabled:
            raise Conflict("no mail server is set up: save the copy and send it yourself")
        if await self._customers.is_stopped(workspace_id, identity.address):
            raise Conflict("the owner of this address wants no letters")
        copy, transcript = await self._make(workspace_id, source, wanted, {})
        if len(copy.content) > limits.TRANSCRIPT_LETTER_BYTES_MAX:
            raise TooLarge("the copy is too large for a letter: save it")
        to_stop = (workspace_id, source.inbox, source.contact.id, identity.address)
        stop_url, headers = self._customers.ways_to_stop(*to_stop)
        subject, text = render.render_letter(transcript, copy.name, stop_url)
        file = Enclosure(copy.name, copy.media_type.partition(";")[0], copy.content)
        return Letter(identity.address, subject, text, "transcript", headers=headers, enclosures=[file])

    async def _post(
        self,
        tx: Connection,
        workspace_id: int,
        source: Source,
        identity: Identity,
        letter: Letter,
        *,
        visitor_id: UUID | None,
    ) -> None:
        """Within the limits of its address, its visitor and the day. Raises `TooMany`."""
        now = self._clock.now()
        digest = hashlib.sha256(identity.address.lower().encode()).digest()
        await tx.execute(SQL["lock_letters"], workspace_id)
        await tx.execute(SQL["forget_letters"], workspace_id, now - DAY)
        lately: Any = await tx.fetchrow(SQL["count_letters"], workspace_id, digest, visitor_id, now - DAY)
        per_address = (
            limits.TRANSCRIPT_LETTERS_PER_ADDRESS_DAY_MAX
            if identity.verified
            else limits.TRANSCRIPT_LETTERS_PER_CLAIM_DAY_MAX
        )
        if lately["of_address"] >= per_address:
            raise TooMany("enough copies went to this address today: save the copy instead")
        if visitor_id and lately["of_visitor"] >= limits.TRANSCRIPT_LETTERS_PER_VISITOR_DAY_MAX:
            raise TooMany("you have had enough copies sent today: save the copy instead")
        if lately["of_all"] >= limits.TRANSCRIPT_LETTERS_PER_DAY_MAX:
            log.error("no more copies of dialogues are sent today", workspace=workspace_id, letters=lately["of_all"])
            raise TooMany("too many copies were sent today: save the copy instead")
        await self._mailer.post(tx, letter, Concerned(workspace_id, [source.contact.id]))
        await tx.execute(SQL["insert_letter"], workspace_id, uuid7(), digest, visitor_id, now)


def _files_of(events: Sequence[Event]) -> list[UUID]:
    """Files of these events, as many as get an address."""
    ids = [file.id for e in events if isinstance(e.body, Message | Note) for file in e.body.attachments]
    return ids[: limits.TRANSCRIPT_LINKS_MAX]
