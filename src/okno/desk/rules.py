"""Pure decisions of the desk."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid5

from okno.access.types import Workspace
from okno.attributes.types import AttributeValue
from okno.contacts.types import Contact
from okno.conversations.types import ConversationRow
from okno.desk.types import Act, AssignAct, LabelAct
from okno.kit import limits
from okno.kit.errors import Invalid
from okno.knowledge.api import first_name

CHANNELS: Mapping[str, Mapping[str, str]] = {"site": {"ru": "сайт", "en": "site"}}

YES_NO: Mapping[str, Mapping[str, str]] = {
    "ru": {"true": "да", "false": "нет"},
    "en": {"true": "yes", "false": "no"},
}


def values_of(
    row: ConversationRow,
    contact: Contact,
    operator_name: str,
    workspace: Workspace,
    of_contact: Iterable[AttributeValue],
    of_conversation: Iterable[AttributeValue],
) -> dict[str, str]:
    """Every variable by its name; what is not known is empty or not there."""

    def address(kind: str) -> str:
        found = sorted((one for one in contact.identities if one.type == kind), key=lambda one: not one.verified)
        return found[0].address if found else ""

    return {
        "contact.name": contact.name,
        "contact.first_name": first_name(contact.name),
        "contact.email": address("email"),
        "contact.phone": address("phone"),
        "operator.name": operator_name,
        "operator.first_name": first_name(operator_name),
        "workspace.name": workspace.name,
        "conversation.labels": ", ".join(row.labels),
        "conversation.channel": CHANNELS.get(row.channel, {}).get(workspace.locale, row.channel),
        **{f"contact.{one.key}": shown(one.value, workspace.locale) for one in of_contact},
        **{f"conversation.{one.key}": shown(one.value, workspace.locale) for one in of_conversation},
    }


def shown(value: str, locale: str) -> str:
    """A canonical value as it is read in a text: dates by day, yes and no as words."""
    if value in ("true", "false"):
        return YES_NO[locale][value]
    parts = value.split("-")
    if len(parts) == 3 and [len(p) for p in parts] == [4, 2, 2] and all(p.isdigit() for p in parts):  # noqa: PLR2004
        return ".".join(reversed(parts))
    return value


def plan_labels(before: Sequence[str], act: LabelAct) -> list[str]:
    """Raises `Invalid` when there would be too many."""
    kept = [label for label in before if label not in act.remove]
    after = list(dict.fromkeys([*kept, *(" ".join(label.split()) for label in act.add if label.strip())]))
    if len(after) > limits.LABELS_PER_CONVERSATION_MAX:
        raise Invalid(f"a conversation has at most {limits.LABELS_PER_CONVERSATION_MAX} labels", field="acts")
    return after


def check_acts(acts: Sequence[Act]) -> None:
    """Raises `Invalid` telling which act is not whole."""
    for act in acts:
        if isinstance(act, AssignAct) and (act.to == "operator") != (act.operator is not None):
            raise Invalid("an operator goes with “to: operator”, and only with it", field="acts")
        if isinstance(act, LabelAct) and not any(label.strip() for label in [*act.add, *act.remove]):
            raise Invalid("name a label to put or to take off", field="acts")


def act_id(run_id: UUID, place: int) -> UUID:
    """The id of what the act at `place` sends: the same for the same run."""
    return uuid5(run_id, str(place))
