"""Rules of automation: when, if, then; what they have done, and what they would do."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from okno.desk.types import LabelList
from okno.kit import limits
from okno.kit.wire import NO_NUL, RAW, Answer, MessageText, Name, Wire
from okno.routing.types import Id, Level, Priority

Trigger = Literal["began", "message", "answered", "labelled", "rated", "overdue", "closed"]
"""What wakes a rule. `began`: the first message of an episode; `message`: each of the customer's; `answered`: an
operator's; `labelled`: an operator put or took labels; `rated`, `overdue`, `closed`: as the events of the timeline.
"""
Op = Literal["is", "is_not", "contains", "lacks", "starts", "at_least", "at_most", "known", "unknown"]
RunState = Literal["running", "done", "failed", "stopped"]
Field = Annotated[str, Meta(pattern=r"^(contact|conversation|message|visit|event)\.[a-z][a-z0-9_.]{0,79}$")]
Wanted = Annotated[str, Meta(min_length=1, max_length=limits.ATTRIBUTE_LEN_MAX, pattern=NO_NUL)]
WebhookUrl = Annotated[str, Meta(min_length=1, max_length=limits.URL_LEN_MAX, pattern=NO_NUL, extra=RAW)]


# -- conditions: a tree --------------------------------------------------------------------------------------------


class RuleTest(Wire, tag_field="type", tag="test", frozen=True):
    """`field` compared with any of `values`; letters' case and ё are not told apart.

    `at_least` and `at_most` compare numbers and dates; `known` and `unknown` need no value. A field that is not known
    is only `unknown`, `is_not` and `lacks`.
    """

    field: Field
    op: Op
    values: Annotated[list[Wanted], Meta(max_length=limits.RULE_VALUES_MAX)] = []


class RuleAll(Wire, tag_field="type", tag="all", frozen=True):
    """Every one of them holds; of none: always."""

    of: "Annotated[list[Condition], Meta(max_length=limits.RULE_NODES_MAX)]"


class RuleAny(Wire, tag_field="type", tag="any", frozen=True):
    """At least one of them holds; of none: never."""

    of: "Annotated[list[Condition], Meta(max_length=limits.RULE_NODES_MAX)]"


class RuleNot(Wire, tag_field="type", tag="not", frozen=True):
    of: "Condition"


Condition = RuleTest | RuleAll | RuleAny | RuleNot


# -- acts: the tag says what is done -------------------------------------------------------------------------------


class RouteAct(Wire, tag_field="type", tag="route", frozen=True):
    """Where it waits for an operator, until it is resolved: null leaves what the queue says. One of them is set."""

    queue: Id | None = None
    skill: Id | None = None
    skill_level: Level = 1
    priority: Priority | None = None


class SlaAct(Wire, tag_field="type", tag="sla", frozen=True):
    """This policy of answering, whatever else would fit, until it is resolved."""

    policy: Id


class RuleLabelAct(Wire, tag_field="type", tag="label", frozen=True):
    add: LabelList = []
    remove: LabelList = []


class RuleNoteAct(Wire, tag_field="type", tag="note", frozen=True):
    """A note to colleagues; variables as in templates, what is not known stays in its braces."""

    text: MessageText


class RuleReplyAct(Wire, tag_field="type", tag="reply", frozen=True):
    """A template is sent to the customer as an automatic answer; he goes on waiting. Never with a gap in it."""

    template: UUID


class WebhookAct(Wire, tag_field="type", tag="webhook", frozen=True):
    """The conversation and the event are posted there as JSON, signed; retried until it answers with a 2xx."""

    url: WebhookUrl


RuleAct = RouteAct | SlaAct | RuleLabelAct | RuleNoteAct | RuleReplyAct | WebhookAct


# -- rules ---------------------------------------------------------------------------------------------------------


class RuleChange(Wire, frozen=True):
    """The whole rule. `stop`: where it held, the rules after it are not looked at."""

    name: Name
    trigger: Trigger
    condition: Condition
    acts: Annotated[list[RuleAct], Meta(min_length=1, max_length=limits.RULE_ACTS_MAX)]
    enabled: bool = True
    stop: bool = False


class Rule(Answer, frozen=True):
    """Rules are looked at in the order of `place`.

    `key` signs its webhooks (see `WebhookAct`). `runs` and `failed` of the last FIGURES_DAYS; `last_at` of any.
    """

    id: UUID
    place: int
    name: str
    trigger: Trigger
    condition: Condition
    acts: list[RuleAct]
    enabled: bool
    stop: bool
    key: str
    changed_at: datetime
    runs: int
    failed: int
    last_at: datetime | None


class RuleOrder(Wire, frozen=True):
    """Ids of all rules."""

    rules: Annotated[list[UUID], Meta(max_length=limits.RULES_MAX)]


class RuleTrial(Wire, frozen=True):
    """What a rule would have met, before it is switched on."""

    trigger: Trigger
    condition: Condition


class RuleHit(Answer, frozen=True):
    """A conversation the rule would have run in, and the event that would have woken it."""

    conversation: UUID
    contact: UUID
    contact_name: str
    seq: int
    at: datetime
    text: str


class RuleForecast(Answer, frozen=True):
    """Of the `looked_at` conversations that spoke last, those in the reader's scope; `hits` the latest of `found`."""

    looked_at: int
    found: int
    hits: list[RuleHit]


class RuleRun(Answer, frozen=True):
    """`state`: `failed` names in `detail` what could not be done; `stopped`: it ran too often in this conversation."""

    conversation: UUID
    contact: UUID
    contact_name: str
    seq: int
    at: datetime
    state: RunState
    detail: str


class RuleField(Answer, frozen=True):
    """A field conditions may name. `name`: of an attribute, as the company calls it; `choices`: what it can be."""

    field: str
    name: str
    type: Literal["text", "number", "date", "choice", "flag", "link"]
    choices: list[str]
