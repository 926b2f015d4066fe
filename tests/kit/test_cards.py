"""Numbers of payment cards never get past the door."""

import importlib
import pkgutil
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import okno
from okno.access.types import AnyPassword
from okno.conversations.types import SendMessage
from okno.kit.cards import MASK, mask_cards
from okno.kit.wire import RAW, Wire

CARDS = (
    "4111111111111111",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "6200000000000005",
    "2200700512345678",
    "6011111111111117",
    "3530111333300000",
    "30569309025904",
    "6759649826438453",
    "9860000000000000",
)


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("between", ["", " ", "-", "\u00a0", "\u200b", ". "])
def test_a_card_keeps_only_its_last_digits(number: str, between: str) -> None:
    """A number of this scheme, written in groups, would be stored as it was typed."""
    written = between.join(number[at : at + 4] for at in range(0, len(number), 4))
    masked = mask_cards(f"моя карта {written}, спасибо")
    assert [c for c in masked if c.isdigit()] == list(number[-4:])
    assert masked.count(MASK) == len(number) - 4
    assert masked.startswith("моя карта ")
    assert masked.endswith(", спасибо")


@pytest.mark.parametrize(
    "text",
    [
        "+7 999 123-45-67, 8 800 555 35 35",
        "заказ 1234567890123",
        "счёт 40817810099910004312",
        "4111111111111112",
        "41111111111111110000",
        "0000 0000 0000 0000",
        "2026-01-01T12:30:45.123456",
        "123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    """Orders, accounts and telephones would be unreadable."""
    assert mask_cards(text) is text


def test_a_card_beside_other_numbers() -> None:
    """The expiry date or the telephone beside it would hide the card from the rule."""
    text = "89991234567 4111 1111 1111 1111 12/27 123"
    assert mask_cards(text) == "89991234567 •••• •••• •••• 1111 12/27 123"
    assert mask_cards("4111111111111111 5105105105105100") == "••••••••••••1111 ••••••••••••5100"


@given(st.text(max_size=200))
def test_masking_changes_digits_only(text: str) -> None:
    """A message would come out as another text, or be masked again and again."""
    masked = mask_cards(text)
    assert len(masked) == len(text)
    assert all(a == b or (a.isdigit() and b == MASK) for a, b in zip(text, masked, strict=True))
    assert mask_cards(masked) == masked


RAW_FIELDS = {
    *("AnyPassword", "LinkUse.password", "Login.password", "PasswordChange.current", "PasswordChange.password"),
    "PhoneSettingsChange.password",  # sealed, of the provider
    *("OperatorHello.key", "VisitorHello.token", "VisitorHello.identity"),
    *("PageView.url", "PageView.referrer", "FilledForm.page", "SecretValue.value"),
}
"""Hashed, sealed, signed, looked up, or masked by the struct itself."""


def _wires() -> list[type]:
    for module in pkgutil.walk_packages(okno.__path__, "okno."):
        if not module.name.startswith(("okno.http.static", "okno.files.examine")):
            importlib.import_module(module.name)
    every: set[type] = set()
    new = [Wire]
    while new:
        new = [sub for one in new for sub in one.__subclasses__() if sub not in every]
        every.update(new)
    return sorted(every, key=lambda one: (one.__module__, one.__name__))


def test_every_text_from_outside_is_masked() -> None:
    """A new field of some request would bring card numbers into the database by a side road."""
    wires = [one for one in _wires() if one.__module__.startswith("okno.")]
    assert len(wires) > 30
    raw = set()
    for struct in wires:
        post: Any = struct.__post_init__
        assert post is Wire.__post_init__ or "__post_init__" in post.__code__.co_names, f"{struct} leaves super() out"
        for field in msgspec.structs.fields(struct):
            if getattr(msgspec.inspect.type_info(field.type), "extra", None) == RAW:
                raw.add(f"{struct.__name__}.{field.name}")
    urls = {name for name in raw if name.endswith(("url", "_url", ".endpoint"))}
    assert raw - RAW_FIELDS - urls == set(), "what is stored of it as plain text?"


def test_texts_lists_and_mappings_of_a_request_are_masked() -> None:
    """Labels and attributes would be a side road."""

    class Asked(Wire, frozen=True):
        text: str | None
        labels: list[str]
        attributes: dict[str, str]
        password: AnyPassword
        code: str = ""

    card = CARDS[0]
    asked = msgspec.convert(
        {"text": card, "labels": ["a", card], "attributes": {"x": card}, "password": card, "code": "x"}, Asked
    )
    assert str(asked).count(card) == 1
    assert asked.password == card
    assert msgspec.json.decode(b'{"type":"message","text":"%b"}' % card.encode(), type=SendMessage).text.endswith(
        "•1111"
    )
