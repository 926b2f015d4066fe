"""Who is on the site, and how he is spoken to first."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Wire

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
