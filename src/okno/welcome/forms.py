"""The form before a chat: checked, kept as what the customer says of himself, with what he agreed to."""

from collections.abc import Mapping
from uuid import UUID

from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.channels.site.api import Guest, Site
from okno.contacts.api import Contacts, normal_address
from okno.conversations.api import Conversations, system_of
from okno.conversations.bodies import Described
from okno.conversations.types import SendMessage
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.routing.api import Routing
from okno.routing.types import Transfer
from okno.visits.types import Form, Topic
from okno.welcome.types import Consent, FilledForm

SQL = load_queries("okno.welcome")
CUSTOMER = "the customer"
Values = dict[str, str]
"""Texts of attributes by field: `contact:plan`."""


class Forms:
    """Everything is checked before anything is kept; what is kept is a claim, never a proof."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        contacts: Contacts,
        attributes: Attributes,
        site: Site,
        conversations: Conversations,
        routing: Routing,
    ) -> None:
        self._db = database
        self._clock = clock
        self._contacts = contacts
        self._attributes = attributes
        self._site = site
        self._conversations = conversations
        self._routing = routing

    async def fill(self, guest: Guest, filled: FilledForm) -> UUID:
        """The conversation the message begins. Raises `Invalid` naming the field, `NotFound` where nothing is asked."""
        form, workspace_id = guest.inbox.form, guest.workspace_id
        if not form.fields and not form.consent_ru and not form.consent_en:
            raise NotFound("nothing is asked here")
        topic, values = await self._check(workspace_id, form, filled)
        asked = {one.field for one in form.fields}
        name, email = (getattr(filled, one).strip() if one in asked else "" for one in ("name", "email"))
        contact_id = await self._contacts.ensure_contact(
            workspace_id, guest.visitor_id, guest.inbox.id, name=name, email=email, locale=filled.locale
        )
        await self._keep_consent(workspace_id, contact_id, form, filled)
        if filled.phone.strip() and "phone" in asked:
            await self._contacts.claim_phone(workspace_id, contact_id, filled.phone)
        for field, text in values.items():
            subject, _, key = field.partition(":")
            if subject == "contact":
                await self._contacts.set_attribute(workspace_id, contact_id, key, text)
        _, conversation_id = await self._site.open_conversation(guest, name="", email="", locale=filled.locale)
        for field, text in values.items():
            subject, _, key = field.partition(":")
            if subject == "conversation":
                await self._describe(workspace_id, conversation_id, key, text)
        if topic:
            await self._about(workspace_id, conversation_id, topic)
        await self._site.send(guest, filled.id, SendMessage(text=filled.text))
        return conversation_id

    async def _check(self, workspace_id: int, form: Form, filled: FilledForm) -> tuple[Topic | None, Values]:
        values: Values = {}
        topic: Topic | None = None
        for one in form.fields:
            text = _said(one.field, filled.values, filled)
            if not text:
                if one.required and not (one.field == "topic" and not form.topics):
                    raise Invalid("this is needed", field=one.field)
            elif one.field == "topic":
                topic = _topic(form, int(text))
            elif await self._is_right(workspace_id, one.field, text) and ":" in one.field:
                values[one.field] = text
        if (form.consent_ru or form.consent_en) and filled.consent != form.consent_version:
            raise Invalid("nothing can be kept without your consent", field="consent")
        return topic, values

    async def _is_right(self, workspace_id: int, field: str, text: str) -> bool:
        """False for an attribute that was deleted meanwhile. Raises `Invalid` naming the field."""
        try:
            if field in ("email", "phone"):
                normal_address(field, text)
            elif field.startswith("contact:"):
                await self._attributes.check_value(workspace_id, "contact", field.partition(":")[2], text)
            elif field.startswith("conversation:"):
                await self._attributes.check_value(workspace_id, "conversation", field.partition(":")[2], text)
        except Invalid as error:
            raise Invalid(error.detail, field=field) from None
        except NotFound:
            return False
        return True

    async def _keep_consent(self, workspace_id: int, contact_id: UUID, form: Form, filled: FilledForm) -> None:
        texts = (form.consent_ru, form.consent_en)
        wording = (texts[0] or texts[1]) if filled.locale == "ru" else (texts[1] or texts[0])
        if wording:
            values = (filled.id, contact_id, form.consent_version, wording, filled.page)
            await self._db.execute(SQL["insert_consent"], workspace_id, *values, self._clock.now())

    async def _describe(self, workspace_id: int, conversation_id: UUID, key: str, text: str) -> None:
        attribute, value = await self._attributes.set_value(
            self._db, workspace_id, "conversation", conversation_id, key, text
        )
        await self._conversations.record(
            system_of(workspace_id), conversation_id, Described(key, attribute.name, value)
        )

    async def _about(self, workspace_id: int, conversation_id: UUID, topic: Topic) -> None:
        """Label and queue, before the message comes: nobody of the wrong queue is asked to take it."""
        system = system_of(workspace_id)
        await self._conversations.set_labels(system, conversation_id, [topic.ru])
        if topic.queue:
            try:
                await self._routing.transfer(system, conversation_id, Transfer(queue=topic.queue))
            except (Conflict, NotFound):  # the queue was deleted, or somebody has the conversation
                return

    # -- consents --------------------------------------------------------------------------------------------------

    async def list_consents(self, actor: Actor, contact_id: UUID) -> list[Consent]:
        """Of the person, also of contacts that are shown as one with him; the latest first."""
        await self._contacts.get_contact(actor.workspace_id, contact_id)
        values = (actor.workspace_id, contact_id, limits.CONSENTS_SHOWN_MAX)
        return [Consent(*r) for r in await self._db.fetch(SQL["list_consents"], *values)]

    async def withdraw(self, actor: Actor, contact_id: UUID, consent_id: UUID) -> list[Consent]:
        """Taken back at the person's wish, by an operator. Again is no error."""
        await self._withdraw(actor.workspace_id, contact_id, consent_id, actor.name)
        return await self.list_consents(actor, contact_id)

    async def forget(self, workspace_id: int, contact_id: UUID) -> None:
        """The person was erased: his consents stay as proof, without the pages."""
        await self._db.execute(SQL["forget_consents"], workspace_id, contact_id)

    async def withdraw_own(self, guest: Guest) -> None:
        """By the customer himself: everything he agreed to here."""
        if guest.contact_id:
            await self._withdraw(guest.workspace_id, guest.contact_id, None, CUSTOMER)

    async def _withdraw(self, workspace_id: int, contact_id: UUID, consent_id: UUID | None, by: str) -> None:
        await self._db.fetch(SQL["withdraw_consents"], workspace_id, contact_id, consent_id, self._clock.now(), by)


def _said(field: str, values: Mapping[str, str], filled: FilledForm) -> str:
    if field == "topic":
        return "" if filled.topic is None else str(filled.topic)
    text: str = values.get(field, "") if ":" in field else getattr(filled, field)
    return text.strip()


def _topic(form: Form, place: int) -> Topic:
    if place >= len(form.topics):
        raise Invalid("there is no such topic", field="topic")
    return form.topics[place]
