"""What exports do on news of the slices below."""

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.exports.api import Exports


async def handle_erased(exports: Exports, news: News) -> None:
    """A person was erased: no package has him any more."""
    erased = msgspec.json.decode(news.payload, type=PersonErased)
    await exports.persons.forget(erased.workspace_id, erased.contact)
