"""What search does on news of the timeline."""

from okno.bus.events import News
from okno.conversations.search.api import Search


async def handle_timeline(search: Search, news: News) -> None:
    """Index what was appended, in batches beside the appends."""
    await search.index(news.spans)
