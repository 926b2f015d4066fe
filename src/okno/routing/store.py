"""Rows to structs."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from okno.access.api import permissions_of
from okno.db.queries import load_queries
from okno.routing.hours.api import DEFAULT_ZONE, Schedule
from okno.routing.hours.types import SpecialDay
from okno.routing.types import (
    Candidate,
    Desk,
    Line,
    Offer,
    OperatorSkill,
    Place,
    Queue,
    Seat,
    Shift,
    Skill,
    Waiting,
    Whereabouts,
    Why,
    Wish,
)

SQL = load_queries("okno.routing")
PERCENT = 100
parse_days = msgspec.json.Decoder(list[SpecialDay]).decode
parse_why = msgspec.json.Decoder(Why).decode


def skill_of(r: Any) -> Skill:
    return Skill(r["id"], r["name"], r["operators"])


def queue_of(r: Any) -> Queue:
    return Queue(
        *(r["id"], r["name"], r["mode"], r["is_default"], r["team_id"] or None, r["inboxes"], r["priority"]),
        *(r["skill_id"], r["skill_level"], r["language"], r["accept_s"], r["answer_s"], r["sticky"], r["sticky_hours"]),
        *(r["sticky_wait_s"], r["chat_use"], r["call_use"], r["mail_use"]),
    )


def seat_of(r: Any) -> Seat:
    return Seat(
        *(r["id"], r["state"], r["reason"], r["since"], r["here"], r["takes_chats"], r["takes_calls"], r["chats_max"]),
        *(int(r["load_percent"]), r["languages"], r["specialist"]),
        [OperatorSkill(*pair) for pair in zip(r["skills"], r["levels"], strict=True)],
        [Shift(*hours) for hours in r["shifts"]],
        parse_days(r["shift_days"]),
        *(r["shift_zone"] or DEFAULT_ZONE, r["duty"], r["duty_until"]),
    )


def desk_of(r: Any, offers: list[Offer]) -> Desk:
    return Desk(
        *(r["state"], r["reason"], r["changed_at"], r["takes_chats"], r["takes_calls"], r["load_percent"]),
        *(r["chats_max"] * PERCENT, r["duty"], r["duty_until"], r["idle_s"], offers),
    )


def schedule_of(r: Any) -> Schedule | None:
    """When an operator works; null for one without shifts."""
    days = parse_days(r["shift_days"])
    if not r["shifts"] and not days:
        return None
    week = tuple(tuple((f, t) for day, f, t in r["shifts"] if day == nth) for nth in range(7))
    special = {day.date: tuple((span.from_min, span.to_min) for span in day.spans) for day in days}
    return Schedule(ZoneInfo(r["shift_zone"] or DEFAULT_ZONE), week, special)


def offer_of(r: Any) -> Offer:
    return Offer(
        *(
            r["id"],
            r["conversation_id"],
            r["contact_id"],
            r["contact_name"],
            r["channel"],
            r["preview"],
            r["queue"],
            r["entered_at"],
        ),
        *(r["offered_at"], r["expires_at"], parse_why(r["why"])),
    )


def candidate_of(r: Any) -> Candidate:
    return Candidate(
        *(r["operator_id"], r["load_percent"], r["chats_max"] * PERCENT, r["idle_since"]),
        there=r["there"],
        teams=frozenset(r["teams"]),
        see_all="see_all" in permissions_of(r["role"], r["permissions"]),
        skills=dict(zip(r["skills"], r["levels"], strict=True)),
        languages=frozenset(r["languages"]),
        specialist=r["specialist"],
    )


def use_of(queue: Queue, channel: str) -> int:
    """How much of an operator a conversation takes, in percent of a chat."""
    return {"email": queue.mail_use, "voice": queue.call_use}.get(channel, queue.chat_use)


def waiting_of(r: Any, queue: Queue, refused: dict[Any, Any]) -> Waiting:
    """A wish for a skill is routed also out of a queue that operators serve themselves."""
    mode = "offer" if queue.mode == "pull" and r["skill_id"] is not None else queue.mode
    return Waiting(
        *(r["id"], r["conversation_id"], queue.id, mode, r["priority"], r["entered_at"]),
        *(use_of(queue, r["channel"]), queue.team or 0, r["team_id"], r["skill_id"], r["skill_level"], r["language"]),
        *(r["preferred_operator_id"], r["preferred_until"], queue.sticky == "strict", refused),
        r["rule"],
    )


def wish_of(r: Any) -> Wish:
    return Wish(r["queue_id"], r["skill_id"], r["skill_level"], r["priority"])


def whereabouts_of(r: Any) -> Whereabouts:
    place = None
    if r["queue_id"] is not None:
        place = Place(
            *(r["queue_id"], r["queue_name"], r["position"], r["entered_at"], r["skill_id"], r["language"]),
        )
    why = parse_why(r["why"]) if r["why"] else None
    return Whereabouts(r["id"], place, r["operator_id"], r["assigned_at"], r["answer_by"], why)


def line_of(r: Any, operators: int, free_percent: int) -> Line:
    return Line(r["id"], r["name"], r["waiting"], r["oldest_at"], operators, free_percent)
