"""What a customer writes in: told by his words, corrected by an operator, looked at by routing and spell check."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from okno.app.wiring import App
from okno.conversations.language import language_of
from okno.conversations.types import SendMessage
from okno.kit.ids import uuid7
from okno.routing.types import SeatChange
from tests.conversations.people import make_contact, make_operator, open_conversation, settle

SAID = {
    "ru": ["Здравствуйте, где мой заказ?", "верните деньги", "Сколько стоит доставка в Казань"],
    "uk": ["Добрий день, де моє замовлення?", "Чи є цей товар в наявності, підкажіть"],
    "be": ["Добры дзень, калі прыедзе заказ? Дзякуй, чакаю ў панядзелак"],
    "kk": ["Сәлем, бұл қайда? Тапсырысым қашан келеді"],
    "en": ["Hi, where is my order?", "can you help me please", "How much is delivery to Paris"],
    "de": ["Hallo, wo ist meine Bestellung?", "Ich habe eine Frage zu der Lieferung"],
    "fr": ["Bonjour, où est ma commande ?", "Je voudrais parler avec un conseiller"],
    "es": ["Hola, ¿dónde está mi pedido?"],
    "it": ["Buongiorno, dove è il mio pacco? Non posso aspettare"],
    "pt": ["Olá, onde está meu pedido? Não recebi"],
    "pl": ["Dzień dobry, gdzie jest moja przesyłka?"],
    "tr": ["Merhaba, siparişim nerede?"],
}


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, all_of in SAID.items() for text in all_of])
def test_a_few_words_tell_the_language(language: str, text: str) -> None:
    """The customer would be given to somebody who does not understand him."""
    assert language_of([text]) == language


@pytest.mark.parametrize("text", ["", "ок", "+7 900 123-45-67", "AC-4512", "😀😀😀", "https://a.b/c", "12:30"])
def test_what_tells_nothing_is_not_guessed(text: str) -> None:
    """A number of an order would decide who answers."""
    assert language_of([text]) == ""


def test_more_messages_tell_more() -> None:
    """The first word alone may be of any language."""
    assert language_of(["Roma"]) == ""
    assert language_of(["Roma", "where is it, can you see it?"]) == "en"


async def write(app: App, conversation: UUID, contact: UUID, text: str) -> None:
    values: Any = (app.workspace_id, conversation, ("customer", contact), uuid7(), SendMessage(text=text))
    await app.conversations.send(*values, rights="own")


async def test_an_operators_word_stays(app: App) -> None:
    """What he corrected would be back with the next message."""
    owner, contact = await make_operator(app, "owner"), await make_contact(app)
    conversation = await open_conversation(app, contact)
    await write(app, conversation, contact, "Hello, where is my order?")
    await settle(app, "conversations.language")
    assert (await app.conversations.get_row(owner, conversation)).language == "en"
    await app.conversations.set_language(owner, conversation, "de")
    await write(app, conversation, contact, "where is it, please?")
    await settle(app, "conversations.language")
    assert (await app.conversations.get_row(owner, conversation)).language == "de"
    await app.conversations.set_language(owner, conversation, "")
    await write(app, conversation, contact, "please?")
    await settle(app, "conversations.language")
    assert (await app.conversations.get_row(owner, conversation)).language == "en"


async def test_whoever_speaks_it_is_asked_and_nobody_waits_for_a_language_nobody_speaks(app: App) -> None:
    """A customer would be given to an operator who cannot read him, or wait for ever."""
    owner = await make_operator(app, "owner")
    await app.routing.change_seat(owner, owner.operator_id, SeatChange(languages=["en"]))
    sql = "SELECT language FROM queue_entry WHERE workspace_id = $1 AND conversation_id = $2 AND left_at IS NULL"
    for text, waits_for in (("Hello, where is my order?", "en"), ("Merhaba, siparişim nerede?", "")):
        contact = await make_contact(app)
        conversation = await open_conversation(app, contact)
        await write(app, conversation, contact, text)
        await settle(app, "conversations.language")
        async with asyncio.timeout(30):
            while True:
                await settle(app, "routing.follow")
                row = await app.database.fetchrow(sql, app.workspace_id, conversation)
                if row and row["language"] == waits_for:
                    break
                await asyncio.sleep(0.05)
