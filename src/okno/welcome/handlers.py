"""What welcome does on the news of others."""

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.welcome.api import Welcome

parse_erased = msgspec.json.Decoder(PersonErased).decode


async def handle_erased(welcome: Welcome, news: News) -> None:
    erased = parse_erased(news.payload)
    await welcome.forms.forget(erased.workspace_id, erased.contact)
