"""HTTP of conversations."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.params import QueryParameter
from msgspec import UNSET, UnsetType

from okno.access.types import Actor
from okno.conversations.api import Conversations, Rights
from okno.conversations.bodies import Status
from okno.conversations.types import (
    Ack,
    ConversationPage,
    ConversationRow,
    Counters,
    EventPage,
    Labels,
    Language,
    ListWhere,
    NewSplit,
    OtherConversation,
    Send,
    Tab,
)
from okno.files.types import FileLink, LinkQuery
from okno.kit import limits
from okno.kit.errors import Malformed
from okno.kit.openapi import SIGNED_IN, Anchor, CursorQuery, LabelQuery, LabelsQuery, NumberQuery, PageLimit, problems
from okno.kit.wire import Answer, OptionalText, Seq, Wire


class Assignment(Wire, frozen=True):
    """`operator` null gives it back to the queue. `expected`: refuse with 409 unless it is with him now."""

    operator: UUID | None
    expected: UUID | UnsetType | None = UNSET


class Hold(Wire, frozen=True):
    on: bool


class ReadMark(Wire, frozen=True):
    seq: Seq


class SavedDraft(Answer, frozen=True):
    text: str
    note: bool


class OwnDraft(Answer, frozen=True):
    """One of the operator's unfinished texts."""

    conversation: UUID
    text: str
    note: bool


class DraftChange(Wire, frozen=True):
    text: OptionalText
    note: bool = False


def anchors(before: int | None, after: int | None, around: int | None) -> dict[str, int | None]:
    """At most one of them. Raises `Malformed`."""
    if sum(anchor is not None for anchor in (before, after, around)) > 1:
        raise Malformed("give one of before, after and around")
    return {"before": before, "after": after, "around": around}


@get("/conversations", operation_id="list_conversations", responses=problems(*SIGNED_IN), summary="One page of a list")
async def list_conversations(
    conversations: Conversations,
    actor: Actor,
    *,
    tab: Tab = "all",
    status: Status = "open",
    label: LabelQuery = None,
    contact: UUID | None = None,
    assignee: UUID | None = None,
    unassigned: bool = False,
    inbox: NumberQuery = None,
    team: NumberQuery = None,
    labels: LabelsQuery = None,
    waiting: bool = False,
    unread: bool = False,
    cursor: CursorQuery = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
) -> ConversationPage:
    """`label` is read from an index of its own, `labels` are all of them; the other conditions narrow any list."""
    where = ListWhere(assignee, unassigned, inbox, team, tuple(labels or ()), waiting, unread)
    return await conversations.list_rows(
        actor, tab=tab, status=status, label=label, contact=contact, where=where, cursor=cursor, limit=limit
    )


@get("/conversations/counters", operation_id="get_counters", responses=problems(*SIGNED_IN), summary="Exact counters")
async def get_counters(conversations: Conversations, actor: Actor) -> Counters:
    return await conversations.count(actor)


@get(
    "/conversations/{conversation_id:uuid}",
    operation_id="get_conversation",
    responses=problems(*SIGNED_IN, 404),
    summary="A conversation",
)
async def get_conversation(conversations: Conversations, actor: Actor, conversation_id: UUID) -> ConversationRow:
    return await conversations.get_row(actor, conversation_id)


@get(
    "/conversations/{conversation_id:uuid}/events",
    operation_id="list_events",
    responses=problems(*SIGNED_IN, 404),
    summary="A page of the timeline",
)
async def list_events(
    conversations: Conversations,
    actor: Actor,
    conversation_id: UUID,
    before: Anchor = None,
    after: Anchor = None,
    around: Anchor = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
) -> EventPage:
    await conversations.access_conversation(actor, conversation_id)
    return await conversations.page_events(
        actor.workspace_id, conversation_id, limit=limit, **anchors(before, after, around)
    )


@post(
    "/conversations/{conversation_id:uuid}/events",
    operation_id="send_event",
    responses=problems(*SIGNED_IN, 404, 409, 429),
    summary="Append an event",
)
async def send_event(
    conversations: Conversations,
    actor: Actor,
    conversation_id: UUID,
    event_id: Annotated[UUID, QueryParameter(name="id")],
    data: Send,
) -> Ack:
    await conversations.access_conversation(actor, conversation_id)
    rights: Rights = "any" if "delete_any" in actor.permissions else "own"
    return await conversations.send(
        actor.workspace_id,
        conversation_id,
        ("operator", actor.operator_id),
        event_id,
        data,
        rights=rights,
        reader=actor,
    )


@post(
    "/conversations/{conversation_id:uuid}/assignment",
    operation_id="assign_conversation",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Assign or give back",
)
async def assign_conversation(
    conversations: Conversations,
    actor: Actor,
    conversation_id: UUID,
    data: Assignment,
) -> ConversationRow:
    expected = "any" if isinstance(data.expected, UnsetType) else data.expected
    return await conversations.assign(actor, conversation_id, data.operator, expected=expected)


@put(
    "/conversations/{conversation_id:uuid}/hold",
    operation_id="hold_conversation",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Put on hold or take off",
)
async def hold_conversation(
    conversations: Conversations, actor: Actor, conversation_id: UUID, data: Hold
) -> ConversationRow:
    """The customer is not told; no clock runs meanwhile."""
    return await conversations.hold(actor, conversation_id, on=data.on)


@put(
    "/conversations/{conversation_id:uuid}/participants/{operator_id:uuid}",
    operation_id="bring_in",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Bring a colleague in",
)
async def bring_in(
    conversations: Conversations, actor: Actor, conversation_id: UUID, operator_id: UUID
) -> ConversationRow:
    return await conversations.bring_in(actor, conversation_id, operator_id)


@delete(
    "/conversations/{conversation_id:uuid}/participants/{operator_id:uuid}",
    operation_id="let_go",
    status_code=204,
    responses=problems(*SIGNED_IN, 404),
    summary="A colleague takes part no more",
)
async def let_go(conversations: Conversations, actor: Actor, conversation_id: UUID, operator_id: UUID) -> None:
    await conversations.let_go(actor, conversation_id, operator_id)


@post(
    "/conversations/{conversation_id:uuid}/closing",
    operation_id="close_conversation",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="Close",
)
async def close_conversation(conversations: Conversations, actor: Actor, conversation_id: UUID) -> ConversationRow:
    return await conversations.close(actor, conversation_id)


@post(
    "/conversations/{conversation_id:uuid}/reopening",
    operation_id="reopen_conversation",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Reopen",
)
async def reopen_conversation(conversations: Conversations, actor: Actor, conversation_id: UUID) -> ConversationRow:
    return await conversations.reopen(actor, conversation_id)


@put(
    "/conversations/{conversation_id:uuid}/language",
    operation_id="set_language",
    responses=problems(*SIGNED_IN, 404),
    summary="Say what the customer writes in",
)
async def set_language(
    conversations: Conversations, actor: Actor, conversation_id: UUID, data: Language
) -> ConversationRow:
    return await conversations.set_language(actor, conversation_id, data.language)


@post(
    "/conversations/{conversation_id:uuid}/merges",
    operation_id="merge_conversations",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Have another one continue here",
)
async def merge_conversations(
    conversations: Conversations, actor: Actor, conversation_id: UUID, data: OtherConversation
) -> ConversationRow:
    """Of the same customer; the other one leaves every list. Nothing is moved, and it can be taken back."""
    return await conversations.merge(actor, conversation_id, data.conversation)


@delete(
    "/conversations/{conversation_id:uuid}/merges/{other_id:uuid}",
    operation_id="part_conversations",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Take a merge back",
)
async def part_conversations(
    conversations: Conversations, actor: Actor, conversation_id: UUID, other_id: UUID
) -> ConversationRow:
    """The other one is as it was; what was said since stays where it was said."""
    return await conversations.part(actor, conversation_id, other_id)


@post(
    "/conversations/{conversation_id:uuid}/splits",
    operation_id="split_conversation",
    status_code=201,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Split messages off",
)
async def split_conversation(
    conversations: Conversations, actor: Actor, conversation_id: UUID, data: NewSplit
) -> ConversationRow:
    """They continue in a conversation of their own, beside this one: that is answered. Merging it back undoes it."""
    return await conversations.split(actor, conversation_id, data.seqs)


@put(
    "/conversations/{conversation_id:uuid}/labels",
    operation_id="set_labels",
    responses=problems(*SIGNED_IN, 404),
    summary="Set the labels",
)
async def set_labels(
    conversations: Conversations, actor: Actor, conversation_id: UUID, data: Labels
) -> ConversationRow:
    return await conversations.set_labels(actor, conversation_id, data.labels)


@put(
    "/conversations/{conversation_id:uuid}/read",
    operation_id="mark_read",
    status_code=204,
    responses=problems(*SIGNED_IN, 404),
    summary="Seen up to a number",
)
async def mark_read(conversations: Conversations, actor: Actor, conversation_id: UUID, data: ReadMark) -> None:
    await conversations.mark_read(actor, conversation_id, data.seq)


@get(
    "/conversations/{conversation_id:uuid}/draft",
    operation_id="get_draft",
    responses=problems(*SIGNED_IN, 404),
    summary="One's own draft",
)
async def get_draft(conversations: Conversations, actor: Actor, conversation_id: UUID) -> SavedDraft:
    return SavedDraft(*await conversations.find_draft(actor, conversation_id))


@put(
    "/conversations/{conversation_id:uuid}/draft",
    operation_id="save_draft",
    status_code=204,
    responses=problems(*SIGNED_IN, 404),
    summary="Keep one's own draft",
)
async def save_draft(
    conversations: Conversations,
    actor: Actor,
    conversation_id: UUID,
    data: DraftChange,
) -> None:
    await conversations.save_draft(actor, conversation_id, data.text, note=data.note)


@post(
    "/files/links",
    operation_id="list_file_links",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="Addresses of files",
)
async def list_file_links(conversations: Conversations, actor: Actor, data: LinkQuery) -> list[FileLink]:
    """Of those the reader may see; the others are left out."""
    return await conversations.attached.list_links(actor, data.ids)


@get("/drafts", operation_id="list_drafts", responses=problems(*SIGNED_IN), summary="One's own drafts, latest first")
async def list_drafts(conversations: Conversations, actor: Actor) -> list[OwnDraft]:
    return [OwnDraft(*draft) for draft in await conversations.list_drafts(actor)]


@get("/labels", operation_id="list_labels", responses=problems(*SIGNED_IN), summary="Labels in use")
async def list_labels(conversations: Conversations, actor: Actor) -> list[str]:
    return await conversations.list_labels(actor.workspace_id)


ROUTER = Router(
    "/",
    tags=["conversations"],
    route_handlers=[
        *(list_conversations, get_counters, get_conversation, list_events, send_event, assign_conversation),
        *(close_conversation, reopen_conversation, set_labels, mark_read, get_draft, save_draft, list_drafts),
        *(list_labels, list_file_links, hold_conversation, bring_in, let_go),
        *(merge_conversations, part_conversations, split_conversation, set_language),
    ],
)
