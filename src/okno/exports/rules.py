"""Pure decisions of exports: what of a timeline stands in a copy, and where a copy may be sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from okno.access.types import Locale
from okno.contacts.types import Contact, Identity
from okno.conversations.bodies import (
    Assigned,
    Body,
    Carried,
    Closed,
    Described,
    Erased,
    Greeted,
    Held,
    HistoryCleared,
    Joined,
    Labelled,
    Merged,
    Message,
    Note,
    Opened,
    Overdue,
    Promised,
    Rated,
    SecretAsked,
    SecretGiven,
    Split,
    TaskNoted,
)
from okno.conversations.calling import CallbackAsked, CallbackEnded, CallBegan, CallEnded
from okno.conversations.types import Event
from okno.exports.types import Enclosed, Line, Quoted
from okno.exports.words import WORDS, moment_of
from okno.kit import limits
from okno.kit.errors import Conflict, Invalid

SHOWN_LETTERS = 2
HIDDEN = "•••"


class View(NamedTuple):
    """Who reads it, how: `internal` with notes, `customer` is how the customer is called, `urls` by file."""

    locale: Locale
    zone: ZoneInfo
    internal: bool
    customer: str
    urls: Mapping[UUID, str] = {}


def lines_of(events: Sequence[Event], view: View) -> tuple[list[Line], int]:
    """The entries of a copy, and how many texts at its end were left out for its length."""
    lines, room, cut = [], limits.TRANSCRIPT_TEXT_LEN_MAX, 0
    for event in events:
        line = line_of(event, view)
        if line is None:
            continue
        room -= len(line.text) + (len(line.quote.excerpt) if line.quote else 0)
        if room < 0 and line.shape != "mark":
            cut += 1
            line = line._replace(text="…", quote=None)
        lines.append(line)
    return lines, cut


def line_of(event: Event, view: View) -> Line | None:
    """Null for what no reader needs, and for what this one must not see: whatever is not named here stays out."""
    at, body = event.at.astimezone(view.zone), event.body
    if isinstance(body, Message) or (isinstance(body, Note) and view.internal):
        return _said(event, body, at, view)
    if isinstance(body, Carried) and view.internal:
        return _carried(body, at, view)
    mark = _mark(body, view)
    return Line(at, "mark", event.actor, text=mark) if mark else None


def _said(event: Event, body: Message | Note, at: datetime, view: View) -> Line:
    return Line(
        *(at, "note" if isinstance(body, Note) else "message", event.actor, author_of(event, view), body.text),
        Quoted(body.quote.author, body.quote.excerpt) if body.quote and body.quote.excerpt else None,
        tuple(Enclosed(file.name, file.size_bytes, view.urls.get(file.id, "")) for file in body.attachments),
        tuple((reaction.emoji, len(reaction.actors)) for reaction in body.reactions),
        edited=body.edited_at is not None and body.deleted_at is None,
        deleted=body.deleted_at is not None,
    )


def _carried(body: Carried, at: datetime, view: View) -> Line:
    """A message that was split off: a customer's copy has it where it was said."""
    author = view.customer if body.by == "customer" else body.quote.author
    files = tuple(Enclosed(file.name, file.size_bytes, view.urls.get(file.id, "")) for file in body.attachments)
    written = author or WORDS[view.locale][body.by]
    gone = not (body.text or body.attachments)
    return Line(at, "message", body.by, written, body.text, files=files, deleted=gone)


def author_of(event: Event, view: View) -> str:
    words = WORDS[view.locale]
    if event.actor == "customer":
        return view.customer or words["customer"]
    return event.actor_name or words[event.actor]


def _mark(body: Body, view: View) -> str:  # noqa: C901, PLR0911 - one a type of event
    """A sentence on what happened; empty where this reader gets none."""
    words = WORDS[view.locale]
    match body:
        case Opened(episode=episode):
            return words["opened" if episode == 1 else "reopened"]
        case Closed():
            return words["closed"]
        case Assigned(operator=operator, operator_name=name):
            if operator is None:
                return words["queued"] if view.internal else ""
            return words["answers"].format(name=name or words["operator"])
        case Promised(answer_by=by):
            return words["promised"].format(at=moment_of(by.astimezone(view.zone), view.locale))
        case Rated(score=score, solved=solved, comment=comment):
            said = words["rated"].format(score=score)
            said = said if solved is None else f"{said}, {words['solved' if solved else 'unsolved']}"
            return f"{said}: {comment}" if comment else said
        case SecretAsked(purpose=purpose, label=label):
            return words["asked"].format(what=label or words[f"secret_{purpose}"])
        case SecretGiven():
            return words["given"]
        case Erased():
            return words["erased"]
        case CallbackAsked() | CallbackEnded() | CallBegan() | CallEnded():
            return _call_mark(body, view, words)
    return _internal_mark(body, words) if view.internal else ""


def _call_mark(
    body: CallbackAsked | CallbackEnded | CallBegan | CallEnded, view: View, words: Mapping[str, str]
) -> str:
    match body:
        case CallbackAsked(due_at=None):
            return words["callback_asked"]
        case CallbackAsked(due_at=due) if due:
            return words["callback_due"].format(at=moment_of(due.astimezone(view.zone), view.locale))
        case CallbackEnded(outcome="failed" | "cancelled" as outcome):
            return words[f"callback_{outcome}"]
        case CallEnded(outcome="talked", operator_name=name, talk_s=talk_s):
            minutes, seconds = divmod(talk_s, 60)
            return words["call_talked"].format(name=name or words["operator"], minutes=minutes, seconds=seconds)
        case CallEnded():
            return words["call_missed"]
    return ""


def _internal_mark(body: Body, words: Mapping[str, str]) -> str:  # noqa: C901, PLR0911 - the same
    match body:
        case HistoryCleared():
            return words["cleared"]
        case Labelled(added=added, removed=removed):
            return words["labelled"].format(
                labels=", ".join([*(f"+{one}" for one in added), *(f"−{one}" for one in removed)])
            )
        case Described(name=name, value=value):
            return words["described"].format(name=name, value=value)
        case Held(on=on):
            return words["held" if on else "unheld"]
        case Joined(operator_name=name, on=on):
            return words["joined" if on else "left"].format(name=name)
        case TaskNoted(text=text, change="added" | "done"):
            return words["task"].format(text=text) + (" ✓" if body.change == "done" else "")
        case Overdue():
            return words["overdue"]
        case Merged(on=on):
            return words["merged" if on else "parted"]
        case Split(off=off):
            return words["split_off" if off else "split_here"]
        case Greeted(text=text):
            return words["greeted"].format(text=text)
    return ""


def parse_zone(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    """Raises `Invalid` for a name nobody knows; empty stands for `otherwise`."""
    if not name:
        return otherwise
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("there is no such time zone", field="time_zone") from None


def plan_part(last_seq: int, part: int) -> tuple[int, int, int]:
    """Part, number of parts, and the `seq` the part begins after; 0 asks for the last. Raises `Invalid`."""
    parts = max(1, -(-last_seq // limits.TRANSCRIPT_EVENTS))
    part = part or parts
    if part > parts:
        raise Invalid(f"there are {parts} parts", field="part")
    return part, parts, (part - 1) * limits.TRANSCRIPT_EVENTS


def check_address(contact: Contact, identity: Identity | None, events: Sequence[Event]) -> Identity:
    """The address a copy may go to: proved, or claimed by somebody who has proved nothing and was answered.

    Raises `Conflict` telling what to do.
    """
    if identity is None or identity.type != "email":
        raise Conflict("there is no e-mail address to send it to")
    if identity.verified:
        return identity
    if any(one.verified for one in contact.identities):
        raise Conflict("this address is not proved to be the customer's: a copy goes to a proved one only")
    if not any(isinstance(event.body, Message) and event.actor in ("operator", "bot") for event in events):
        raise Conflict("nobody has answered yet: there is nothing to send")
    return identity


def masked_address(address: str) -> str:
    """As much of an address as its owner knows it by."""
    name, _, host = address.partition("@")
    return f"{name[:SHOWN_LETTERS]}{HIDDEN}@{host}" if host else ""
