"""Who is on the site, and how he is spoken to first."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from okno.attributes.types import Value
from okno.kit import limits
from okno.kit.cards import mask_fields
from okno.kit.wire import NO_NUL, Answer, MessageText, OptionalName, Url, Wire

InvitationState = Literal["sent", "shown", "accepted", "dismissed"]


class OnlineVisitor(Answer, frozen=True):
    """A browser on the site now. `name` and `contact` where the person is known; `place` from a local database.

    `page_at`: since when the page is looked at; `started_at`: the visit. `in_chat`: a conversation is open;
    `conversation` and `assignee` of it where the reader may see it. `invited`: what became of the latest invitation.
    """

    visitor: UUID
    visit: UUID
    inbox: int
    contact: UUID | None
    name: str
    verified: bool
    url: str
    title: str
    page_at: datetime
    started_at: datetime
    pages: int
    visits: int
    source: str
    place: str
    device: str
    in_chat: bool
    conversation: UUID | None
    assignee: UUID | None
    invited: InvitationState | None


class InvitationShown(Answer, frozen=True):
    """What an operator says to a visitor first."""

    id: UUID
    text: str
    name: str
    photo: str


class BeatAnswer(Answer, frozen=True):
    """When the page tells again that it is looked at, in seconds, and what it is to show."""

    again_s: Annotated[float, Meta(gt=0)]
    invitation: InvitationShown | None = None


class NewInvitation(Wire, frozen=True):
    """`id` is the client's: sent again, it is the same invitation."""

    id: UUID
    text: Annotated[str, Meta(min_length=1, max_length=limits.INVITATION_LEN_MAX, pattern=NO_NUL)]


class Invitation(Answer, frozen=True):
    """`conversation` once it was accepted."""

    id: UUID
    visitor: UUID
    operator: UUID
    text: str
    created_at: datetime
    state: InvitationState
    conversation: UUID | None


class Fate(Wire, frozen=True):
    """What a page tells of an invitation or a greeting it has shown."""

    visitor: UUID
    what: Literal["invitation", "greeting"]
    id: UUID
    fate: Literal["shown", "opened", "dismissed"]


class Accepted(Answer, frozen=True):
    conversation: UUID


class FilledForm(Wire, frozen=True):
    """The form before a chat with the message it begins; `id` is the message's, sent again it is the same.

    `topic` is the place in the list, `values` those of attributes by field, `consent` the version that was agreed to.
    """

    id: UUID
    text: MessageText
    name: OptionalName = ""
    email: Annotated[str, Meta(max_length=limits.EMAIL_LEN_MAX, pattern=NO_NUL)] = ""
    phone: Annotated[str, Meta(max_length=32, pattern=NO_NUL)] = ""
    topic: Annotated[int, Meta(ge=0, lt=limits.TOPICS_MAX)] | None = None
    values: Annotated[dict[str, Value], Meta(max_length=limits.FORM_FIELDS_MAX)] = {}
    consent: Annotated[str, Meta(max_length=40, pattern=NO_NUL)] | None = None
    locale: Literal["ru", "en"] = "en"
    page: Url = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        mask_fields(self, ("page",))  # it is kept as the consent's source


class Consent(Answer, frozen=True):
    """What a person agreed to, in the words he read. `source`: the page; `withdrawn_by`: who took it back, and when."""

    id: UUID
    purpose: Literal["personal_data"]
    version: str
    wording: str
    source: str
    given_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class GreetingFigures(Answer, frozen=True):
    greeting: UUID
    shown: int
    opened: int
    answered: int
    dismissed: int


class WelcomeFigures(Answer, frozen=True):
    """Of the last FIGURES_DAYS. `sent` and the rest are invitations by operators."""

    greetings: list[GreetingFigures]
    sent: int
    shown: int
    accepted: int
    dismissed: int
