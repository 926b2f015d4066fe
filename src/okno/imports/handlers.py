"""What imports do on the news of others."""

import msgspec

from okno.bus.events import News
from okno.conversations.events import PersonErased
from okno.imports.api import Imports

parse_erased = msgspec.json.Decoder(PersonErased).decode


async def handle_erased(imports: Imports, news: News) -> None:
    """What an import replaced of a person goes with him."""
    erased = parse_erased(news.payload)
    await imports.forget(erased.workspace_id, erased.contact)
