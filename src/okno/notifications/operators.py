"""Operators: what waits for them, in the console, by push when no console is open, by letter when it stays unread."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import UNSET

from okno.access.api import Access
from okno.access.types import Actor, Operator
from okno.bus.events import TimelineSpan
from okno.conversations.api import Conversations
from okno.conversations.types import ConversationRow
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotAllowed, TooMany
from okno.kit.ids import uuid7
from okno.kit.paging import cursor_of, parse_cursor
from okno.kit.tasks import Tasks
from okno.kit.wire import encode
from okno.mailer.api import Mailer
from okno.mailer.types import Concerned, Letter
from okno.notifications import letters, rules
from okno.notifications.events import TOPICS, AlertListener, AlertNews
from okno.notifications.types import (
    CLASSES,
    Alert,
    AlertClass,
    AlertPage,
    AlertSetting,
    AlertSettings,
    AlertSettingsChange,
    AlertsRead,
    NewPush,
    SelfTest,
    SelfTestResult,
    SelfTestStep,
)
from okno.notifications.webpush import Browser, Delivery, Pusher, parse_keys

SQL = load_queries("okno.notifications")
SUPERVISING = frozenset({"supervisor", "admin", "owner"})
parse_news = msgspec.json.Decoder(AlertNews).decode


class Way(NamedTuple):
    """How one class reaches one operator now."""

    setting: AlertSetting
    quiet: bool


class Operators:
    """The operators' half of notifications. `listener` are the connections of this process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        conversations: Conversations,
        mailer: Mailer,
        pusher: Pusher,
        tasks: Tasks,
        public_url: str,
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._conversations = conversations
        self._mailer = mailer
        self._pusher = pusher
        self._tasks = tasks
        self._url = public_url.rstrip("/")
        self._tested: dict[UUID, list[float]] = defaultdict(list)
        self.listener: AlertListener | None = None

    # -- news --------------------------------------------------------------------------------------------------------

    async def hear(self, topic: str, payload: str) -> None:
        """News of another slice becomes an alert of its operator, or of those who supervise."""
        news = parse_news(payload)
        actors = await self._actors(news.workspace_id, news.conversation)
        if news.operator is not None:
            wanted = [actor for actor in actors if actor.operator_id == news.operator]
        else:
            # Where they are too many, those of the team come before those who see everything.
            supervising = sorted((a for a in actors if a.role in SUPERVISING), key=lambda a: a.see_all)
            wanted = supervising[: limits.ALERT_RECIPIENTS_MAX]
        await self.put(wanted, TOPICS[topic], news.conversation, rules.detail_of(topic, news))

    async def hear_spans(self, spans: Sequence[TimelineSpan]) -> None:
        """Customers wrote, and nobody who should know has a console open; or somebody has answered."""
        columns = [list(column) for column in zip(*spans, strict=True)]
        settled = await self._db.fetch(SQL["settle_alerts"], *columns, self._clock.now())
        for workspace_id, operator_id in {(r["workspace_id"], r["operator_id"]) for r in settled}:
            await self._tell_count(workspace_id, operator_id)
        for record in await self._db.fetch(SQL["list_written"], *columns):
            workspace_id, assignee = record["workspace_id"], record["assignee_id"]
            if assignee and self._present(workspace_id, assignee):
                continue
            actors = await self._actors(workspace_id, record["id"])
            if assignee:
                mine = [actor for actor in actors if actor.operator_id == assignee]
                await self.put(mine, "message", record["id"], "")
            elif not any(self._present(workspace_id, actor.operator_id) for actor in actors):
                known = await self._db.fetch(SQL["list_push_operators"], workspace_id)
                asked = {r["operator_id"] for r in known}
                reached = [actor for actor in actors if actor.operator_id in asked]
                await self.put(reached[: limits.ALERT_RECIPIENTS_MAX], "queue", record["id"], "")

    async def _actors(self, workspace_id: int, conversation_id: UUID | None) -> list[Actor]:
        """Who works here and may see the conversation; everybody who works here when it is about none."""
        actors = await self._access.list_actors(workspace_id)
        if conversation_id is None:
            return actors
        rows, _ = await self._conversations.list_rows_by_id(workspace_id, [conversation_id])
        return [
            a for a in actors if rows and "conversations" in a.permissions and self._conversations.may_see(a, rows[0])
        ]

    def _present(self, workspace_id: int, operator_id: UUID) -> bool:
        return self.listener is not None and self.listener.is_present(workspace_id, operator_id)

    async def put(self, actors: Sequence[Actor], alert_class: AlertClass, about: UUID | None, detail: str) -> None:
        """Make the alert of each, tell the open consoles, and push to whoever has none."""
        if not actors:
            return
        workspace_id, now = actors[0].workspace_id, self._clock.now()
        ways = await self._ways(workspace_id, [actor.operator_id for actor in actors], alert_class)
        for actor in actors:
            setting, quiet = ways[actor.operator_id]
            alert: Alert | None = None
            if setting.app:
                mail = setting.email and not quiet and self._mailer.enabled
                due_at = now + timedelta(seconds=limits.ALERT_EMAIL_AFTER_S) if mail else None
                values = (uuid7(), actor.operator_id, alert_class, about, detail[: limits.ALERT_DETAIL_LEN_MAX])
                record = await self._db.fetchrow(SQL["put_alert"], workspace_id, *values, now, due_at)
                (alert,) = await self._shown(actor, [record])
            if self.listener is not None:
                unread = await self.count(workspace_id, actor.operator_id)
                sound = setting.sound and not quiet
                self.listener.on_alert(workspace_id, actor.operator_id, alert, unread, sound=sound)
            if setting.push and not quiet and not self._present(workspace_id, actor.operator_id):
                self._tasks.spawn(self._push(actor, alert_class, about, detail), name="push to an operator")

    async def _ways(self, workspace_id: int, ids: Sequence[UUID], alert_class: AlertClass) -> dict[UUID, Way]:
        stored = await self._stored(workspace_id, ids)
        quiet = {
            r["operator_id"] for r in await self._db.fetch(SQL["list_quiet"], workspace_id, ids, self._clock.now())
        }
        return {i: Way(rules.setting_of(alert_class, stored.get((i, alert_class))), i in quiet) for i in ids}

    async def _stored(self, workspace_id: int, ids: Sequence[UUID]) -> Mapping[tuple[UUID, str], AlertSetting]:
        records = await self._db.fetch(SQL["list_alert_settings"], workspace_id, ids)
        return {(r["operator_id"], r["alert_class"]): AlertSetting(*tuple(r)[1:]) for r in records}

    async def _push(self, actor: Actor, alert_class: AlertClass, about: UUID | None, detail: str) -> None:
        row = None
        if about:
            row = (await self._visible(actor, [about])).get(about)
        text = detail or (row.preview if row else "")
        tag = f"a{about.hex[:30]}" if about else "alerts"
        url = f"/conversations/{about}" if about else "/conversations"
        unread = await self.count(actor.workspace_id, actor.operator_id)
        for record in await self._browsers(actor):
            title, body = letters.render_alert(alert_class, row.contact_name if row else "", text, record["locale"])
            told = {"title": title[: limits.PUSH_TEXT_LEN_MAX], "body": body[: limits.PUSH_TEXT_LEN_MAX]}
            await self._send(actor, record, {**told, "tag": tag, "url": url, "unread": unread}, tag)

    async def _browsers(self, actor: Actor) -> Sequence[Any]:
        return await self._db.fetch(SQL["list_of_operator"], actor.workspace_id, actor.operator_id, self._clock.now())

    async def _send(self, actor: Actor, record: Any, told: Mapping[str, Any], tag: str) -> Delivery:
        browser = Browser(record["id"], record["endpoint"], record["p256dh"], record["auth"])
        delivery = await self._pusher.send(browser, encode(told), topic=tag)
        if delivery.gone:
            await self._db.execute(SQL["delete_subscription"], actor.workspace_id, browser.id)
        return delivery

    # -- the list ----------------------------------------------------------------------------------------------------

    async def list_alerts(self, actor: Actor, cursor: str | None, limit: int) -> AlertPage:
        at, after = parse_cursor(cursor) if cursor else (None, None)
        values = (actor.workspace_id, actor.operator_id, at, after, limit + 1)
        records = await self._db.fetch(SQL["list_alerts"], *values)
        page = records[:limit]
        following = cursor_of(page[-1]["at"], page[-1]["id"]) if len(records) > limit else None
        unread = await self.count(actor.workspace_id, actor.operator_id)
        return AlertPage(await self._shown(actor, page), unread, following)

    async def _shown(self, actor: Actor, records: Sequence[Any]) -> list[Alert]:
        """With the conversation's name and last line, for who may see it."""
        rows = await self._visible(actor, {r["conversation_id"] for r in records} - {None})
        shown = []
        for r in records:
            row = rows.get(r["conversation_id"])
            name, text = (row.contact_name, row.preview) if row else ("", "")
            place = r["conversation_id"] if row else None
            detail = r["detail"] if row or r["conversation_id"] is None else ""
            shown.append(
                Alert(
                    *(r["id"], r["alert_class"], place, name, text, detail, r["times"], r["at"]),
                    r["read_at"] is not None,
                )
            )
        return shown

    async def _visible(self, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ConversationRow]:
        rows, _ = await self._conversations.list_rows_by_id(actor.workspace_id, list(ids))
        return {row.id: row for row in rows if self._conversations.may_see(actor, row)}

    async def count(self, workspace_id: int, operator_id: UUID) -> int:
        return int(await self._db.fetchval(SQL["count_unread_alerts"], workspace_id, operator_id))

    async def read(self, actor: Actor, which: AlertsRead) -> int:
        """Mark as read; how many stay unread. The operator's other consoles are told."""
        values = (actor.workspace_id, actor.operator_id, self._clock.now(), which.ids, which.conversation)
        if await self._db.fetchval(SQL["read_alerts"], *values):
            return await self._tell_count(actor.workspace_id, actor.operator_id)
        return await self.count(actor.workspace_id, actor.operator_id)

    async def _tell_count(self, workspace_id: int, operator_id: UUID) -> int:
        unread = await self.count(workspace_id, operator_id)
        if self.listener is not None:
            self.listener.on_alert(workspace_id, operator_id, None, unread, sound=False)
        return unread

    # -- settings ----------------------------------------------------------------------------------------------------

    async def get_settings(self, actor: Actor) -> AlertSettings:
        _person(actor)
        key = (actor.workspace_id, [actor.operator_id])
        stored = await self._stored(*key)
        quiet = await self._db.fetch(SQL["list_quiet"], *key, self._clock.now())
        until: datetime | None = quiet[0]["quiet_until"] if quiet else None
        classes = [rules.setting_of(c, stored.get((actor.operator_id, c))) for c in CLASSES]
        browsers = len(await self._browsers(actor))
        return AlertSettings(classes, until, self._pusher.public_key, browsers, self._mailer.enabled)

    async def change_settings(self, actor: Actor, change: AlertSettingsChange) -> AlertSettings:
        _person(actor)
        key = (actor.workspace_id, actor.operator_id)
        async with self._db.transaction() as tx:
            for one in change.classes:
                values = (one.alert_class, one.app, one.push, one.email, one.sound)
                await tx.execute(SQL["save_alert_setting"], *key, *values)
            if change.quiet_until is not UNSET:
                await tx.execute(SQL["save_quiet"], *key, change.quiet_until)
        return await self.get_settings(actor)

    async def subscribe(self, actor: Actor, new: NewPush) -> None:
        """This browser takes pushes as long as it is signed in. Raises `Invalid`, `NotAllowed`."""
        _person(actor)
        self._pusher.check(new.endpoint)
        p256dh, auth = parse_keys(new.p256dh, new.auth)
        await self._db.execute(
            SQL["save_subscription"],
            *(actor.workspace_id, uuid7(), None, None, actor.operator_id, actor.session_id, new.endpoint, p256dh, auth),
            *("", new.locale, self._clock.now()),
        )
        key = (actor.workspace_id, actor.operator_id)
        await self._db.execute(SQL["forget_oldest_of_operator"], *key, limits.PUSH_BROWSERS_MAX)

    async def unsubscribe(self, actor: Actor, endpoint: str) -> None:
        await self._db.execute(SQL["end_of_operator"], actor.workspace_id, actor.operator_id, endpoint)

    # -- letters and the self-test -----------------------------------------------------------------------------------

    async def step(self) -> int:
        """Letters about what has stayed unread: one to each operator, whatever there is."""
        now = self._clock.now()
        await self._db.execute(SQL["clear_read_letters"], now)
        by_operator: dict[tuple[int, UUID], list[Any]] = defaultdict(list)
        async with self._db.transaction() as tx:
            for r in await tx.fetch(SQL["take_due_letters"], now, limits.NOTICES_AT_ONCE_MAX):
                by_operator[r["workspace_id"], r["operator_id"]].append(r)
            for (workspace_id, operator_id), records in by_operator.items():
                actors = await self._access.list_actors(workspace_id)
                actor = next((a for a in actors if a.operator_id == operator_id), None)
                if actor is None or not self._mailer.enabled:
                    continue
                operator = await self._access.get_operator(workspace_id, operator_id)
                try:
                    concerned = await self._concerned(workspace_id, records)
                    await self._mailer.post(tx, await self._letter(actor, operator, records), concerned)
                except TooMany:
                    return 0
        if by_operator:
            self._mailer.wake()
        return len(by_operator)

    async def _concerned(self, workspace_id: int, records: Sequence[Any]) -> Concerned:
        ids = {r["conversation_id"] for r in records if r["conversation_id"]}
        rows, _ = await self._conversations.list_rows_by_id(workspace_id, list(ids))
        return Concerned(workspace_id, list({row.contact for row in rows}))

    async def _letter(self, actor: Actor, operator: Operator, records: Sequence[Any]) -> Letter:
        shown = await self._shown(actor, [{**r, "id": uuid7(), "times": 1, "read_at": None} for r in records])
        shown.sort(key=lambda alert: alert.at, reverse=True)
        lines = [
            letters.Waiting(
                *(a.alert_class, a.name, a.detail),
                f"{self._url}/conversations/{a.conversation}" if a.conversation else f"{self._url}/conversations",
            )
            for a in shown[: limits.ALERT_EMAIL_LINES_MAX]
        ]
        settings = f"{self._url}/settings/notifications"
        subject, text = letters.render_waiting(operator.name, lines, len(shown) - len(lines), settings, operator.locale)
        return Letter(operator.email, subject, text, "alerts")

    async def forget_old(self) -> None:
        await self._db.execute(SQL["forget_alerts"], self._clock.now() - timedelta(days=limits.ALERT_DAYS))

    async def test(self, actor: Actor, asked: SelfTest) -> SelfTestResult:
        """Try every way once, now, and tell what the other side said. Raises `TooMany`."""
        _person(actor)
        now = self._clock.monotonic()
        tested = self._tested[actor.operator_id] = [t for t in self._tested[actor.operator_id] if now - t < 60]  # noqa: PLR2004
        if len(tested) >= limits.TESTS_PER_MINUTE_MAX:
            raise TooMany("wait a minute before the next test")
        tested.append(now)
        operator = await self._access.get_operator(actor.workspace_id, actor.operator_id)
        heard = 0
        if self.listener is not None:
            unread = await self.count(actor.workspace_id, actor.operator_id)
            heard = self.listener.on_alert(actor.workspace_id, actor.operator_id, None, unread, sound=True)
        steps = [SelfTestStep("app", heard > 0, str(heard)), await self._test_push(actor, asked.endpoint, operator)]
        if not self._mailer.enabled:
            return SelfTestResult([*steps, SelfTestStep("email", None, "")])
        subject, text = letters.render_test(operator.locale)
        try:
            async with self._db.transaction() as tx:
                await self._mailer.post(tx, Letter(operator.email, f"{subject}: {text}", f"{text}\n", "test"))
        except TooMany as error:
            return SelfTestResult([*steps, SelfTestStep("email", ok=False, said=error.detail or error.title)])
        self._mailer.wake()
        return SelfTestResult([*steps, SelfTestStep("email", ok=True, said=rules.masked(operator.email))])

    async def _test_push(self, actor: Actor, endpoint: str, operator: Operator) -> SelfTestStep:
        record = next((r for r in await self._browsers(actor) if r["endpoint"] == endpoint), None)
        if record is None:
            return SelfTestStep("push", None, "")
        title, body = letters.render_test(operator.locale)
        told = {"title": title, "body": body, "tag": "test", "url": "/settings/notifications", "test": "1"}
        delivery = await self._send(actor, record, told, "test")
        return SelfTestStep("push", delivery.ok, delivery.said)


def _person(actor: Actor) -> None:
    if actor.session_id is None:
        raise NotAllowed("notifications are a person's: sign in with a session")
