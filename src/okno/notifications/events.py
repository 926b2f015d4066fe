"""News that become alerts, and what this slice tells the connections above it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

import msgspec

from okno.notifications.types import Alert, AlertClass

TOPICS: Final[Mapping[str, AlertClass]] = MappingProxyType(
    {
        "routing.offered": "offer",
        "routing.missed": "missed",
        "routing.away": "missed",
        "routing.assigned": "assigned",
        "sla.warning": "sla_warning",
        "sla.breached": "sla_breach",
        "promise.at_risk": "promise",
        "telephony.stopped": "calls_stopped",
        "mention": "mention",
        "task.due": "task",
        "snooze.ended": "snooze",
    }
)


class AlertNews(msgspec.Struct, frozen=True):
    """The payload of these topics; more fields are ignored.

    `operator` null: whoever supervises and may see the conversation. `by` is who did it, `queue` where it waits; `text`
    is kept of tasks only: elsewhere it may be a part of the conversation.
    """

    workspace_id: int
    conversation: UUID | None = None
    operator: UUID | None = None
    text: str = ""
    by: str = ""
    queue: str = ""


class AlertListener(Protocol):
    """Told after the commit; implemented by realtime, for the operator's own connections only."""

    def on_alert(self, workspace_id: int, operator_id: UUID, alert: Alert | None, unread: int, *, sound: bool) -> int:
        """How many connections heard it. `alert` null: only the count has changed."""
        ...

    def is_present(self, workspace_id: int, operator_id: UUID) -> bool:
        """Whether the operator has a console open here."""
        ...
