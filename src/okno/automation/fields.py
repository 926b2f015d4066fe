"""What conditions may name, beside the attributes a company defines."""

from collections.abc import Sequence

from okno.attributes.types import Attribute
from okno.automation.types import RuleField
from okno.conversations.bodies import DueClock

FLAG = ("true", "false")
CHANNELS = ("site",)
EVENTS = ("message", "labelled", "closed", "rated", "overdue")
CLOCKS: tuple[DueClock, ...] = ("first_answer", "next_answer", "resolution", "promise")

FIELDS: tuple[RuleField, ...] = (
    *(RuleField(f"contact.{one}", "", "text", []) for one in ("name", "email", "phone", "site_id")),
    RuleField("contact.verified", "", "flag", list(FLAG)),
    RuleField("contact.language", "", "text", []),
    *(RuleField(f"conversation.{one}", "", "text", []) for one in ("inbox", "team", "labels", "language")),
    RuleField("conversation.channel", "", "choice", list(CHANNELS)),
    RuleField("conversation.episode", "", "number", []),
    RuleField("conversation.assigned", "", "flag", list(FLAG)),
    *(RuleField(f"message.{one}", "", "text", []) for one in ("text", "files", "quoted", "quoted_type")),
    *(RuleField(f"visit.{one}", "", "text", []) for one in ("page", "pages", "source", "device", "events", "data")),
    RuleField("visit.count", "", "number", []),
    RuleField("event.type", "", "choice", list(EVENTS)),
    RuleField("event.actor", "", "choice", ["customer", "operator", "system"]),
    *(RuleField(f"event.{one}", "", "text", []) for one in ("added", "removed", "comment", "policy")),
    RuleField("event.score", "", "number", []),
    RuleField("event.solved", "", "flag", list(FLAG)),
    RuleField("event.clock", "", "choice", list(CLOCKS)),
)


def fields_of(attributes: Sequence[Attribute]) -> list[RuleField]:
    """All there are; an attribute named like one of ours is left out."""
    known = {one.field for one in FIELDS}
    own = [RuleField(f"{one.subject}.{one.key}", one.name, one.type, one.choices) for one in attributes]
    return [*FIELDS, *(one for one in own if one.field not in known)]
