"""What telephony does on news of the slices below."""

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.telephony.api import Telephony


async def handle_erased(telephony: Telephony, news: News) -> None:
    """A person was erased: nobody dials him, and no call shows his number."""
    erased = msgspec.json.decode(news.payload, type=PersonErased)
    await telephony.forget(erased.workspace_id, erased.contact, erased.conversations)
