"""Pure decisions: whether a condition holds, whether a rule is whole, and which rules are done on an event."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, assert_never
from uuid import UUID, uuid5

from msgspec.structs import replace

from okno.automation.types import (
    Condition,
    Op,
    RouteAct,
    RuleAct,
    RuleAll,
    RuleAny,
    RuleLabelAct,
    RuleNot,
    RuleTest,
    Trigger,
    WebhookAct,
)
from okno.kit import limits
from okno.kit.errors import Invalid

Facts = Mapping[str, tuple[str, ...]]
"""What is known, by field. A field may have several values: a contact's addresses, a conversation's labels."""

VALUELESS: frozenset[Op] = frozenset({"known", "unknown"})
LABEL_FIELDS = frozenset({"conversation.labels", "event.added", "event.removed"})
ORDERED: frozenset[Op] = frozenset({"at_least", "at_most"})


WOKEN_BY: Mapping[Trigger, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "began": (("message",), ("customer",)),
    "message": (("message",), ("customer",)),
    "answered": (("message",), ("operator",)),
    "labelled": (("labelled",), ("operator",)),
    "closed": (("closed",), ("operator", "customer")),
    "rated": (("rated",), ("customer",)),
    "overdue": (("overdue",), ("system",)),
}
"""Types and actors of the events that wake a trigger.

What rules and bots do wakes nothing: so rules cannot wake one another in circles.
"""


class Woken(NamedTuple):
    """An event as triggers see it. `first`: no earlier message of the customer in this episode."""

    type: str
    actor: str
    first: bool


# -- triggers ------------------------------------------------------------------------------------------------------


def triggers_of(event: Woken) -> frozenset[Trigger]:
    """What it wakes."""
    woken = {trigger for trigger, (types, actors) in WOKEN_BY.items() if event.type in types and event.actor in actors}
    return frozenset(woken if event.first else woken - {"began"})


# -- conditions ----------------------------------------------------------------------------------------------------


def holds(condition: Condition, facts: Facts) -> bool:
    match condition:
        case RuleTest():
            return _passes(condition, facts.get(condition.field, ()))
        case RuleAll():
            return all(holds(one, facts) for one in condition.of)
        case RuleAny():
            return any(holds(one, facts) for one in condition.of)
        case RuleNot():
            return not holds(condition.of, facts)
        case _:
            assert_never(condition)


def plain(text: str) -> str:
    """How words are compared."""
    return " ".join(text.casefold().replace("ё", "е").split())


def _passes(test: RuleTest, known: Sequence[str]) -> bool:
    found = [plain(value) for value in known if value.strip()]
    wanted = [plain(value) for value in test.values]
    match test.op:
        case "known" | "unknown":
            return bool(found) == (test.op == "known")
        case "is" | "is_not":
            return any(value in wanted for value in found) == (test.op == "is")
        case "contains" | "lacks":
            return any(want in value for value in found for want in wanted) == (test.op == "contains")
        case "starts":
            return any(value.startswith(want) for value in found for want in wanted)
        case "at_least":
            return any(_compare(value, want, lambda a, b: a >= b) for value in found for want in wanted)
        case "at_most":
            return any(_compare(value, want, lambda a, b: a <= b) for value in found for want in wanted)
        case _:
            assert_never(test.op)


def _compare(value: str, want: str, right: Callable[[Any, Any], bool]) -> bool:
    """As numbers when both are, else letter by letter: so dates in the order of ISO 8601 are compared, too."""
    try:
        return right(float(value.replace(",", ".")), float(want.replace(",", ".")))
    except ValueError:
        return _is_number(value) == _is_number(want) and right(value, want)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def nodes_of(condition: Condition, depth: int = 1) -> Iterator[tuple[Condition, int]]:
    """Every node with its depth, the root at 1."""
    yield condition, depth
    match condition:
        case RuleAll() | RuleAny():
            for one in condition.of:
                yield from nodes_of(one, depth + 1)
        case RuleNot():
            yield from nodes_of(condition.of, depth + 1)
        case _:
            pass


# -- whole rules ---------------------------------------------------------------------------------------------------


def check_condition(condition: Condition, fields: frozenset[str]) -> None:
    """Raises `Invalid` for what is too large, names no field, or compares with nothing."""
    nodes = 0
    for node, depth in nodes_of(condition):
        nodes += 1
        if depth > limits.RULE_DEPTH_MAX:
            raise Invalid(f"a condition nests {limits.RULE_DEPTH_MAX} deep at most", field="condition")
        if nodes > limits.RULE_NODES_MAX:
            raise Invalid(f"a condition has {limits.RULE_NODES_MAX} parts at most", field="condition")
        if not isinstance(node, RuleTest):
            continue
        if node.field not in fields:
            raise Invalid(f"there is no field {node.field}", field="condition")
        if (node.op in VALUELESS) == bool(node.values):
            word = "needs no value" if node.op in VALUELESS else "needs a value"
            raise Invalid(f"{node.field}: this comparison {word}", field="condition")
        if node.op in ORDERED and len(node.values) != 1:
            raise Invalid(f"{node.field}: this comparison takes one value", field="condition")


def check_acts(acts: Sequence[RuleAct]) -> None:
    """Raises `Invalid` telling which act is not whole."""
    for act in acts:
        if isinstance(act, RouteAct) and not (act.queue or act.skill or act.priority):
            raise Invalid("say where to: a queue, a skill or a priority", field="acts")
        if isinstance(act, RuleLabelAct) and not any(label.strip() for label in [*act.add, *act.remove]):
            raise Invalid("name a label to put or to take off", field="acts")
        if isinstance(act, WebhookAct) and not act.url.startswith(("https://", "http://")):
            raise Invalid("an address begins with https:// or http://", field="acts")


def plan_labels(before: Sequence[str], act: RuleLabelAct) -> list[str]:
    """The set afterwards; what finds no room is left out, for nobody is there to be told."""
    kept = [label for label in before if label not in act.remove]
    after = dict.fromkeys([*kept, *(" ".join(label.split()) for label in act.add if label.strip())])
    return list(after)[: limits.LABELS_PER_CONVERSATION_MAX]


def relabelled(part: Any, label: str, after: str | None) -> Any:
    """A condition or an act with the label's new name; acts lose one that is gone, conditions go on asking for it."""
    match part:
        case RuleLabelAct():
            return replace(part, add=_renamed(part.add, label, after), remove=_renamed(part.remove, label, after))
        case RuleTest() if part.field in LABEL_FIELDS and after:
            return replace(part, values=_renamed(part.values, label, after))
        case RuleAll() | RuleAny():
            return replace(part, of=[relabelled(one, label, after) for one in part.of])
        case RuleNot():
            return replace(part, of=relabelled(part.of, label, after))
        case _:
            return part


def _renamed(words: Sequence[str], label: str, after: str | None) -> list[str]:
    found = [after if word == label else word for word in words]
    return list(dict.fromkeys(word for word in found if word))


def act_id(rule_id: UUID, conversation_id: UUID, seq: int, place: int) -> UUID:
    """The id of what an act sends: the same however often the event is handled."""
    return uuid5(rule_id, f"{conversation_id}:{seq}:{place}")
