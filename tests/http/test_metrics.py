"""What a watching system is told."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from okno.conversations.search.api import HANDLER as SEARCH
from tests.support.live import Live, enter, other_workspace, say


async def read(live: Live, token: str = "") -> httpx.Response:
    async with httpx.AsyncClient(base_url=live.url) as http:
        return await http.get("/metrics", headers={"authorization": f"Bearer {token}"} if token else {})


async def test_nobody_reads_without_the_token(live: Live) -> None:
    """How much a company has to do, and the names of its queues, would be anybody's to read."""
    assert (await read(live)).status_code == 404
    assert (await read(live, "x")).status_code == 404
    live.app.metrics.token = "watch"
    try:
        assert (await read(live)).status_code == 404
        assert (await read(live, "watc")).status_code == 404
        assert (await read(live, "watch")).status_code == 200
    finally:
        live.app.metrics.token = ""


async def test_figures_follow_what_happens(live: Live) -> None:
    """An alert would look at figures that stand still."""
    live.app.metrics.token = "watch"
    try:
        before = values((await read(live, "watch")).text)
        _, inbox = await other_workspace(live)
        wire, _ = await enter(live, inbox.key)
        await say(wire, "hello")
        after = values((await read(live, "watch")).text)
        wire.cut()
    finally:
        live.app.metrics.token = ""
    assert sum(after["okno_events_appended_total"].values()) > sum(before["okno_events_appended_total"].values())
    party = {dict(labels)["party"]: value for labels, value in after["okno_sockets"].items()}
    assert party["customer"] >= 1
    handlers = {dict(labels)["handler"] for labels in after["okno_handler_lag_seconds"]}
    assert {SEARCH, "routing.follow"} <= handlers
    assert all(value >= 0 for value in after["okno_handler_lag_seconds"].values())
    assert len(after["okno_queue_waiting"]) == len(after["okno_queue_oldest_seconds"])


def values(text: str) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    """By name and labels, as Prometheus reads it."""
    found: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found
