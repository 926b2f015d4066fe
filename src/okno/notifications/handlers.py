"""What notifications do on news of the slices below."""

from okno.bus.events import News
from okno.notifications.api import Notifications


async def handle_timeline(notifications: Notifications, news: News) -> None:
    """Somebody was written to: he is told if he does not see it."""
    await notifications.hear_timeline(news)
