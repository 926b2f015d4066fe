"""Bodies of events about telephone calls. Numbers are not in them: they stand with the call and go with it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from okno.kit.wire import Answer

CallDirection = Literal["inbound", "callback", "outbound"]
CallOutcome = Literal[
    "talked", "no_operator", "busy", "no_answer", "gave_up", "operator_gone", "cancelled", "failed", "lost"
]
CallbackOutcome = Literal["done", "failed", "cancelled"]


class CallbackAsked(Answer, tag_field="type", tag="callback_asked", frozen=True):
    """The customer asks to be called: as soon as somebody is free, or at `due_at`."""

    callback: UUID
    due_at: datetime | None


class CallbackEnded(Answer, tag_field="type", tag="callback_ended", frozen=True):
    """It will not be tried again: they have spoken, nobody could be reached, or the customer took it back."""

    callback: UUID
    outcome: CallbackOutcome


class CallBegan(Answer, tag_field="type", tag="call_began", frozen=True):
    """An operator has taken it. Of a callback: the customer is dialled now. The name is as it was then."""

    call: UUID
    direction: CallDirection
    operator: UUID
    operator_name: str


class CallEnded(Answer, tag_field="type", tag="call_ended", frozen=True):
    """`talk_s`: seconds both heard each other. `operator` null: nobody had taken it."""

    call: UUID
    direction: CallDirection
    outcome: CallOutcome
    talk_s: int
    operator: UUID | None
    operator_name: str


class CallRecorded(Answer, tag_field="type", tag="call_recorded", frozen=True):
    """The recording of a call can be played; `kept` false: it failed. Customers are not told."""

    call: UUID
    seconds: int
    kept: bool
