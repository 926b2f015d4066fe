"""Pure decisions of the timeline: no I/O, no clock, no await."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

from msgspec.structs import replace

from okno.access.types import Actor
from okno.conversations.bodies import (
    CUSTOMER_SEES,
    ActorType,
    Assigned,
    Body,
    Carried,
    Deleted,
    Described,
    Edited,
    Message,
    Note,
    Rated,
    Reacted,
    Reaction,
    SecretAsked,
    SecretClosed,
    SecretGiven,
    Split,
    TaskNoted,
)
from okno.conversations.types import Counters, SendDeletion, SendEdit, SendReaction
from okno.kit import limits
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound

Target = Message | Note
Change = Reacted | Edited | Deleted | SecretGiven | SecretClosed


def preview_of(text: str, attachments: int) -> str:
    """One line for the list: white space folded, cut to PREVIEW_LEN; files without a text show as paper clips."""
    line = text[: limits.PREVIEW_LEN].strip()
    if "  " in line or not line.isprintable():  # a line break or a tab is not printable
        line = " ".join(text[: limits.PREVIEW_LEN * 2].split())[: limits.PREVIEW_LEN]
    return line or ("📎" * min(attachments, 3))


def fold(body: Body, change: Change, actor_id: UUID, at: datetime) -> Body:
    """The target's body after a change; what it cannot be about stays as it is. The browser does the same."""
    if isinstance(body, SecretAsked):
        return _secret_after(body, change)
    if not isinstance(body, Message | Note):
        return body
    match change:
        case Edited():
            return body if body.deleted_at else replace(body, text=change.text, edited_at=at)
        case Deleted():
            if isinstance(body, Note):
                body = replace(body, mentions=[], teams=[])
            return replace(body, text="", attachments=[], quote=None, reactions=[], deleted_at=body.deleted_at or at)
        case Reacted():
            return body if body.deleted_at else replace(body, reactions=_reacted(body.reactions, change, actor_id))
        case SecretGiven() | SecretClosed():
            return body
        case _:
            assert_never(change)


def _secret_after(body: SecretAsked, change: Change) -> SecretAsked:
    if isinstance(change, SecretGiven) and body.state == "asked":
        return replace(body, state="given")
    return replace(body, state="closed") if isinstance(change, SecretClosed) else body


def erase(body: Body, conversation: UUID, seq: int, *, here: bool) -> Body:
    """An event's body after the deletion of the message `seq` of `conversation`: what it repeats of it is emptied.

    `here`: the event is of the same conversation. The same body when it repeats nothing. The browser does the same.
    """
    if isinstance(body, Edited):
        return replace(body, text="") if here and body.seq == seq and body.text else body
    if isinstance(body, Message | Note | Carried) and body.quote and body.quote.excerpt:
        quote = body.quote
        if (quote.conversation, quote.seq) == (conversation, seq):
            body = replace(body, quote=replace(quote, excerpt=""))
            return replace(body, text="", attachments=[]) if isinstance(body, Carried) else body
    return body


def bare(body: Body, at: datetime) -> Body:  # noqa: PLR0911 - one a type
    """An event's body after an erasure: what people wrote is gone. The same body when there was nothing of it."""
    match body:
        case Message() | Note():
            gone = type(body)(deleted_at=body.deleted_at or at, edited_at=body.edited_at)
            return body if body == gone else gone
        case Edited(text=text) if text:
            return replace(body, text="")
        case Carried(quote=quote) if quote.excerpt or body.text or body.attachments:
            return replace(body, text="", attachments=[], quote=replace(quote, excerpt=""))
        case Split(excerpt=excerpt) if excerpt:
            return replace(body, excerpt="")
        case SecretAsked(label=label) if label or body.state != "closed":
            return replace(body, label="", state="closed")
        case Assigned(reason=reason) if reason:
            return replace(body, reason="")
        case TaskNoted(text=text) if text:
            return replace(body, text="")
        case Described(value=value) if value:
            return replace(body, value="")
        case Rated(comment=comment) if comment:
            return replace(body, comment="")
    return body


def _reacted(reactions: list[Reaction], change: Reacted, actor_id: UUID) -> list[Reaction]:
    after = []
    found = False
    for reaction in reactions:
        actors = reaction.actors
        if reaction.emoji == change.emoji:
            found = True
            actors = [a for a in actors if a != actor_id] + ([actor_id] if change.on else [])
        if actors:
            after.append(Reaction(reaction.emoji, actors))
    if change.on and not found:
        after.append(Reaction(change.emoji, [actor_id]))
    return after


def plan_change(
    target: Body | None,
    author: tuple[ActorType, UUID] | None,
    change: SendReaction | SendEdit | SendDeletion,
    actor: tuple[ActorType, UUID],
    *,
    delete_any: bool,
) -> Reacted | Edited | Deleted:
    """The event a change becomes. Raises `NotFound`, `NotAllowed`, `Conflict` or `Invalid`."""
    if target is None or author is None or not isinstance(target, Message | Note):
        raise NotFound("there is no message with this number")
    if isinstance(target, Note) and actor[0] == "customer":
        raise NotFound("there is no message with this number")
    if target.deleted_at is not None:
        raise Conflict("the message was deleted")
    match change:
        case SendReaction():
            if change.on and len(target.reactions) >= limits.REACTIONS_PER_MESSAGE_MAX:
                raise Invalid("there are enough reactions here", field="emoji")
            return Reacted(change.seq, change.emoji, change.on)
        case SendEdit():
            if author != actor:
                raise NotAllowed("only the author edits a message")
            return Edited(change.seq, change.text)
        case SendDeletion():
            if author != actor and not delete_any:
                raise NotAllowed("only the author or a supervisor deletes a message")
            return Deleted(change.seq)
        case _:
            assert_never(change)


def may_see(actor: Actor, team_id: int, assignee_id: UUID | None, participants: Sequence[UUID] = ()) -> bool:
    """The scope: the whole workspace, or the actor's teams, conversations of no team (0), his own, those he joined.

    Nothing for who has not the right to read conversations at all.
    """
    return "conversations" in actor.permissions and (
        actor.see_all
        or team_id == 0
        or team_id in actor.teams
        or assignee_id == actor.operator_id
        or actor.operator_id in participants
    )


def sees(actor: Actor, record: Any) -> bool:
    """`may_see` of a record with team_id, assignee_id and participants."""
    return may_see(actor, record["team_id"], record["assignee_id"], record["participants"])


def sum_counters(groups: Iterable[Sequence[Any]], actor: Actor, guest: Iterable[Sequence[Any]] = ()) -> Counters:
    """The actor's counters from open conversations grouped as (team, assignee, open, unread, waiting, snoozed).

    `guest`: (team, assignee, snoozed) of the open conversations he takes part in.
    """
    mine = mine_unread = waiting = 0
    joined = [snoozed for team_id, assignee_id, snoozed in guest if not may_see(actor, team_id, assignee_id)]
    aside = sum(joined)
    every = len(joined) - aside
    for team_id, assignee_id, opened, unread, waits, snoozed in groups:
        if assignee_id == actor.operator_id:
            mine += opened
            mine_unread += unread
        if actor.see_all or team_id == 0 or team_id in actor.teams:
            waiting += waits
            every += opened
            aside += snoozed
        elif assignee_id == actor.operator_id:
            every += opened
            aside += snoozed
    return Counters(mine, mine_unread, waiting, every, aside)


def waits_again(unanswered_since: datetime | None, closed_at: datetime | None, now: datetime) -> datetime | None:
    """Since when the customer of a conversation opened again waits; null: he was answered, or it is long ago."""
    lately = closed_at is not None and now - closed_at <= timedelta(hours=limits.UNANSWERED_HOURS)
    return unanswered_since if lately else None


def teams_seen(teams: Iterable[int]) -> list[int]:
    """The teams of a scope as the queries take them; 0 stands for no team."""
    return sorted({0, *teams})


def customer_sees(event_type: str, target_type: str | None = None) -> bool:
    """Whether a customer is shown an event; for changes `target_type` is what they change."""
    if event_type in ("reacted", "edited", "deleted"):
        return target_type == "message"
    return event_type in CUSTOMER_SEES
