"""News of routing on the bus, and what it tells realtime inside the process."""

from typing import Final, Protocol
from uuid import UUID

import msgspec

from okno.routing.types import Desk

OFFERED: Final = "routing.offered"
MISSED: Final = "routing.missed"
ASSIGNED: Final = "routing.assigned"
AWAY: Final = "routing.away"
MENTION: Final = "mention"


class RoutingNews(msgspec.Struct, omit_defaults=True):
    """Payload of all topics. `operator`: whom it concerns; `until`: how long an offer stands (RFC 3339).

    `missed`: an offer expired (`cause` "offer") or an assigned conversation stayed unanswered ("answer"), its operator
    went away ("away") or his shift ended before he answered at all ("shift"). `away`: `by` let offers run out and is on
    a break by himself now; `operator` is null: whoever supervises is told. `assigned` is told only when somebody else
    than the operator himself did it.
    `mention`: `by` asks the operator `text` (`cause` "consult").
    """

    workspace_id: int
    conversation: UUID
    operator: UUID | None
    contact_name: str = ""
    queue: str = ""
    cause: str = ""
    until: str = ""
    text: str = ""
    by: str = ""


class DeskListener(Protocol):
    """An operator's desk as he should see it now: his state, load and offers."""

    def on_desk(self, workspace_id: int, operator_id: UUID, desk: Desk) -> None: ...
