"""What notifications do on news of the slices below."""

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.notifications.api import Notifications


async def handle_timeline(notifications: Notifications, news: News) -> None:
    """Somebody was written to: he is told if he does not see it."""
    await notifications.hear_timeline(news)


async def handle_erased(notifications: Notifications, news: News) -> None:
    """A person was erased: nobody writes to him, and no alert repeats his words."""
    erased = msgspec.json.decode(news.payload, type=PersonErased)
    await notifications.forget(erased.workspace_id, erased.contact, erased.conversations)


async def handle_news(notifications: Notifications, news: News) -> None:
    """Another slice tells that something waits for an operator."""
    await notifications.hear_news(news)
