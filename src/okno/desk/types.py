"""Quick work at the desk: a template filled for a conversation, and macros."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.conversations.bodies import Attachment, Status
from okno.conversations.types import ConversationRow
from okno.kit import limits
from okno.kit.wire import Answer, Label, MessageText, Name, Wire
from okno.knowledge.types import Scope, TeamNumber

LabelList = Annotated[list[Label], Meta(max_length=limits.LABELS_PER_CONVERSATION_MAX)]
Target = Literal["me", "queue", "operator"]
Digit = Annotated[int, Meta(ge=1, le=9)]


class Filled(Answer, frozen=True):
    """A template for one conversation. What nothing is known of stays in its braces and is named in `missing`.

    `files` are copies that belong to the operator: their ids go into the message.
    """

    text: str
    missing: list[str]
    files: list[Attachment]


class LabelColour(Answer, frozen=True):
    """A label that has a colour: 0 to 5, the tints of the console."""

    label: str
    colour: int


class LabelLine(Answer, frozen=True):
    """A label in use, or with a colour; `conversations` are all of the workspace."""

    label: str
    colour: int | None
    conversations: int


class LabelChange(Wire, frozen=True):
    """`name` of another label in use needs `merge`: both become one, which cannot be taken back."""

    name: Label | UnsetType = UNSET
    colour: Annotated[int, Meta(ge=0, lt=limits.LABEL_COLOURS)] | UnsetType | None = UNSET
    merge: bool = False


# -- acts: the tag says what is done -------------------------------------------------------------------------------


class ReplyAct(Wire, tag_field="type", tag="reply", frozen=True):
    """Send a template, filled; when something is missing the macro does nothing at all."""

    template: UUID


class NoteAct(Wire, tag_field="type", tag="note", frozen=True):
    """Leave a note; variables are filled."""

    text: MessageText


class LabelAct(Wire, tag_field="type", tag="label", frozen=True):
    add: LabelList = []
    remove: LabelList = []


class AssignAct(Wire, tag_field="type", tag="assign", frozen=True):
    """To whoever runs the macro, back to the queue, or to `operator`."""

    to: Target
    operator: UUID | None = None


class CloseAct(Wire, tag_field="type", tag="close", frozen=True):
    pass


Act = ReplyAct | NoteAct | LabelAct | AssignAct | CloseAct
Acts = Annotated[list[Act], Meta(min_length=1, max_length=limits.MACRO_ACTS_MAX)]


class Macro(Answer, frozen=True):
    """Acts that are done in this order, in one go. `digit` is its key in the menu of macros."""

    id: UUID
    scope: Scope
    team: int | None
    name: str
    digit: int | None
    acts: list[Act]
    editable: bool
    changed_at: datetime


class NewMacro(Wire, frozen=True):
    name: Name
    acts: Acts
    scope: Scope = "personal"
    team: TeamNumber | None = None
    digit: Digit | None = None


class MacroChange(Wire, frozen=True):
    name: Name | UnsetType = UNSET
    acts: Acts | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET
    team: TeamNumber | UnsetType | None = UNSET
    digit: Digit | UnsetType | None = UNSET


class MacroRun(Wire, frozen=True):
    """`id` is made by the client: the same run asked for again sends nothing twice."""

    id: UUID


class Before(Answer, frozen=True):
    """How the conversation was: what an undo puts back."""

    status: Status
    assignee: UUID | None
    labels: list[str]


class MacroDone(Answer, frozen=True):
    """`sent`: a reply went to the customer, which no undo takes back."""

    row: ConversationRow
    before: Before
    sent: bool
