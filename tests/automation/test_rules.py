"""What a rule says, decided without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okno.attributes.types import Attribute
from okno.automation import rules
from okno.automation.fields import FIELDS, fields_of
from okno.automation.rules import Woken
from okno.automation.types import Condition, Op, RuleAll, RuleAny, RuleLabelAct, RuleNot, RuleTest
from okno.kit import limits
from okno.kit.errors import Invalid

FACTS = {
    "contact.name": ("Алёна  Ветрова",),
    "contact.email": ("alena@shop.example", "a.v@mail.example"),
    "contact.verified": ("true",),
    "contact.tier": ("Gold",),
    "contact.since": ("2024-05-01",),
    "conversation.labels": (),
    "conversation.episode": ("10",),
    "visit.source": ("",),
}
KNOWN = frozenset(FACTS) | {one.field for one in FIELDS}


@pytest.mark.parametrize(
    ("field", "op", "values", "held"),
    [
        ("contact.name", "is", ["алена ветрова"], True),
        ("contact.name", "contains", ["Ветров"], True),
        ("contact.name", "starts", ["ветр"], False),
        ("contact.email", "is", ["A.V@mail.example"], True),
        ("contact.email", "is_not", ["a.v@mail.example"], False),
        ("contact.tier", "is", ["silver", "gold"], True),
        ("contact.since", "at_least", ["2024-04-30"], True),
        ("contact.since", "at_most", ["2024-04-30"], False),
        ("contact.since", "at_most", ["9"], False),
        ("conversation.episode", "at_least", ["9"], True),
        ("conversation.episode", "at_most", ["9,5"], False),
        ("conversation.labels", "unknown", [], True),
        ("conversation.labels", "lacks", ["vip"], True),
        ("conversation.labels", "is_not", ["vip"], True),
        ("conversation.labels", "at_least", ["1"], False),
        ("visit.source", "known", [], False),
        ("visit.page", "contains", ["/cart"], False),
        ("visit.page", "lacks", ["/cart"], True),
    ],
)
def test_a_test_compares_as_people_read(field: str, op: Op, values: list[str], held: bool) -> None:
    """A rule would not meet what everybody sees that it means."""
    assert rules.holds(RuleTest(field, op, values), FACTS) is held


LEAVES = st.sampled_from([RuleTest("contact.tier", "is", ["gold"]), RuleTest("visit.source", "known")])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(RuleAll, st.lists(inner, max_size=3)),
        st.builds(RuleAny, st.lists(inner, max_size=3)),
        st.builds(RuleNot, inner),
    ),
    max_leaves=12,
)


def slow(condition: Condition) -> bool:
    """The oracle: what the tree's words say."""
    if isinstance(condition, RuleTest):
        return condition.field == "contact.tier"
    if isinstance(condition, RuleNot):
        return not slow(condition.of)
    verdicts = [slow(one) for one in condition.of]
    return False not in verdicts if isinstance(condition, RuleAll) else True in verdicts


@given(TREES)
def test_a_tree_says_what_its_words_say(condition: Condition) -> None:
    """All, any and not would be mixed up somewhere deep."""
    assert rules.holds(condition, FACTS) is slow(condition)
    assert sum(1 for _ in rules.nodes_of(condition)) >= 1


def test_a_condition_that_cannot_work_is_refused_in_words() -> None:
    """A rule would be saved that never runs, and nobody would know why."""
    deep: Condition = RuleTest("contact.name", "known")
    for _ in range(limits.RULE_DEPTH_MAX):
        deep = RuleNot(deep)
    for condition, word in (
        (RuleTest("contact.shoe", "known"), "contact.shoe"),
        (RuleTest("contact.name", "is"), "needs a value"),
        (RuleTest("contact.name", "known", ["x"]), "needs no value"),
        (RuleTest("visit.count", "at_least", ["1", "2"]), "one value"),
        (deep, "deep"),
        (RuleAll([RuleTest("contact.name", "known")] * limits.RULE_NODES_MAX), "parts"),
    ):
        with pytest.raises(Invalid, match=word):
            rules.check_condition(condition, KNOWN)
    rules.check_condition(RuleAll([]), KNOWN)


def test_what_rules_do_wakes_no_rule() -> None:
    """Two rules would go on answering one another for ever."""
    for type_ in ("message", "labelled", "closed", "rated", "note", "assigned"):
        for actor in ("bot", "system"):
            assert not rules.triggers_of(Woken(type_, actor, first=True))
    assert rules.triggers_of(Woken("message", "customer", first=True)) == {"began", "message"}
    assert rules.triggers_of(Woken("message", "customer", first=False)) == {"message"}
    assert rules.triggers_of(Woken("message", "operator", first=False)) == {"answered"}
    assert rules.triggers_of(Woken("overdue", "system", first=False)) == {"overdue"}


def test_an_attribute_does_not_hide_what_everybody_has() -> None:
    """A company's own field “name” would take the place of the name."""
    own = [Attribute(1, "contact", key, key, "text", [], 0) for key in ("name", "tier")]
    fields = [one.field for one in fields_of(own)]
    assert fields.count("contact.name") == 1
    assert fields[-1] == "contact.tier"


def test_labels_find_room_or_are_left_out() -> None:
    """An act of a rule would fail for good on a conversation with many labels."""
    before = [f"l{n}" for n in range(limits.LABELS_PER_CONVERSATION_MAX)]
    act = RuleLabelAct(add=["vip ", "l3", "more"], remove=["l0"])
    after = rules.plan_labels(before, act)
    assert after == [*before[1:], "vip"]
    assert rules.plan_labels(after, act) == after
