"""Every change of a setting is in the audit log before its answer goes out, whatever slice it belongs to.

Everyday work is not: what is said and done in conversations stands in their timelines. New operations are
audited unless they are named here, so that nothing is forgotten.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

import structlog
from litestar.types import Message, Scope

from okno.access.api import Access
from okno.access.types import Actor

log = structlog.get_logger()
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EVERYDAY = frozenset(
    {
        *("send_event", "assign_conversation", "close_conversation", "reopen_conversation", "set_labels", "mark_read"),
        *("save_draft", "list_file_links", "create_upload", "get_upload", "append_upload", "end_upload"),
        *("count_retention", "change_contact", "add_identity", "remove_identity", "ask_secret"),
        *("change_desk", "accept_offer", "decline_offer", "transfer_conversation", "consult", "hold_conversation"),
        *("bring_in", "let_go", "snooze_conversation", "wake_conversation", "add_task", "change_task", "remove_task"),
        *("add_view", "change_view", "remove_view", "set_contact_attribute", "set_conversation_attribute"),
        *("fill_template", "preview_template", "run_macro", "read_alerts", "test_alerts", "subscribe_operator"),
        *("forecast_automation_rule", "unsubscribe_operator", "start_stream", "send_frame", "get_upload_options"),
    }
)
"""The timeline and the card tell of it, or it concerns nobody but the one who does it."""
OWN_ENTRY = frozenset(
    {
        *("create_role", "change_role", "delete_role", "reveal_secret", "withdraw_secret", "block", "lift_block"),
        *("erase_person", "hold_person", "release_person", "set_retention", "delete_retention", "change_privacy"),
        *("export_person", "delete_export", "send_transcript"),
    }
)
"""The slice writes the entry itself, in the transaction of the change."""


def audit_hook(access: Access) -> Callable[[Message, Scope], Coroutine[Any, Any, None]]:
    """For Litestar's `before_send`."""

    async def before_send(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or scope.get("method", "GET") in SAFE:
            return
        if message["status"] >= 300:  # noqa: PLR2004 - nothing was changed
            return
        actor: Actor | None = scope.get("state", {}).get("actor")
        operation = getattr(scope.get("route_handler"), "operation_id", None)
        if actor is None or not operation or operation in EVERYDAY or operation in OWN_ENTRY:
            return
        subject = urlencode({name: str(value) for name, value in scope.get("path_params", {}).items()})
        try:
            await access.audit.record(access.database, actor, str(operation), subject)
        except Exception:  # the change is made; its answer must not be lost
            log.exception("audit entry not written", operation=operation)

    return before_send
