"""The timeline's words: events with their bodies, the summary row, and what a caller may send."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from okno.conversations.calling import CallbackAsked, CallbackEnded, CallBegan, CallEnded, CallRecorded
from okno.kit import limits
from okno.kit.wire import Answer, Label, MessageText, OptionalText, Seq, Wire

ActorType = Literal["customer", "operator", "bot", "system"]
Status = Literal["open", "closed"]
TurnOwner = Literal["bot", "queue", "operator"]
SecretPurpose = Literal["card", "code_word", "other"]
SecretState = Literal["asked", "given", "closed"]
Tab = Literal["mine", "waiting", "all", "snoozed", "due"]
PromiseCause = Literal["closed", "queue"]
DueClock = Literal["first_answer", "next_answer", "resolution", "promise"]
Emoji = Annotated[str, Meta(min_length=1, max_length=limits.REACTION_LEN_MAX, pattern=r"^[^\x00-\x7f][^\x00]*$")]


class Quote(Answer, frozen=True):
    """What a message answers: any event of the same contact. `excerpt` is its text then, empty once it is deleted."""

    conversation: UUID
    seq: Seq
    excerpt: str = ""
    author: str = ""


class QuoteRef(Wire, frozen=True):
    """A reference in a message on its way in; the server fills in excerpt and author."""

    conversation: UUID
    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]


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


# -- bodies of stored events: the tag is the event's type ---------------------------------------------------------


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


class Event(Answer, frozen=True):
    """One row of the timeline. `seq` is dense within the conversation from 1; `id` was made by the sender."""

    conversation: UUID
    seq: int
    id: UUID
    at: datetime
    actor: ActorType
    actor_id: UUID
    actor_name: str
    body: Body


class EventRaw(Answer, frozen=True):
    """`Event` whose body is already JSON: encoded once when it was written, never decoded to be read."""

    conversation: UUID
    seq: int
    id: UUID
    at: str
    actor: ActorType
    actor_id: UUID
    actor_name: str
    body: msgspec.Raw


# -- what a caller may send ----------------------------------------------------------------------------------------

AttachmentIds = Annotated[list[UUID], Meta(max_length=limits.ATTACHMENTS_PER_MESSAGE_MAX)]


class SendMessage(Wire, tag_field="type", tag="message", frozen=True):
    """A message; text or at least one attachment.

    `seen` is the last number its writer, an operator, has before him: a message of anybody else after it refuses this
    one with the problem `stale`. Null sends it whatever was said meanwhile.
    """

    text: OptionalText = ""
    attachments: AttachmentIds = []
    quote: QuoteRef | None = None
    seen: Seq | None = None


class SendNote(Wire, tag_field="type", tag="note", frozen=True):
    """A private note; operators only.

    `mentions` are operators and `teams` teams who are asked to look: they are told, and see the conversation from then
    on. In the text they stand as @ and the name.
    """

    text: OptionalText = ""
    attachments: AttachmentIds = []
    quote: QuoteRef | None = None
    mentions: Annotated[list[UUID], Meta(max_length=limits.MENTIONS_PER_NOTE_MAX)] = []
    teams: Annotated[list[int], Meta(max_length=limits.MENTIONS_PER_NOTE_MAX)] = []


class SendReaction(Wire, tag_field="type", tag="reacted", frozen=True):
    """Put or take back one emoji."""

    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    emoji: Emoji
    on: bool


class SendEdit(Wire, tag_field="type", tag="edited", frozen=True):
    """Replace the text of an own message or note."""

    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    text: MessageText


class SendDeletion(Wire, tag_field="type", tag="deleted", frozen=True):
    """Take back an own message or note; a supervisor may take back any."""

    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]


Send = SendMessage | SendNote | SendReaction | SendEdit | SendDeletion


# -- the summary row and pages -------------------------------------------------------------------------------------


class Due(Answer, frozen=True):
    """Until when somebody is to answer or resolve it; from `warn_at` on there is little time left."""

    clock: DueClock
    at: datetime
    warn_at: datetime | None


class ConversationRow(Answer, frozen=True):
    """One line of the list, and the header of a thread.

    `change_id` grows with every change of the row; of two copies the greater is newer. `unread` counts the customer's
    messages after `operator_read_seq`. `waiting_since` is the first customer message not answered yet, or when it was
    handed to a queue. `participants` were brought in and see it wherever it is. `snoozed`: laid aside
    until `snoozed_until`, or with null until the customer writes. `due` is the clock of answering that runs out first.
    `merged_into`: it continues in that one and stands in no list; `merged` are those that continue here.
    `language` (ISO 639) is what the customer writes in; empty: not known.
    """

    id: UUID
    change_id: int
    contact: UUID
    contact_name: str
    contact_verified: bool
    channel: str
    inbox: int
    status: Status
    turn: TurnOwner
    assignee: UUID | None
    team: int | None
    episode: int
    last_seq: int
    last_at: datetime
    preview: str
    preview_actor: ActorType
    unread: int
    waiting_since: datetime | None
    customer_read_seq: int
    customer_got_seq: int
    operator_read_seq: int
    labels: list[str]
    held: bool = False
    participants: list[UUID] = []
    snoozed: bool = False
    snoozed_until: datetime | None = None
    due: Due | None = None
    merged_into: UUID | None = None
    merged: list[UUID] = []
    language: str = ""


class ListWhere(NamedTuple):
    """What narrows a list beside its tab; null and empty: nothing. `labels`: all of them."""

    assignee: UUID | None = None
    unassigned: bool = False
    inbox: int | None = None
    team: int | None = None
    labels: tuple[str, ...] = ()
    waiting: bool = False
    unread: bool = False


class Counters(Answer, frozen=True):
    """Exact counts of what the reader may see. `mine` and `all` count open conversations that are not laid aside."""

    mine: int
    mine_unread: int
    waiting: int
    all: int
    snoozed: int


class ConversationPage(Answer, frozen=True):
    """Rows newest first; `next` is the cursor of the following page, null at the end."""

    rows: list[ConversationRow]
    next: str | None


class EventPage(Answer, frozen=True):
    """Events by `seq` ascending. `more_before`/`more_after` tell whether the timeline goes on at that side."""

    conversation: UUID
    events: list[Event]
    more_before: bool
    more_after: bool


class Receipt(Answer, frozen=True):
    """How far each party has got (device) and read, by `seq`; never goes back."""

    conversation: UUID
    customer_got_seq: int
    customer_read_seq: int
    operator_read_seq: int


class Thread(Answer, frozen=True):
    """What the head of a thread needs to know, for the party that reads it."""

    conversation: UUID
    status: Status
    assignee: UUID | None
    assignee_name: str
    assignee_photo: str
    last_seq: int


class Ack(Answer, frozen=True):
    """The event is committed under this `seq`; sent again it gets the same answer."""

    id: UUID
    conversation: UUID
    seq: int
    at: str


class Language(Wire, frozen=True):
    """What the customer writes in, as an operator says; empty: his words tell."""

    language: Annotated[str, Meta(pattern="^([a-z]{2,3})?$")]


class OtherConversation(Wire, frozen=True):
    """Another conversation of the same customer: it continues in this one."""

    conversation: UUID


class NewSplit(Wire, frozen=True):
    """Numbers of messages and notes of this conversation that continue in one of their own."""

    seqs: Annotated[list[Seq], Meta(min_length=1, max_length=limits.SPLIT_MESSAGES_MAX)]


class Labels(Wire, frozen=True):
    """The whole set; what is missing is taken off."""

    labels: Annotated[list[Label], Meta(max_length=limits.LABELS_PER_CONVERSATION_MAX)]
