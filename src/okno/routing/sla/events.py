"""News of the clocks."""

from typing import Final
from uuid import UUID

import msgspec

WARNING: Final = "sla.warning"
BREACHED: Final = "sla.breached"
AT_RISK: Final = "promise.at_risk"


class SlaNews(msgspec.Struct, frozen=True, omit_defaults=True):
    """Payload of all topics. `operator`: who has the conversation, null while nobody does; `due_at` is RFC 3339."""

    workspace_id: int
    conversation: UUID
    operator: UUID | None
    clock: str
    due_at: str
    contact_name: str = ""
    policy: str = ""
    queue: str = ""
