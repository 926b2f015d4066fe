"""What figures do on news of the timeline."""

from okno.analytics.api import Analytics
from okno.bus.events import News


async def handle_timeline(analytics: Analytics, news: News) -> None:
    """The episodes of what was appended, as they are now."""
    await analytics.fold(news.spans)
