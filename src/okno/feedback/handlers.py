"""What feedback does on news of the timeline."""

from okno.bus.events import News
from okno.feedback.api import Feedback


async def handle_timeline(feedback: Feedback, news: News) -> None:
    """Episodes that ended may be rated."""
    await feedback.hear(news.spans)
