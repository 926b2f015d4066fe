"""Numbers as people type them."""

import pytest

from okno.kit.errors import Invalid
from okno.kit.phone import Sort, parse_number, show_number


@pytest.mark.parametrize(
    ("typed", "country", "number", "home", "sort"),
    [
        ("8 (916) 123-45-67", "RU", "+79161234567", "RU", Sort.MOBILE),
        ("+7 495 123 45 67", "", "+74951234567", "RU", Sort.LANDLINE),
        ("8 800 555 35 35", "RU", "+78005553535", "RU", Sort.FREE),
        ("8 809 123 45 67", "RU", "+78091234567", "RU", Sort.PREMIUM),
        ("+44 20 7946 0958", "RU", "+442079460958", "GB", Sort.LANDLINE),
        ("+881612345678", "", "+881612345678", "", Sort.MOBILE),  # a satellite is of no country
    ],
)
def test_what_was_typed(typed: str, country: str, number: str, home: str, sort: Sort) -> None:
    """A stranger would be rung, or the company pay for a number it never meant to call."""
    parsed = parse_number(typed, country)
    assert (str(parsed), parsed.country, parsed.sort) == (number, home, sort)


@pytest.mark.parametrize("typed", ["", "call me", "12", "+7 999", "0" * 200, "+7916123456789", "\x00"])
def test_what_nobody_can_dial(typed: str) -> None:
    """Operators would be rung for a number that leads nowhere."""
    with pytest.raises(Invalid):
        parse_number(typed, "RU")


def test_how_it_is_shown() -> None:
    """Nobody reads eleven digits in a row."""
    assert show_number("+79161234567") == "+7 916 123-45-67"
    assert show_number("no number") == "no number"
