"""News reaches its handler once it is committed, in order, whatever overtakes what; what fails is parked, not lost."""

import asyncio

import pytest

from okno.app.wiring import App
from okno.bus import api
from okno.bus.api import Bus, emit
from okno.bus.events import News
from okno.kit.errors import NotFound
from okno.kit.ids import uuid7


async def make_bus(app: App, topic: str, handler: object) -> tuple[Bus, str]:
    bus, name = Bus(app.database, app.clock), f"test {uuid7()}"
    bus.handle(name, {topic}, handler)  # type: ignore[arg-type]
    await app.database.execute(api.SQL["ensure_cursor"], name)
    return bus, name


async def drain(bus: Bus, name: str, heard: list[str], count: int) -> None:
    """Until `count` were heard: news waits for whoever else writes on this server."""
    async with asyncio.timeout(60):
        while await bus.step(name) or len(heard) < count:
            await asyncio.sleep(0.01)


async def test_a_late_commit_is_not_overtaken(app: App) -> None:
    """A reader by growing ids would never see what was written early and committed late."""
    heard: list[str] = []

    async def handler(news: News) -> None:
        heard.append(news.payload)

    topic = f"topic {uuid7()}"
    bus, name = await make_bus(app, topic, handler)
    async with app.database.transaction() as slow:
        await emit(slow, app.clock, topic, "slow")
        async with app.database.transaction() as quick:
            await emit(quick, app.clock, topic, "quick")
        await drain(bus, name, heard, 0)
        assert heard == []
    await drain(bus, name, heard, 2)
    assert heard == ['"slow"', '"quick"']


async def test_a_handler_hears_its_topics_only_and_the_cursor_goes_on(app: App) -> None:
    """Rows of other topics would be handled, or read again for ever."""
    heard: list[str] = []

    async def handler(news: News) -> None:
        heard.append(news.payload)

    topic = f"topic {uuid7()}"
    bus, name = await make_bus(app, topic, handler)
    for payload in ("other", "mine", "other"):
        async with app.database.transaction() as tx:
            await emit(tx, app.clock, topic if payload == "mine" else "nobody's", payload)
    await drain(bus, name, heard, 1)
    assert heard == ['"mine"']
    await drain(bus, name, heard, 1)
    assert heard == ['"mine"']


async def test_what_always_fails_is_parked_and_replayed_on_request(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bad event would stop everything behind it, or vanish."""
    broken, heard = True, []

    async def handler(news: News) -> None:
        if broken and news.payload == '"bad"':
            raise RuntimeError("the printer is on fire")
        heard.append(news.payload)

    monkeypatch.setattr(api, "RETRY_S", 0.0)
    topic = f"topic {uuid7()}"
    bus, name = await make_bus(app, topic, handler)
    for payload in ("bad", "good"):
        async with app.database.transaction() as tx:
            await emit(tx, app.clock, topic, payload)
    await drain(bus, name, heard, 1)
    assert heard == ['"good"']
    parked = next(row for row in await bus.list_parked() if row["handler"] == name)
    assert "on fire" in parked["error"]
    broken = False
    await bus.replay(parked["id"])
    assert heard == ['"good"', '"bad"']
    with pytest.raises(NotFound):
        await bus.replay(parked["id"])
