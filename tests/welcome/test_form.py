"""What is asked before a chat is checked, kept as claims with the consent, and leads to the right queue."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.attributes.types import NewAttribute
from okno.channels.site.api import Guest
from okno.conversations.bodies import Described, Message
from okno.kit.errors import Invalid, NotFound
from okno.kit.ids import uuid7
from okno.routing.types import NewQueue
from okno.visits.types import Form, FormField, InboxChange, Topic
from okno.welcome.types import FilledForm
from tests.conversations.people import make_operator, read_all

CONSENT = "Согласен на обработку персональных данных по политике компании"


async def ask(app: App, owner: Actor, form: Form) -> Guest:
    """A stranger before this form."""
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    await app.visits.change_inbox(owner, inbox.id, InboxChange(form=form))
    return await app.site.enter(inbox.key, None, identity=None, name="", email="", locale="ru")


def filled(**more: Any) -> FilledForm:
    right = {"name": "Олег", "email": "oleg@example.com", "phone": "+7 999 123-45-67", "topic": 0, "consent": "2"}
    return FilledForm(uuid7(), "Где мой заказ?", **{**right, "locale": "ru", **more})


async def test_a_filled_form_begins_a_conversation_in_the_topics_queue(app: App) -> None:
    """The operator would ask again what the customer has said, or another team get what is not theirs."""
    owner = await make_operator(app, "owner")
    queue = await app.routing.create_queue(owner, NewQueue(f"Доставка {uuid7()}"))
    plan = await app.attributes.create_attribute(owner, NewAttribute("contact", f"p{uuid7().hex[:8]}", "План", "text"))
    order = await app.attributes.create_attribute(
        owner, NewAttribute("conversation", f"o{uuid7().hex[:8]}", "Заказ", "number")
    )
    fields = [FormField(one, required=True) for one in ("name", "email", "phone", "topic")]
    fields += [FormField(f"contact:{plan.key}"), FormField(f"conversation:{order.key}", label_ru="Номер")]
    form = Form(True, fields, [Topic("Доставка", "Delivery", queue.id)], CONSENT, "", "2")
    guest = await ask(app, owner, form)
    shown = (await app.visits.get_config(guest.inbox.key)).form
    assert shown is not None
    assert [(one.field, one.label_ru, one.type) for one in shown.fields][-1] == (
        f"conversation:{order.key}",
        "Номер",
        "number",
    )
    assert shown.topics_en == ["Delivery"]
    values = {f"contact:{plan.key}": "Золото", f"conversation:{order.key}": "17"}
    said = filled(values=values, page="https://shop.example/cart")
    conversation = await app.welcome.forms.fill(guest, said)
    guest = await app.site.get_guest(guest.inbox.key, guest.token)
    assert await app.welcome.forms.fill(guest, said) == conversation  # sent again on a bad link
    assert guest.contact_id is not None
    contact = await app.contacts.get_contact(app.workspace_id, guest.contact_id)
    found = [(one.address, one.verified) for one in contact.identities]
    assert (contact.name, found) == ("Олег", [("oleg@example.com", False), ("+79991234567", False)])
    assert (await app.contacts.list_attributes(app.workspace_id, guest.contact_id))[0].value == "Золото"
    events = await read_all(app, conversation)
    assert [e.body.text for e in events if isinstance(e.body, Message)] == ["Где мой заказ?"]
    assert ("Заказ", "17") in [(e.body.name, e.body.value) for e in events if isinstance(e.body, Described)]
    assert list((await app.conversations.get_row(owner, conversation)).labels) == ["Доставка"]
    place = await app.database.fetchval(
        "SELECT queue_id FROM queue_entry WHERE conversation_id = $1 AND left_at IS NULL", conversation
    )
    assert place == queue.id
    consents = await app.welcome.forms.list_consents(owner, guest.contact_id)
    assert [(c.wording, c.version, c.source, c.withdrawn_at) for c in consents] == [
        (CONSENT, "2", "https://shop.example/cart", None)
    ]
    taken = await app.welcome.forms.withdraw(owner, guest.contact_id, consents[0].id)
    assert taken[0].withdrawn_by == owner.name
    assert taken[0].withdrawn_at is not None
    await app.welcome.forms.withdraw_own(guest)
    assert (await app.welcome.forms.list_consents(owner, guest.contact_id)) == taken
    await app.privacy.persons.erase(owner, guest.contact_id)
    async with asyncio.timeout(30):
        while (await app.welcome.forms.list_consents(owner, guest.contact_id))[0].source:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "  "}, "name"),
        ({"email": "oleg@"}, "email"),
        ({"email": ""}, "email"),
        ({"phone": "12"}, "phone"),
        ({"topic": None}, "topic"),
        ({"topic": 1}, "topic"),
        ({"consent": None}, "consent"),
        ({"consent": "1"}, "consent"),
    ],
)
async def test_what_is_not_right_is_named_and_nothing_is_kept(app: App, more: dict[str, Any], field: str) -> None:
    """Half of a form would be a customer, or data be kept without consent or under words nobody has read."""
    owner = await make_operator(app, "owner")
    fields = [FormField(one, required=True) for one in ("name", "email", "phone", "topic")]
    guest = await ask(app, owner, Form(True, fields, [Topic("Доставка")], CONSENT, "", "2"))
    with pytest.raises(Invalid) as refused:
        await app.welcome.forms.fill(guest, filled(**more))
    assert refused.value.field == field
    again = await app.site.get_guest(guest.inbox.key, guest.token)
    assert again.contact_id is None
    assert again.conversations == []


async def test_what_is_not_asked_is_not_kept(app: App) -> None:
    """A page made by somebody else could fill in what the company does not want to have."""
    owner = await make_operator(app, "owner")
    guest = await ask(app, owner, Form(True, [FormField("name")]))
    await app.welcome.forms.fill(guest, filled(values={"contact:unknown": "x"}))
    guest = await app.site.get_guest(guest.inbox.key, guest.token)
    assert isinstance(guest.contact_id, UUID)
    contact = await app.contacts.get_contact(app.workspace_id, guest.contact_id)
    assert (contact.name, contact.identities) == ("Олег", [])
    bare = await ask(app, owner, Form())
    with pytest.raises(NotFound):
        await app.welcome.forms.fill(bare, filled())
