"""What telephony does on news of the slices below."""

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.telephony.api import Telephony
from okno.telephony.events import Recorded


async def handle_erased(telephony: Telephony, news: News) -> None:
    """A person was erased: nobody dials him, and no call shows his number."""
    erased = msgspec.json.decode(news.payload, type=PersonErased)
    await telephony.forget(erased.workspace_id, erased.contact, erased.conversations)


async def handle_recorded(telephony: Telephony, news: News) -> None:
    """A job has made a recording, or could not."""
    await telephony.tell_recorded(msgspec.json.decode(news.payload, type=Recorded))
