"""The timeline's words: its events, the summary row, and what a caller may send."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from okno.conversations.bodies import ActorType, Body, DueClock, Emoji, Status
from okno.kit import limits
from okno.kit.wire import Answer, Label, MessageText, OptionalText, Seq, Wire

TurnOwner = Literal["bot", "queue", "operator"]
Tab = Literal["mine", "waiting", "all", "snoozed", "due"]


class QuoteRef(Wire, frozen=True):
    """A reference in a message on its way in; the server fills in excerpt and author."""

    conversation: UUID
    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]


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
