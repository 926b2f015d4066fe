"""Variables in braces and values of attributes, without a database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okno.attributes.rules import parse_value
from okno.kit.errors import Invalid
from okno.knowledge import rules


def test_what_is_known_is_filled_and_what_is_not_stays_marked() -> None:
    """A customer would get braces, or an empty place where his name should be."""
    values = {"contact.name": "Анна", "contact.phone": ""}
    text = "{{contact.name}}, {{ contact.phone }} {{contact.email | почта}} {{operator.name}} {not one} {{}} {{ a b }}"
    filled, missing = rules.fill(text, values)
    assert filled == "Анна, {{contact.phone}} почта {{operator.name}} {not one} {{}} {{ a b }}"
    assert missing == ["contact.phone", "operator.name"]
    assert rules.unknown_of(text, rules.BUILT_IN) == []
    assert rules.unknown_of("{{contact.nme}} {{contact.name}}", rules.BUILT_IN) == ["contact.nme"]


def test_a_value_is_never_read_as_a_variable() -> None:
    """A customer who calls himself {{operator.email}} would be told what he should not know."""
    filled, missing = rules.fill("{{contact.name}}", {"contact.name": "{{operator.name}}", "operator.name": "Игорь"})
    assert (filled, missing) == ("{{operator.name}}", [])


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}|. abc_а\n", max_size=60))
def test_filling_ends_whatever_is_written(text: str) -> None:
    """A template pasted from anywhere would stop the composer."""
    filled, missing = rules.fill(text, {"a.b": "x"})
    again, still = rules.fill(filled, {"a.b": "x"})
    assert (again, still) == (filled, missing)


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("number", "1 200,50", "1200.50"),
        ("number", "-3", "-3"),
        ("number", "1e3", "1000"),
        ("date", "25.11.2026", "2026-11-25"),
        ("date", "2026-11-25", "2026-11-25"),
        ("flag", "Да", "true"),
        ("flag", "no", "false"),
        ("link", "https://crm.example/1", "https://crm.example/1"),
        ("choice", "GOLD", "gold"),
        ("text", "  слова  ", "слова"),
        ("number", "  ", ""),
    ],
)
def test_a_value_is_kept_in_one_form(kind: str, said: str, kept: str) -> None:
    """The same date written in two ways would be two values in every filter."""
    assert parse_value(kind, ["silver", "gold"], said) == kept


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        *(("number", x) for x in ("ten", "NaN", "1e999", "inf")),
        *(("date", x) for x in ("31.02.2026", "tomorrow", "2026-13-01")),
        *(("flag", x) for x in ("maybe", "2")),
        *(("link", x) for x in ("javascript:alert(1)", "crm.example", "https://", "https://a b", "https://[")),
        ("choice", "bronze"),
    ],
)
def test_a_wrong_value_is_refused_with_a_word(kind: str, said: str) -> None:
    """A link that runs a script, or a date that is none, would be on every operator's card."""
    with pytest.raises(Invalid):
        parse_value(kind, ["silver", "gold"], said)
