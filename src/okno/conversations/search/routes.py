"""HTTP of search."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.params import Parameter

from okno.access.api import require
from okno.access.types import Actor
from okno.conversations.bodies import ActorType, Status
from okno.conversations.search.api import Search, utc
from okno.conversations.search.types import Filters, SearchPage, SearchState, Where
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, CursorQuery, LabelQuery, PageLimit, problems
from okno.kit.wire import NO_NUL

Number = Annotated[int | None, Parameter(ge=0, le=2**53 - 1)]


@get("/search", operation_id="search", responses=problems(*SIGNED_IN, 429), summary="Find messages, notes and files")
async def search(
    *,
    search: Search,
    actor: Actor,
    q: Annotated[
        str,
        Parameter(
            max_length=limits.QUERY_LEN_MAX,
            pattern=NO_NUL,
            description='Words in any form, "phrases", -words that must be missing; the last word may be unfinished',
        ),
    ] = "",
    where: Where = "everywhere",
    who: ActorType | None = None,
    operator: UUID | None = None,
    assignee: UUID | None = None,
    contact: UUID | None = None,
    conversation: UUID | None = None,
    inbox: Number = None,
    team: Number = None,
    label: LabelQuery = None,
    status: Status | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: CursorQuery = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
) -> SearchPage:
    """The latest first, of conversations the reader may see."""
    require(actor, "conversations")
    by = Filters(
        *(where, who, operator, assignee, contact, conversation, inbox, team, label, status, utc(since), utc(until))
    )
    return await search.find(actor, q, by, cursor=cursor, limit=limit)


@get("/search/state", operation_id="get_search_state", responses=problems(*SIGNED_IN), summary="How fresh the index is")
async def get_search_state(search: Search, actor: Actor) -> SearchState:
    require(actor, "workspace")
    return await search.state()


ROUTER = Router("/", tags=["search"], route_handlers=[search, get_search_state])
