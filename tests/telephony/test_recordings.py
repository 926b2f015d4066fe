"""A recorded call on a real Asterisk: both sides apart, interrupted for a secret, sealed, played, forgotten."""

import asyncio
import hashlib
import io
import os
from uuid import UUID

import pytest
import soundfile

from okno.conversations.calling import CallRecorded
from okno.kit.errors import NotFound
from okno.kit.ids import uuid7
from okno.telephony import sound
from okno.telephony.api import recorded_in
from okno.telephony.types import Call
from tests.telephony.house import House, until


async def spoken(house: House, *, secret_s: float = 0.0) -> Call:
    """A callback that was talked in for about two seconds."""
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    await until(lambda: house.phones[0].talks[-1].heard > 20)
    assert call.recording == "on"
    await asyncio.sleep(1)
    if secret_s:
        await house.app.telephony.pause_recording(house.operators[0], call.id, on=True)
        await until(lambda: (one := house.heard.last()) and one.recording == "paused")
        await asyncio.sleep(secret_s)
        await house.app.telephony.pause_recording(house.operators[0], call.id, on=False)
        await until(lambda: (one := house.heard.last()) and one.recording == "on")
    await asyncio.sleep(1)
    await house.app.telephony.hang_up(house.owner, call.id)
    await house.over(callback, "done")
    return call


async def store(house: House, call: Call) -> None:
    """What the worker does; the job stands in the queue."""
    payload = f"{house.app.workspace_id}/{call.id}"

    async def queued() -> int:
        return await house.app.database.fetchval(
            "SELECT count(*) FROM okno_jobs.pgqueuer WHERE entrypoint = 'telephony.record' AND payload = $1",
            payload.encode(),
        )

    assert await until(queued) == 1
    await asyncio.sleep(1.0)
    await house.app.telephony.recordings.store(payload)


async def told(house: House, conversation: UUID) -> CallRecorded:
    async def event() -> CallRecorded | None:
        return next((one for one in await house.events(conversation) if isinstance(one, CallRecorded)), None)

    return await until(event)


async def read(house: House, call: Call, first: int, after: int) -> bytes:
    recording = await house.app.telephony.get_recording(house.owner, call.id)
    pieces = await house.app.telephony.recordings.read(recording, first, min(after, recording.size_bytes))
    return b"".join([piece async for piece in pieces])


async def test_a_call_is_recorded_interrupted_and_played(house: House) -> None:
    """The customer's words would be lost, mixed with the operator's, or hold the number of his card."""
    await house.open(1, record=True)
    offer = await house.app.telephony.callbacks.offer(await house.visitor(), "en")
    assert offer.consent.endswith("The call is recorded.")
    call = await spoken(house, secret_s=1.5)
    await store(house, call)
    event = await told(house, call.conversation)
    assert event.kept
    assert 2 < event.seconds < 10
    recording = await house.app.telephony.get_recording(house.owner, call.id)
    content = await read(house, call, 0, 1 << 30)
    assert hashlib.sha256(content).hexdigest() == recording.sha256
    assert await read(house, call, 5, 700) == content[5:700]
    assert len(recording.customer_peaks) == len(recording.operator_peaks) == sound.PEAKS
    both, rate = soundfile.read(io.BytesIO(content))
    loud = abs(both).reshape(-1, 2)
    assert loud.mean(axis=0).min() > 0.01, "a side was not heard"
    silent = max(run for run in quiet_runs(loud.max(axis=1) < 0.004))
    assert silent > 0.8 * rate, "what was said in secret was recorded"
    on_disk = b"".join(file.read_bytes() for file in house.home.rglob("*") if file.is_file())
    assert content[-400:-340] not in on_disk, "the sound lies open"
    assert not list(house.home.rglob(f"{call.id}.raw"))
    outsider = await house.hire()
    with pytest.raises(NotFound):
        await house.app.telephony.get_recording(outsider, UUID(int=1))
    payload = f"{house.app.workspace_id}/{call.id}"
    await house.app.telephony.recordings.store(payload)  # the job comes again
    raw = recorded_in(house.home) / f"{call.id}.raw"
    raw.write_bytes(bytes(32_000))
    late = await house.app.database.fetchrow("SELECT * FROM recording WHERE call_id = $1", call.id)
    await house.app.telephony.recordings._finish(late, "ready", (1.0, 1, b"", b"", b"", ""))  # beside itself
    assert await read(house, call, 0, 1 << 30) == content, "what was kept already is gone"
    raw.unlink()
    assert sum(isinstance(one, CallRecorded) for one in await house.events(call.conversation)) == 1
    await house.app.telephony.forget(house.app.workspace_id, call.contact, [])
    with pytest.raises(NotFound):
        await house.app.telephony.get_recording(house.owner, call.id)
    await house.app.telephony.recordings.erase(str(call.id))
    assert not list((house.home / "files").rglob(str(call.id)))


def quiet_runs(quiet: "list[bool]") -> "list[int]":
    """Lengths of stretches of silence, in samples; never empty."""
    lengths, run = [0], 0
    for one in quiet:
        run = run + 1 if one else 0
        lengths.append(run)
    return lengths


async def test_nothing_is_recorded_where_nobody_wants_it(house: House) -> None:
    """A company that must not record would keep voices."""
    await house.open(1)
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    assert call.recording == "off"
    await until(lambda: house.phones[0].talks[-1].heard > 20)
    await house.app.telephony.hang_up(house.owner, call.id)
    await house.over(callback, "done")
    assert not list(house.home.rglob("*.raw"))
    assert await house.app.database.fetchval("SELECT count(*) FROM recording WHERE call_id = $1", call.id) == 0


async def test_a_recording_that_is_missing_is_told(house: House) -> None:
    """Nobody would know that a call was not kept until somebody needs it."""
    await house.open(1, record=True)
    call = await spoken(house)
    for raw in house.home.rglob(f"{call.id}.raw"):
        raw.unlink()
    await store(house, call)
    assert not (await told(house, call.conversation)).kept


async def test_a_recording_that_cannot_be_interrupted_is_nobodys(house: House) -> None:
    """The number of a card would be kept though the operator had pressed pause."""
    await house.open(1, record=True)
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    await until(lambda: house.phones[0].talks[-1].heard > 20)
    engine = house.app.telephony._engine
    assert engine is not None
    engine._ami.close()
    engine._ami._port = 1  # nobody is there
    await house.app.telephony.pause_recording(house.operators[0], call.id, on=True)
    await until(lambda: (one := house.heard.last()) and one.recording == "failed")
    await house.app.telephony.hang_up(house.owner, call.id)
    await house.over(callback, "done")
    assert not (await told(house, call.conversation)).kept
    with pytest.raises(NotFound):
        await house.app.telephony.get_recording(house.owner, call.id)
    await house.app.telephony.recordings.erase(str(call.id))
    assert not list(house.home.rglob(f"{call.id}.raw"))


async def test_what_waits_for_its_job_is_not_swept(house: House) -> None:
    """A worker that was away for two days would sweep the recordings before it makes them."""
    await house.open(1, record=True)
    call = await spoken(house)
    spool = recorded_in(house.home)
    left = spool / f"{uuid7()}.raw"
    left.write_bytes(b"")
    for raw in (left, spool / f"{call.id}.raw"):
        os.utime(raw, (1, 1))
    await house.app.telephony.recordings.purge("")
    assert not left.exists()
    await store(house, call)
    assert (await told(house, call.conversation)).kept


async def test_recordings_are_kept_so_many_days(house: House) -> None:
    """Voices would be kept for ever."""
    await house.open(1, record=True, record_days=30)
    call = await spoken(house)
    await store(house, call)
    await house.app.telephony.recordings.purge("")
    assert await house.app.telephony.get_recording(house.owner, call.id)
    await house.app.database.execute("UPDATE recording SET made_at = now() - interval '31 days'")
    await house.app.telephony.recordings.purge("")
    with pytest.raises(NotFound):
        await house.app.telephony.get_recording(house.owner, call.id)
