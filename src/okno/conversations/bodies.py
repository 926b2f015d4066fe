"""Bodies of the timeline's events: the tag is the event's type."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from okno.conversations.calling import CallbackAsked, CallbackEnded, CallBegan, CallEnded, CallRecorded
from okno.kit import limits
from okno.kit.wire import Answer, Seq

ActorType = Literal["customer", "operator", "bot", "system"]
Status = Literal["open", "closed"]
SecretPurpose = Literal["card", "code_word", "other"]
SecretState = Literal["asked", "given", "closed"]
PromiseCause = Literal["closed", "queue"]
DueClock = Literal["first_answer", "next_answer", "resolution", "promise"]
Emoji = Annotated[str, Meta(min_length=1, max_length=limits.REACTION_LEN_MAX, pattern=r"^[^\x00-\x7f][^\x00]*$")]


class Quote(Answer, frozen=True):
    """What a message answers: any event of the same contact. `excerpt` is its text then, empty once it is deleted."""

    conversation: UUID
    seq: Seq
    excerpt: str = ""
    author: str = ""


class Attachment(Answer, omit_defaults=True, frozen=True):
    """A file in the timeline; its addresses expire and are asked for by id. A zero means: not known."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    preview: bool = False


class Reaction(Answer, frozen=True):
    """Everyone who answered a message with this emoji."""

    emoji: str
    actors: list[UUID]


class Message(Answer, tag_field="type", tag="message", omit_defaults=True, frozen=True):
    """Text and files both parties see. `deleted_at` set: text and attachments are gone for everybody."""

    text: str = ""
    attachments: list[Attachment] = []
    quote: Quote | None = None
    reactions: list[Reaction] = []
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class Note(Answer, tag_field="type", tag="note", omit_defaults=True, frozen=True):
    """A private note of operators; the customer never sees it. `mentions` and `teams` were asked to look at it."""

    text: str = ""
    attachments: list[Attachment] = []
    quote: Quote | None = None
    reactions: list[Reaction] = []
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    mentions: list[UUID] = []
    teams: list[int] = []


class Reacted(Answer, tag_field="type", tag="reacted", frozen=True):
    """The actor put (`on`) or took back an emoji under the event `seq`."""

    seq: int
    emoji: str
    on: bool


class Edited(Answer, tag_field="type", tag="edited", frozen=True):
    """The text of the event `seq` was replaced; empty once that event is deleted."""

    seq: int
    text: str


class Deleted(Answer, tag_field="type", tag="deleted", frozen=True):
    """Text and attachments of the event `seq` are gone for everybody, and with them every copy: edits and quotes.

    An open conversation that quotes it is told the event of the other conversation, too.
    """

    seq: int


class Opened(Answer, tag_field="type", tag="opened", omit_defaults=True, frozen=True):
    """An episode began: the first message, or a return after resolution.

    `waiting_since`: it had been closed without an answer, and the customer waits for it again since then.
    """

    episode: int
    waiting_since: datetime | None = None


class Closed(Answer, tag_field="type", tag="closed", frozen=True):
    """The episode was resolved."""

    episode: int


class Assigned(Answer, tag_field="type", tag="assigned", frozen=True):
    """Given to an operator, or back to the queue (`operator` null). Names are as they were then.

    `reason`: empty when an operator did it by hand, else `automatic`, `offer`, `sticky`, `transfer`, `missed`, `away`,
    `invited`, `rule`, `call`.
    """

    operator: UUID | None
    operator_name: str = ""
    team: int | None = None
    reason: str = ""


class Labelled(Answer, tag_field="type", tag="labelled", frozen=True):
    """Labels were put or taken."""

    added: list[str]
    removed: list[str]


class Described(Answer, tag_field="type", tag="described", frozen=True):
    """An attribute of the conversation got this value; empty: it was taken away. The name is as it was then.

    The key `$language`: an operator has said what the customer writes in.
    """

    key: str
    name: str
    value: str


class Held(Answer, tag_field="type", tag="held", frozen=True):
    """Put on hold (`on`) or taken off: who has it has to find something out, no clock runs."""

    on: bool


class Joined(Answer, tag_field="type", tag="joined", frozen=True):
    """A colleague was brought in, or has left (`on` false). The name is as it was then."""

    operator: UUID
    operator_name: str
    on: bool


class Snoozed(Answer, tag_field="type", tag="snoozed", frozen=True):
    """Laid aside until a time; null: until the customer writes, who brings it back in any case."""

    until: datetime | None


class Woken(Answer, tag_field="type", tag="woken", frozen=True):
    """Back in the lists: its time had come, the customer wrote, or an operator took it up."""

    cause: Literal["time", "customer", "operator"]


class TaskNoted(Answer, tag_field="type", tag="task", frozen=True):
    """What happened to a task of this conversation. Text and name are as they were then."""

    task: UUID
    change: Literal["added", "changed", "done", "undone", "removed"]
    text: str
    assignee_name: str
    due_at: datetime | None


class SecretAsked(Answer, tag_field="type", tag="secret_asked", frozen=True):
    """The customer is asked for a secret in a masked field. The value is never here: only `state` tells of it."""

    secret: UUID
    purpose: SecretPurpose
    label: str = ""
    state: SecretState = "asked"


class SecretGiven(Answer, tag_field="type", tag="secret_given", frozen=True):
    """The customer filled in the field asked for by the event `seq`."""

    seq: int


class SecretClosed(Answer, tag_field="type", tag="secret_closed", frozen=True):
    """The field asked for by the event `seq` takes nothing any more, and what was in it is destroyed."""

    seq: int
    reason: Literal["withdrawn", "expired"]


class HistoryCleared(Answer, tag_field="type", tag="history_cleared", frozen=True):
    """The customer has cleared what he sees up to `until`; the company keeps it."""

    until: int


class Erased(Answer, tag_field="type", tag="erased", frozen=True):
    """What was said up to `until` is gone for everybody: texts, files, labels of fields. That it was said stays."""

    until: int


class Overdue(Answer, tag_field="type", tag="overdue", frozen=True):
    """A clock ran out before somebody answered or resolved it. `policy` is its name as it was then."""

    clock: DueClock
    due_at: datetime
    policy: str = ""


class Promised(Answer, tag_field="type", tag="promised", omit_defaults=True, frozen=True):
    """The customer was told until when an answer comes; `was`: an earlier promise that would not have been kept."""

    answer_by: datetime
    cause: PromiseCause
    was: datetime | None = None


class Rated(Answer, tag_field="type", tag="rated", frozen=True):
    """What the customer says of an episode that ended: 1 to 5, and whether it was solved. The last word counts.

    `comment`: in his words, what was wrong; empty when he said nothing more.
    """

    episode: int
    score: int
    solved: bool | None = None
    comment: str = ""


class Merged(Answer, tag_field="type", tag="merged", frozen=True):
    """Two conversations were joined, or parted again (`on` false); each has the event.

    `into`: this one continues in `conversation`; else that one continues here. `was` is the status of the one that
    continues elsewhere, as it was before. `waiting_since`: since when the customer waits in this one now.
    """

    conversation: UUID
    into: bool
    on: bool
    was: Status
    waiting_since: datetime | None = None


class Split(Answer, tag_field="type", tag="split", frozen=True):
    """Messages were split off: `off` they go from here to `conversation`, else they came from there.

    `seqs` are their numbers where they were said, `excerpt` how the first begins; `waiting_since` as in `merged`.
    """

    conversation: UUID
    off: bool
    seqs: list[int]
    excerpt: str = ""
    waiting_since: datetime | None = None


class Carried(Answer, tag_field="type", tag="carried", frozen=True, omit_defaults=True):
    """A message as it was said in another conversation, `quote`, before it was split off; customers see it there.

    Once that is deleted, text, files and the excerpt are gone here, too.
    """

    quote: Quote
    said_at: datetime
    by: ActorType
    by_id: UUID
    text: str = ""
    attachments: list[Attachment] = []


class Greeted(Answer, tag_field="type", tag="greeted", frozen=True):
    """What the customer wrote answers these words, which the widget said first."""

    text: str


class Hidden(Answer, tag_field="type", tag="hidden", frozen=True):
    """A place in the numbering that this reader may not see; it keeps `seq` dense for him. Its actor is the system."""


Body = (
    Message
    | Note
    | Reacted
    | Edited
    | Deleted
    | Opened
    | Closed
    | Assigned
    | Labelled
    | Described
    | Held
    | Joined
    | Snoozed
    | Woken
    | TaskNoted
    | SecretAsked
    | SecretGiven
    | SecretClosed
    | HistoryCleared
    | Erased
    | Overdue
    | Promised
    | Rated
    | Merged
    | Split
    | Carried
    | Greeted
    | CallbackAsked
    | CallbackEnded
    | CallBegan
    | CallEnded
    | CallRecorded
    | Hidden
)
HIDDEN_BODY = '{"type":"hidden"}'
NOBODY = UUID(int=0)
"""Who did what a reader may not see, and what the system does of itself."""
CUSTOMER_SEES = frozenset(
    {
        *("message", "reacted", "edited", "deleted", "opened", "closed", "assigned", "rated", "promised"),
        *("secret_asked", "secret_given", "secret_closed", "erased"),
        *("callback_asked", "callback_ended", "call_began", "call_ended"),
    }
)
"""Types a customer is shown; `reacted`, `edited` and `deleted` only where their target is shown."""
