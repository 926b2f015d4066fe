"""What conversations do on news of their own timeline and of the slices below."""

from collections import defaultdict
from uuid import UUID

from okno.bus.events import News
from okno.conversations.api import Conversations


async def handle_languages(conversations: Conversations, news: News) -> None:
    """What a new customer writes in."""
    ids: dict[int, dict[UUID, None]] = defaultdict(dict)
    for span in news.spans:
        if span.size:
            ids[span.workspace_id][span.conversation_id] = None
    for workspace_id, conversation_ids in ids.items():
        await conversations.tell_languages(workspace_id, list(conversation_ids))


async def handle_timeline(conversations: Conversations, news: News) -> None:
    """A customer's message that met a closing conversation opens it again."""
    ids: dict[int, dict[UUID, None]] = defaultdict(dict)
    for span in news.spans:
        ids[span.workspace_id][span.conversation_id] = None
    for workspace_id, conversation_ids in ids.items():
        await conversations.reopen_waiting(workspace_id, list(conversation_ids))
