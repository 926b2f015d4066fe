"""What teamwork does on news of the timeline."""

from collections import defaultdict
from uuid import UUID

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.teamwork.api import Teamwork


async def handle_timeline(teamwork: Teamwork, news: News) -> None:
    """A customer who writes brings his conversation back."""
    ids: dict[int, dict[UUID, None]] = defaultdict(dict)
    for span in news.spans:
        ids[span.workspace_id][span.conversation_id] = None
    for workspace_id, conversation_ids in ids.items():
        await teamwork.snoozes.on_timeline(workspace_id, list(conversation_ids))


async def handle_erased(teamwork: Teamwork, news: News) -> None:
    """A person was erased: tasks about him stay, without their words."""
    erased = msgspec.json.decode(news.payload, type=PersonErased)
    await teamwork.tasks.forget(erased.workspace_id, erased.contact, erased.conversations)


async def handle_mentions(teamwork: Teamwork, news: News) -> None:
    """Whoever was named in a note is told, and may see it."""
    await teamwork.mentions.on_note(news.payload)
