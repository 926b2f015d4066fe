"""Callbacks: a customer leaves his number, operators are rung, and only when one is there is the customer dialled."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from okno.channels.site.api import Guest, Site
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations, system_of
from okno.conversations.calling import CallbackAsked, CallbackEnded
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, OknoError, TooMany
from okno.kit.ids import uuid7
from okno.kit.phone import parse_number
from okno.routing.api import Desks
from okno.routing.hours.api import Hours, next_opening, open_at
from okno.telephony import rules, store
from okno.telephony.calls import Calls
from okno.telephony.engine import EngineFailed
from okno.telephony.live import Live
from okno.telephony.outside import Asker, Outside
from okno.telephony.store import SQL
from okno.telephony.types import Callback, CallbackOffer, NewCallback

log = structlog.get_logger()
IS_RECORDED = {"ru": "Разговор записывается.", "en": "The call is recorded."}
LOOK_S = 5.0  # what another process changed and could not tell
AGAIN_S = 15  # the engine is away, or nobody's telephone is there


class Callbacks:
    """`ask` and `cancel` work in every process; `run` where calls live."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        contacts: Contacts,
        site: Site,
        conversations: Conversations,
        hours: Hours,
        desks: Desks,
        outside: Outside,
        calls: Calls,
    ) -> None:
        self._db = database
        self._clock = clock
        self._contacts = contacts
        self._site = site
        self._conversations = conversations
        self._hours = hours
        self._desks = desks
        self._outside = outside
        self._calls = calls
        self._wake = asyncio.Event()
        calls.on_finished = self._finished

    def stir(self) -> None:
        """Somebody asks, is free, or has changed something."""
        self._wake.set()

    # -- the customer's side ---------------------------------------------------------------------------------------

    async def offer(self, guest: Guest, locale: str) -> CallbackOffer:
        """Raises `NotFound` where callbacks are not offered."""
        setting = await self._setting(guest.workspace_id)
        schedule = await self._hours.schedule(guest.workspace_id, guest.inbox.callback_calendar)
        now = self._clock.now()
        is_open = open_at(schedule, now)
        current = None
        if guest.contact_id:
            record = await self._db.fetchrow(SQL["find_current"], guest.workspace_id, guest.contact_id)
            current = store.callback_of(record) if record else None
        opens_at = None if is_open else next_opening(schedule, now)
        words = (setting["country"], rules.code_of(setting["country"]), consent_of(setting, locale))
        return CallbackOffer(is_open, opens_at, rules.list_slots(schedule, now), *words, current)

    async def is_offered(self, workspace_id: int) -> bool:
        """Whether widgets show it."""
        try:
            await self._setting(workspace_id)
        except NotFound:
            return False
        return True

    async def _setting(self, workspace_id: int) -> Any:
        setting = await self._db.fetchrow(SQL["find_setting"], workspace_id)
        if setting is None or not setting["host"] or not setting["callbacks"] or setting["stopped_at"]:
            raise NotFound("callbacks are not offered here")
        return setting

    async def ask(self, guest: Guest, new: NewCallback, ip: str) -> Callback:
        """Raises `Invalid`, `NotAllowed`, `TooMany`, `Conflict`; the same customer has one at a time."""
        workspace_id = guest.workspace_id
        setting = await self._setting(workspace_id)
        if not new.consent:
            raise Invalid("agree to be called first", field="consent")
        number = parse_number(new.number, setting["country"])
        now = self._clock.now()
        schedule = await self._hours.schedule(workspace_id, guest.inbox.callback_calendar)
        if new.due_at is None and not open_at(schedule, now):
            raise Invalid("nobody calls at this hour: choose a time", field="due_at")
        if new.due_at is not None and new.due_at not in rules.list_slots(schedule, now):
            raise Invalid("this time is not free any more: choose another one", field="due_at")
        self._site.blocks.check(workspace_id, contact_id=guest.contact_id, phone=number, ip=ip)
        policy = rules.Policy(
            setting["countries"], setting["dials_per_minute"], setting["dials_per_day"], stopped=False
        )
        counted_ip = await self._counted(workspace_id, guest.contact_id, ip)
        if refusal := rules.plan_dial(number, policy, await self._dialled(guest, number, counted_ip), blocked=False):
            raise rules.error_of(refusal)
        if await self._db.fetchval(SQL["count_waiting"], workspace_id) >= limits.CALLBACKS_WAITING_MAX:
            raise TooMany("too many wait to be called: write to us instead")
        contact_id, conversation_id = await self._site.open_conversation(guest, name="", email="", locale=new.locale)
        await self._contacts.claim_phone(workspace_id, contact_id, number)
        callback_id, due_at = uuid7(), new.due_at or now

        async def insert(tx: Connection) -> bool:
            made = await tx.fetchval(
                SQL["insert_callback"],
                *(workspace_id, callback_id, conversation_id, contact_id, guest.visitor_id, guest.inbox.id, number),
                *(ip, consent_of(setting, new.locale), now, due_at, new.due_at is not None),
            )
            if made is None:
                raise Conflict("you will be called already")
            return True

        body = CallbackAsked(callback_id, new.due_at)
        await self._conversations.add_event(workspace_id, conversation_id, ("customer", contact_id), body, when=insert)
        self.stir()
        return await self.get(workspace_id, callback_id)

    async def _counted(self, workspace_id: int, contact_id: UUID | None, ip: str) -> str:
        """The address as it counts: not at all for who is known here, whoever else stands behind it."""
        known = contact_id and await self._db.fetchval(SQL["is_known"], workspace_id, contact_id)
        return "" if known else ip

    async def _dialled(self, guest: Guest, number: str, ip: str) -> rules.Dialled:
        """What was dialled, and what was asked for and waits yet."""
        now = self._clock.now()
        counted = await self._db.fetchrow(SQL["count_dials"], guest.workspace_id, number, guest.visitor_id, ip, now)
        asked = await self._db.fetchrow(SQL["count_ahead"], guest.workspace_id, ip, guest.visitor_id, now)
        assert counted is not None  # noqa: S101 - aggregates always have a row
        assert asked is not None  # noqa: S101 - the same
        return rules.Dialled(
            counted["number_day"],
            max(counted["visitor_hour"], asked["visitor_hour"]),
            max(counted["address_hour"], asked["address_hour"]),
            *(0, 0),  # the company's own bounds are looked at when it is dialled
        )

    async def get(self, workspace_id: int, callback_id: UUID) -> Callback:
        record = await self._db.fetchrow(SQL["find_callback"], workspace_id, callback_id)
        if record is None:
            raise NotFound("there is no such callback")
        return store.callback_of(record)

    async def cancel(self, guest: Guest, callback_id: UUID) -> None:
        """By the customer, until an operator speaks with him: who is rung for it rings no more. Raises `NotFound`."""
        record = await self._db.fetchrow(SQL["find_callback"], guest.workspace_id, callback_id)
        if record is None or record["contact_id"] != guest.contact_id:
            raise NotFound("there is no such callback")
        await self._end(guest.workspace_id, record["id"], record["conversation_id"], "cancelled")
        live = await self._db.fetchrow(SQL["find_call_of_callback"], guest.workspace_id, callback_id)
        if live is not None and live["phase"] != "talking":
            self._calls.order(live["id"], "cancel")

    # -- the operators' side ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """While the lease is held: whatever is due, as far as operators are free."""
        for r in await self._db.fetch(SQL["list_stranded"]):
            await self._db.fetchval(SQL["put_off_callback"], r["workspace_id"], r["id"], self._clock.now())
        while True:
            self._wake.clear()
            wait_s = LOOK_S
            try:
                wait_s = await self._begin_due()
            except EngineFailed:
                log.debug("callbacks wait for the engine")
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _begin_due(self) -> float:
        now = self._clock.now()
        due = await self._db.fetch(SQL["list_due"], now)
        free: dict[int, int] = {}
        for record in due:
            workspace_id = record["workspace_id"]
            if workspace_id not in free:
                free[workspace_id] = len(await self._desks.list_ready_for_calls(workspace_id)) - self._busy(
                    workspace_id
                )
            if free[workspace_id] > 0 and await self._begin(record):
                free[workspace_id] -= 1
        upcoming = await self._db.fetchval(SQL["find_next_due"], now)
        return min(LOOK_S, max((upcoming - now).total_seconds(), 0.05)) if upcoming else LOOK_S

    def _busy(self, workspace_id: int) -> int:
        """Callbacks that look for an operator already: each will need one of those who are free."""
        live = [one for one in self._calls.live if one.about.workspace_id == workspace_id]
        return sum(1 for one in live if one.state.phase == "ringing" and one.about.callback_id)

    async def _begin(self, record: Any) -> bool:
        """Ring everybody who takes calls; false when it is not the time, or nobody's telephone is there."""
        workspace_id, now = record["workspace_id"], self._clock.now()
        await self._setting(workspace_id)
        calendar = await self._db.fetchval(SQL["find_inbox_calendar"], workspace_id, record["inbox_id"])
        schedule = await self._hours.schedule(workspace_id, calendar)
        if not open_at(schedule, now):
            await self._put_off(record, next_opening(schedule, now) or now + timedelta(days=1))
            return False
        ready = await self._desks.list_ready_for_calls(workspace_id)
        lines = await self._calls.engine.list_lines(workspace_id, ready)
        if not lines or await self._db.fetchval(SQL["take_callback"], workspace_id, record["id"]) is None:
            return False
        number = parse_number(record["number"])
        address = await self._counted(workspace_id, record["contact_id"], record["address"])
        asker = Asker(uuid7(), record["conversation_id"], record["visitor_id"], address)
        try:
            await self._outside.take(workspace_id, number, asker)
        except OknoError as error:
            log.info("a callback is given up", callback=str(record["id"]), why=error.detail)
            await self._end(workspace_id, record["id"], record["conversation_id"], "failed")
            return False
        about = await store.about_of(
            self._db, workspace_id, record["conversation_id"], record["contact_id"], str(number), record["id"]
        )
        try:
            return await self._calls.begin(asker.call, about, "callback", lines)
        except EngineFailed:
            await self._put_off(record, now + timedelta(seconds=AGAIN_S))
            return False

    async def _put_off(self, record: Any, until: datetime) -> None:
        await self._db.fetchval(SQL["put_off_callback"], record["workspace_id"], record["id"], until)

    async def _finished(self, live: Live) -> None:
        """What becomes of the callback whose call ended."""
        about, outcome = live.about, live.state.outcome
        if about.callback_id is None or outcome is None:
            return
        record = await self._db.fetchrow(SQL["find_callback"], about.workspace_id, about.callback_id)
        setting = await self._db.fetchrow(SQL["find_setting"], about.workspace_id)
        if record is None or setting is None:
            return
        now = self._clock.now()
        outcome = "talked" if live.talked_at else outcome  # whatever came of it after it was handed on
        retry = rules.plan_retry(outcome, record["tries"], setting["tries"], setting["pause_s"], now)
        if retry.at is not None:
            await self._db.fetchval(SQL["put_off_callback"], about.workspace_id, about.callback_id, retry.at)
        else:
            await self._end(about.workspace_id, about.callback_id, about.conversation_id, retry.outcome)
        self.stir()

    async def _end(self, workspace_id: int, callback_id: UUID, conversation_id: UUID, outcome: Any) -> None:
        """Written down once; a customer who could not be reached waits for somebody from then on."""
        now = self._clock.now()

        async def end(tx: Connection) -> bool:
            return await tx.fetchval(SQL["end_callback"], workspace_id, callback_id, outcome, now) is not None

        body = CallbackEnded(callback_id, outcome)
        actor = system_of(workspace_id)
        await self._conversations.add_event(
            workspace_id, conversation_id, ("system", actor.operator_id), body, when=end
        )
        if outcome == "failed":
            await self._calls.let_wait(workspace_id, conversation_id)


def consent_of(setting: Any, locale: str) -> str:
    """The words a customer agrees to."""
    mine, other = ("consent_ru", "consent_en") if locale == "ru" else ("consent_en", "consent_ru")
    words = str(setting[mine] or setting[other])
    said = IS_RECORDED["ru" if locale == "ru" else "en"]
    return f"{words} {said}".strip() if setting["record"] else words
