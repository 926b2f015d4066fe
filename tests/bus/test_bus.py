"""News reaches its handler once it is committed, in order, whatever overtakes what; what fails is parked, not lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from okno.app.wiring import App
from okno.bus import api
from okno.bus.api import Bus, Handler, emit
from okno.bus.events import News, TimelineSpan
from okno.kit.errors import NotFound
from okno.kit.ids import uuid7

MakeBus = Callable[[str, Handler], Awaitable[tuple[Bus, str]]]


@pytest_asyncio.fixture
async def make_bus(app: App) -> AsyncIterator[MakeBus]:
    made = []

    async def make(topic: str, handler: Handler) -> tuple[Bus, str]:
        bus, name = Bus(app.database, app.clock), f"test {uuid7()}"
        made.append(bus)
        bus.handle(name, {topic}, handler)
        await app.database.execute(api.SQL["ensure_cursor"], name)
        return bus, name

    yield make
    for bus in made:
        await bus.close()


async def drain(bus: Bus, name: str, heard: list[str], count: int) -> None:
    """Until `count` were heard: news waits for whoever else writes on this server."""
    async with asyncio.timeout(60):
        while await bus.step(name) or len(heard) < count:
            await asyncio.sleep(0.01)


async def test_a_late_commit_is_not_overtaken(app: App, make_bus: MakeBus) -> None:
    """A reader by growing ids would never see what was written early and committed late."""
    heard: list[str] = []

    async def handler(news: News) -> None:
        heard.append(news.payload)

    topic = f"topic {uuid7()}"
    bus, name = await make_bus(topic, handler)
    async with app.database.transaction() as slow:
        await emit(slow, app.clock, topic, "slow")
        async with app.database.transaction() as quick:
            await emit(quick, app.clock, topic, "quick")
        await drain(bus, name, heard, 0)
        assert heard == []
    await drain(bus, name, heard, 2)
    assert heard == ['"slow"', '"quick"']


async def test_a_handler_hears_its_topics_only_and_the_cursor_goes_on(app: App, make_bus: MakeBus) -> None:
    """Rows of other topics would be handled, or read again for ever."""
    heard: list[str] = []

    async def handler(news: News) -> None:
        heard.append(news.payload)

    topic = f"topic {uuid7()}"
    bus, name = await make_bus(topic, handler)
    for payload in ("other", "mine", "other"):
        async with app.database.transaction() as tx:
            await emit(tx, app.clock, topic if payload == "mine" else "nobody's", payload)
    await drain(bus, name, heard, 1)
    assert heard == ['"mine"']
    await drain(bus, name, heard, 1)
    assert heard == ['"mine"']


async def test_what_always_fails_is_parked_and_replayed_on_request(
    app: App, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bad event would stop everything behind it, or vanish."""
    broken, heard = True, []

    async def handler(news: News) -> None:
        if broken and news.payload == '"bad"':
            raise RuntimeError("the printer is on fire")
        heard.append(news.payload)

    monkeypatch.setattr(api, "RETRY_S", 0.0)
    topic = f"topic {uuid7()}"
    bus, name = await make_bus(topic, handler)
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


async def test_a_handler_that_waits_holds_nobody_up(app: App, make_bus: MakeBus) -> None:
    """While one waited for a system that is away, the index, the queues and the clocks would all stand still."""
    waiting, go_on, heard = asyncio.Event(), asyncio.Event(), []

    async def slow(news: News) -> None:
        waiting.set()
        await go_on.wait()

    async def quick(news: News) -> None:
        heard.append(news.payload)

    topic = f"topic {uuid7()}"
    slow_bus, slow_name = await make_bus(topic, slow)
    quick_bus, quick_name = await make_bus(topic, quick)
    async with app.database.transaction() as tx:
        await emit(tx, app.clock, topic, "first")
    async with asyncio.timeout(60):
        while not waiting.is_set():
            step = asyncio.create_task(slow_bus.step(slow_name))
            await asyncio.wait({step, asyncio.create_task(waiting.wait())}, return_when=asyncio.FIRST_COMPLETED)
    async with app.database.transaction() as tx:
        await emit(tx, app.clock, topic, "second")
    await drain(quick_bus, quick_name, heard, 2)
    assert heard == ['"first"', '"second"']
    go_on.set()
    await step


async def test_of_many_only_the_bad_one_is_parked(app: App, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch) -> None:
    """One conversation that cannot be handled would take two hundred others out of the queues."""
    monkeypatch.setattr(api, "RETRY_S", 0.0)
    bad, good = uuid7(), uuid7()
    heard: list[object] = []

    async def handler(news: News) -> None:
        if any(span.conversation_id == bad for span in news.spans):
            raise RuntimeError("cannot be read")
        heard.extend(span.conversation_id for span in news.spans)

    topic = f"topic {uuid7()}"
    bus, name = await make_bus(topic, handler)
    for conversation in (good, bad, good):
        await app.database.execute(
            "INSERT INTO outbox (at, topic, payload, workspace_ids, conversation_ids, before_seqs, event_counts)"
            " VALUES (now(), $1, '', '{1}', $2, '{0}', '{1}')",
            topic,
            [conversation],
        )
    async with asyncio.timeout(60):
        while await bus.step(name) or len(heard) < 2:
            await asyncio.sleep(0.01)
    assert heard == [good, good]
    parked = [row for row in await bus.list_parked() if row["handler"] == name]
    assert len(parked) == 1
    assert str(bad) in parked[0]["payload"]


async def test_one_process_has_a_handler_and_another_takes_it_over(app: App) -> None:
    """Two processes would tell every customer twice, or nobody would after one of them died."""
    name = f"test {uuid7()}"
    first, second = api.Turns(app.database), api.Turns(app.database)
    assert await first.hold(name)
    assert not await second.hold(name)
    await first.give_up()
    async with asyncio.timeout(30):
        while not await second.hold(name):
            await asyncio.sleep(0.01)
    assert not await first.hold(name)
    await first.give_up()
    await second.give_up()


def test_stretches_that_follow_one_another_are_one() -> None:
    """Each message of a busy thread would be looked up by itself, by every handler; or events would be left out."""
    a, b = uuid7(), uuid7()
    spans = [(1, a, 0, 2), (1, b, 5, 1), (1, a, 2, 3), (1, a, 9, 1), (1, a, 10, api.SPAN_EVENTS_MAX)]
    assert api.joined(spans) == (
        *(TimelineSpan(1, a, 0, 5), TimelineSpan(1, a, 9, 1), TimelineSpan(1, a, 10, api.SPAN_EVENTS_MAX)),
        TimelineSpan(1, b, 5, 1),
    )
