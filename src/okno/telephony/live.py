"""A call that lives in this process: what it is about, where it stands, how long it may stay there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from okno.kit import limits
from okno.kit.phone import show_number
from okno.telephony.machine import CallState, HangUp, Happening, Hold, PauseRecording

GRACE_S = 5.0  # the engine's own limits come first
ORDER = "telephony.order"
Order = Literal["hang_up", "hold", "unhold", "cancel", "pause", "resume"]
ORDERS: Mapping[Order, Happening] = {
    "hang_up": HangUp("operator"),
    "hold": Hold(on=True),
    "unhold": Hold(on=False),
    "cancel": HangUp("customer"),
    "pause": PauseRecording(on=True),
    "resume": PauseRecording(on=False),
}
parse_order = msgspec.json.Decoder(tuple[UUID, Order]).decode


class About(NamedTuple):
    """What a call is about. `shown` is the number of ours the customer sees; `use_percent` is of one chat."""

    workspace_id: int
    conversation_id: UUID
    contact_id: UUID
    contact_name: str
    number: str
    callback_id: UUID | None = None
    shown: str = ""
    ring_s: int = limits.RING_S
    use_percent: int = 200
    record: bool = False


@dataclass(slots=True)
class Live:
    """A call of this process."""

    about: About
    state: CallState
    began_at: datetime
    talked_at: datetime | None = None
    ended_at: datetime | None = None
    phase_since: float = 0.0
    music: bool = False
    task: asyncio.Task[None] | None = None
    mailbox: asyncio.Queue[Happening] = field(default_factory=asyncio.Queue)


def lasts_s(live: Live) -> float:
    """How long a call may stay in its phase."""
    match live.state.phase:
        case "ringing":
            return live.about.ring_s + GRACE_S
        case "dialling":
            return limits.DIAL_S + GRACE_S
        case "waiting":
            return limits.WAIT_S_MAX
        case "talking":
            return limits.CALL_HOURS_MAX * 3600.0
        case "ended":
            return 0.0


def seconds_between(since: datetime | None, until: datetime | None) -> int:
    return max(round((until - since).total_seconds()), 0) if since and until else 0


def show_caller(about: About) -> str:
    """Name and number as SIP has them; what would end the quotes is left out."""
    name = "".join(letter for letter in about.contact_name if letter.isprintable() and letter not in '"\\<>')
    return f'"{name[:60] or show_number(about.number)}" <{about.number}>'
