"""What automation does on news of the timeline."""

from collections import defaultdict

import msgspec
import structlog

from okno.automation.api import Automation
from okno.automation.events import Stretch
from okno.bus.events import News, TimelineSpan

log = structlog.get_logger()
parse_stretch = msgspec.json.Decoder(Stretch).decode


async def handle_timeline(automation: Automation, news: News) -> None:
    """Before the queue follows, so that the first place is already where a rule says.

    Whatever goes wrong here must not keep customers out of the queue: it is left to be done again by `handle_again`.
    """
    spans: dict[int, list[TimelineSpan]] = defaultdict(list)
    for span in news.spans:
        spans[span.workspace_id].append(span)
    for workspace_id, its in spans.items():
        try:
            await automation.follow(workspace_id, its)
        except Exception:
            log.exception("rules are done later", workspace=workspace_id)
            await automation.put_off([Stretch(*span) for span in its])


async def handle_again(automation: Automation, news: News) -> None:
    stretch = parse_stretch(news.payload)
    await automation.follow(stretch.workspace_id, [TimelineSpan(*msgspec.structs.astuple(stretch))])
