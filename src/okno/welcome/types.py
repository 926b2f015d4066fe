"""Who is on the site, and how he is spoken to first."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from okno.kit.wire import Answer


class OnlineVisitor(Answer, frozen=True):
    """A browser on the site now. `name` and `contact` where the person is known; `place` from a local database.

    `page_at`: since when the page is looked at; `started_at`: the visit. `in_chat`: a conversation is open;
    `conversation` and `assignee` of it where the reader may see it.
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


class BeatAnswer(Answer, frozen=True):
    """When the page tells again that it is looked at, in seconds."""

    again_s: Annotated[float, Meta(gt=0)]
