"""Reactions of access to its own news, after the commit."""

import msgspec
import structlog

from okno.access.api import Access
from okno.access.events import ResetAsked
from okno.bus.events import News

log = structlog.get_logger()


async def handle_reset_asked(access: Access, news: News) -> None:
    """Queue the letter. Handled twice, two letters go out and the later link works."""
    asked = msgspec.json.decode(news.payload, type=ResetAsked)
    log.info("a new password was asked for", known=await access.links.mail_reset(asked.email))
