"""The write path on a real PostgreSQL."""

import asyncio
import random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from okno.app.wiring import App
from okno.conversations.append import Draft, Stored, append, millis
from okno.kit.errors import Invalid, NotFound
from okno.kit.ids import uuid7


async def conversation(app: App) -> UUID:
    contact = uuid7()
    await app.database.execute(
        "INSERT INTO contact (workspace_id, id, created_at) VALUES ($1, $2, now())", app.workspace_id, contact
    )
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    return await app.conversations.open_for_contact(
        app.workspace_id, contact, inbox_id=inbox.id, channel="site", team_id=0
    )


def draft(app: App, conversation_id: UUID, text: str = "hi", **more: Any) -> Draft:
    body = f'{{"type":"message","text":"{text}"}}'
    return Draft(
        *(app.workspace_id, conversation_id, more.get("client_id") or uuid7(), "customer", UUID(int=5), "message"),
        *(body, text),
    )


async def seqs(app: App, conversation_id: UUID) -> list[int]:
    rows = await app.database.fetch(
        "SELECT seq FROM event WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY seq",
        *(app.workspace_id, conversation_id),
    )
    return [r["seq"] for r in rows]


async def test_one_poisoned_message_costs_only_its_sender(app: App) -> None:
    """A message the database refuses would take the other 99 of its batch with it."""
    target = await conversation(app)
    drafts = [draft(app, target, "bad\x00text" if n == 41 else f"m{n}") for n in range(100)]
    outcomes = await asyncio.gather(*(app.writer.append(d) for d in drafts), return_exceptions=True)
    assert [n for n, o in enumerate(outcomes) if not isinstance(o, Stored)] == [41]
    assert isinstance(outcomes[41], Invalid)
    assert await seqs(app, target) == list(range(1, 101))  # 99 messages after the event of opening


async def test_a_repeated_message_is_the_same_event(app: App) -> None:
    """A client that lost the answer would double its message by asking again."""
    target = await conversation(app)
    once = draft(app, target)
    first = await app.writer.append(once)
    again, twice = await asyncio.gather(app.writer.append(once), app.writer.append(once))
    assert (again.seq, again.at, again.fresh) == (first.seq, first.at, False)
    assert twice.seq == first.seq
    assert await seqs(app, target) == [1, 2]


async def test_a_message_to_a_conversation_that_is_not_there_is_refused(app: App) -> None:
    """It would hang without an answer, or be stored where nobody looks."""
    target = await conversation(app)
    lost, kept = await asyncio.gather(
        app.writer.append(draft(app, uuid4())), app.writer.append(draft(app, target)), return_exceptions=True
    )
    assert isinstance(lost, NotFound)
    assert isinstance(kept, Stored)


@pytest.mark.timeout(120)
async def test_two_writers_on_the_same_conversations_never_deadlock(app: App) -> None:
    """Two processes would stop each other for a second at a time, or number two events alike."""
    targets = [await conversation(app) for _ in range(50)]
    stop = asyncio.get_running_loop().time() + 8
    deadlocks = 0

    async def write(seed: int) -> int:
        nonlocal deadlocks
        chance = random.Random(seed)
        connection = await app.database.dedicated()
        count = 0
        try:
            while asyncio.get_running_loop().time() < stop:
                batch = [draft(app, t) for t in chance.sample(targets, 30)]
                try:
                    await append(connection, batch, millis(app.clock.now()))
                    count += 1
                except asyncpg.DeadlockDetectedError:
                    deadlocks += 1
        finally:
            await connection.close()
        return count

    counts = await asyncio.gather(write(1), write(2))
    assert deadlocks == 0
    assert min(counts) > 20
    for target in targets:
        numbers = await seqs(app, target)
        assert numbers == list(range(1, len(numbers) + 1))


async def test_two_first_messages_make_one_conversation(app: App) -> None:
    """The customer's story would begin in two places."""
    contact = uuid7()
    await app.database.execute(
        "INSERT INTO contact (workspace_id, id, created_at) VALUES ($1, $2, now())", app.workspace_id, contact
    )
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    made = await asyncio.gather(
        *(
            app.conversations.open_for_contact(app.workspace_id, contact, inbox_id=inbox.id, channel="site", team_id=0)
            for _ in range(8)
        )
    )
    assert len(set(made)) == 1
