"""What routing does on news of the timeline."""

from collections import defaultdict
from uuid import UUID

from okno.bus.events import News
from okno.routing.api import Routing


async def handle_timeline(routing: Routing, news: News) -> None:
    """Who waits, and who is served, may have changed."""
    ids: dict[int, dict[UUID, None]] = defaultdict(dict)
    for span in news.spans:
        ids[span.workspace_id][span.conversation_id] = None
    for workspace_id, conversation_ids in ids.items():
        await routing.follow(workspace_id, list(conversation_ids))
