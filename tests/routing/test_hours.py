"""Calendars through the API: who may change them, what the widget is told, what became of the old hours."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from okno.db.migrate import migrate, migrations
from okno.kit.ids import uuid7
from okno.routing.hours.api import Hours
from okno.routing.hours.holidays import holidays_of
from tests.support.live import Live, Staff, other_workspace, sign_in

WORK = [{"day": day, "from_min": 540, "to_min": 1080} for day in range(5)]


class At:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def calendar(**more: Any) -> dict[str, Any]:
    return {"name": "Support", "time_zone": "Europe/Moscow", "week": WORK, **more}


@pytest.fixture
async def admin(live: Live) -> AsyncIterator[Staff]:
    staff = await sign_in(live, live.app.workspace_id, "admin")
    async with staff.http:
        yield staff


async def test_a_calendar_opens_and_closes_the_widget(live: Live, admin: Staff) -> None:
    """The widget would promise an answer on a holiday, or hide that somebody is there on a working Saturday."""
    days = [
        {"date": "2026-05-09", "name": "Open after all", "spans": [{"from_min": 600, "to_min": 720}]},
        {"date": "2026-05-13", "name": "Stocktaking"},
    ]
    made = (await admin.http.post("/api/v1/calendars", json=calendar(holidays="RU", days=days))).json()
    assert made["used"] == 0
    _, inbox = await other_workspace(live)  # nothing of another company moves
    inbox_id = (await admin.http.get("/api/v1/inboxes")).json()[0]["id"]
    changed = await admin.http.patch(f"/api/v1/inboxes/{inbox_id}", json={"calendar": made["id"]})
    assert changed.json()["calendar"] == made["id"]
    assert (await admin.http.get(f"/api/v1/widget/{inbox.key}")).json()["open"] is None

    clock = At(datetime(2026, 5, 8, 14, tzinfo=UTC))  # Friday, 17:00
    hours = Hours(live.app.database, clock)
    asked = {}
    for day, hour in ((8, 14), (8, 15), (9, 8), (11, 8), (12, 20)):
        clock.time = datetime(2026, 5, day, hour, 0, 1, tzinfo=UTC)
        asked[day, hour] = await hours.opening(live.app.workspace_id, made["id"])
    assert asked[8, 14] == (True, None)
    assert asked[8, 15] == (False, datetime(2026, 5, 9, 7, tzinfo=UTC)), "the special day goes before the holiday"
    assert asked[9, 8] == (True, None)
    assert asked[11, 8][0] is False, "the day off instead of the Saturday"
    assert asked[12, 20] == (False, datetime(2026, 5, 14, 6, tzinfo=UTC)), "closed on the special day"

    refused = await admin.http.delete(f"/api/v1/calendars/{made['id']}")
    assert refused.status_code == 409
    await admin.http.patch(f"/api/v1/inboxes/{inbox_id}", json={"calendar": None})
    assert (await admin.http.delete(f"/api/v1/calendars/{made['id']}")).status_code == 204
    assert (await admin.http.patch(f"/api/v1/inboxes/{inbox_id}", json={"calendar": made["id"]})).status_code == 422


async def test_a_change_is_told_at_once(live: Live, admin: Staff) -> None:
    """Hours changed in the console would reach the site after a while, or never."""
    night = [{"day": day, "from_min": 1320, "to_min": 1800} for day in range(7)]
    made = (await admin.http.post("/api/v1/calendars", json=calendar(week=night))).json()
    path = f"/api/v1/calendars/{made['id']}"
    assert made["week"] == night
    always = [{"day": day, "from_min": 0, "to_min": 1440} for day in range(7)]
    assert (await live.app.hours.opening(live.app.workspace_id, made["id"]))[0] is not None
    opened = (await admin.http.put(path, json=calendar(week=always))).json()
    assert (opened["open"], opened["changes_at"]) == (True, None)
    assert (await live.app.hours.opening(live.app.workspace_id, made["id"])) == (True, None)
    shut = (await admin.http.put(path, json=calendar(week=[]))).json()
    assert (shut["open"], shut["changes_at"]) == (False, None)
    assert (await live.app.hours.opening(live.app.workspace_id, made["id"])) == (False, None)


async def test_what_is_wrong_is_named_and_what_is_foreign_is_not_there(live: Live, admin: Staff) -> None:
    """A typing mistake would close a company, or one company would read the hours of another."""
    wrong = [
        calendar(time_zone="Europe/Nowhere"),
        calendar(week=[{"day": 0, "from_min": 600, "to_min": 600}]),
        calendar(week=[{"day": 0, "from_min": 600, "to_min": 2041}]),
        calendar(holidays="XX"),
        calendar(holidays="RU-ZZZ"),
        calendar(days=[{"date": "2026-05-09"}, {"date": "2026-05-09"}]),
        calendar(week=[{"day": 7, "from_min": 0, "to_min": 5}]),
    ]
    for body in wrong:
        assert (await admin.http.post("/api/v1/calendars", json=body)).status_code == 422, body
    made = (await admin.http.post("/api/v1/calendars", json=calendar())).json()
    operator = await sign_in(live, live.app.workspace_id)
    async with operator.http as http:
        assert (await http.post("/api/v1/calendars", json=calendar())).status_code == 403
        assert made["id"] in {one["id"] for one in (await http.get("/api/v1/calendars")).json()}
    elsewhere, _ = await other_workspace(live)
    stranger = await sign_in(live, elsewhere, "admin")
    async with stranger.http as http:
        assert (await http.get("/api/v1/calendars")).json() == []
        assert (await http.put(f"/api/v1/calendars/{made['id']}", json=calendar())).status_code == 404
        assert (await http.delete(f"/api/v1/calendars/{made['id']}")).status_code == 404


async def test_holidays_are_named_in_the_readers_language(admin: Staff) -> None:
    """The editor would show holidays nobody recognises, or none."""
    regions = {one["country"]: one["regions"] for one in (await admin.http.get("/api/v1/holidays")).json()}
    assert "BY" in regions["DE"]
    path = "/api/v1/holidays/RU?year=2026"
    names = {}
    for language in ("ru", "en"):
        found = (await admin.http.get(path, headers={"accept-language": language})).json()
        names[language] = {one["date"]: one["name"] for one in found}["2026-05-09"]
    assert names == {"ru": "День Победы", "en": "Victory Day"}
    assert holidays_of("DE-BY", 2026, "en").keys() > holidays_of("DE", 2026, "en").keys()


async def test_hours_of_the_widget_become_a_calendar(database_url: str) -> None:
    """A company's opening hours would be lost by the upgrade."""
    name = f"hours_{uuid7().hex}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f"CREATE DATABASE {name}")
    connection = await asyncpg.connect(database_url, database=name)
    try:
        before = [one for one in migrations() if one.name < "0012"]
        await connection.execute(
            "CREATE TABLE migration (name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz)"
        )
        for one in before:
            await connection.execute(one.sql)
            await connection.execute("INSERT INTO migration VALUES ($1, $2, now())", one.name, one.digest)
        await connection.execute("INSERT INTO workspace (name, locale, created_at) VALUES ('a', 'ru', now())")
        insert = (
            "INSERT INTO inbox (workspace_id, channel, name, key, hours, time_zone, identity_secret, created_at)"
            " VALUES (1, 'site', $1, $1, $2, 'Asia/Omsk', '', now())"
        )
        await connection.execute(insert, "shop", '[{"day":0,"from_min":540,"to_min":1080}]')
        await connection.execute(insert, "club", "[]")
        await migrate(connection)
        rows = await connection.fetch(
            "SELECT i.name, c.time_zone, c.week FROM inbox i LEFT JOIN calendar c ON c.id = i.calendar_id ORDER BY i.id"
        )
        assert [tuple(r) for r in rows] == [
            ("shop", "Asia/Omsk", '[{"day":0,"from_min":540,"to_min":1080}]'),
            ("club", None, None),
        ]
    finally:
        await connection.close()
        await admin.execute(f"DROP DATABASE {name}")
        await admin.close()


async def test_a_schedule_outlives_the_years_of_its_holidays(live: Live, admin: Staff) -> None:
    """After New Year's Eve the holidays of the new year would not be known until a restart."""
    made = (await admin.http.post("/api/v1/calendars", json=calendar(holidays="RU"))).json()
    clock = At(datetime(2026, 12, 30, tzinfo=UTC))
    hours = Hours(live.app.database, clock)
    await hours.schedule(live.app.workspace_id, made["id"])
    for _ in range(3):
        clock.time += timedelta(days=366)
        schedule = await hours.schedule(live.app.workspace_id, made["id"])
        assert schedule is not None
        assert any(day.year == clock.time.year + 1 for day in schedule.days)
