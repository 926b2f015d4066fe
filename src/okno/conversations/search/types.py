"""What is asked of search, and what it answers."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from okno.conversations.bodies import ActorType, Status
from okno.kit.wire import Answer

Where = Literal["everywhere", "messages", "notes", "files"]
"""`files`: names of files only."""


class SearchHit(Answer, frozen=True):
    """A message or note that was found, and where.

    `pieces` are an excerpt cut up at the hits: every second one is a hit, the first may be empty. `files` are names of
    its files in the same form, those with a hit only.
    """

    conversation: UUID
    seq: int
    at: datetime
    type: Literal["message", "note"]
    actor: ActorType
    actor_id: UUID
    actor_name: str
    contact: UUID
    contact_name: str
    channel: str
    inbox: int
    status: Status
    assignee: UUID | None
    pieces: list[str]
    files: list[list[str]]


class SearchPage(Answer, frozen=True):
    """Hits, the latest first. `ignored`: words too common to look for. `too_broad`: the time did not suffice."""

    hits: list[SearchHit]
    next: str | None
    ignored: list[str]
    too_broad: bool


class SearchState(Answer, frozen=True):
    """`lag_s`: age of the oldest event not looked at yet. `complete` false: older messages are still being read."""

    entries: int
    lag_s: float
    complete: bool


class Filters(NamedTuple):
    """What narrows a search; null means any. `operator` wrote it, `assignee` has the conversation."""

    where: Where = "everywhere"
    who: ActorType | None = None
    operator: UUID | None = None
    assignee: UUID | None = None
    contact: UUID | None = None
    conversation: UUID | None = None
    inbox: int | None = None
    team: int | None = None
    label: str | None = None
    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(NamedTuple):
    """A cursor: the keys of the last hit of a page."""

    at: datetime
    conversation: UUID
    seq: int
