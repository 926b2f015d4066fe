"""The public door of routing: settings, desks, offers, transfer, and where a conversation is."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import UNSET, UnsetType

from okno.access.api import Access, require
from okno.access.types import Actor
from okno.bus.api import emit
from okno.bus.hints import Hints
from okno.bus.leases import Lease
from okno.conversations.api import Conversations, system_of
from okno.conversations.types import ConversationRow, SendNote
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7
from okno.kit.tasks import Tasks
from okno.kit.wire import encode
from okno.routing import rules, store
from okno.routing.desks import Desks
from okno.routing.events import ASSIGNED, MENTION, RoutingNews
from okno.routing.line import Lines, belongs_to
from okno.routing.router import Router
from okno.routing.store import SQL
from okno.routing.types import (
    Consultation,
    Line,
    NewQueue,
    Queue,
    QueueChange,
    Route,
    RoutingSettings,
    RoutingSettingsChange,
    Seat,
    SeatChange,
    Skill,
    Transfer,
    Whereabouts,
    Why,
)

__all__ = ["Desks", "Routing"]
ROUTE_TRIES = 3
ANSWER_S = 120  # of a new queue that is given out: then somebody else has a try


class Routing:
    """Commands and queries; `lines`, `desks` and `router` do the work behind them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tasks: Tasks,
        access: Access,
        conversations: Conversations,
        hints: Hints | None = None,
    ) -> None:
        self._db = database
        self._clock = clock
        self._tasks = tasks
        self._access = access
        self._conversations = conversations
        self.lines = Lines(database, clock, conversations)
        hints = hints or Hints()
        self.desks = Desks(database, clock, hints)
        self.router = Router(database, clock, conversations, self.lines, self.desks, hints)
        self.desks.on_change(self.router.stir)
        self._lease = Lease(database, clock, tasks, "routing")

    def start(self) -> None:
        self._tasks.loop(self.desks.run_beats, name="seats")
        self._tasks.loop(self.desks.run_desks, name="desks")
        self._tasks.loop(self._run_router, name="routing")

    async def _run_router(self) -> None:
        await self._lease.run(self.router.run)

    async def follow(self, workspace_id: int, conversation_ids: list[UUID]) -> None:
        """The timeline has gone on."""
        touched = await self.lines.follow(workspace_id, conversation_ids)
        self.desks.tell(workspace_id, touched)
        self.router.stir(workspace_id)

    # -- settings --------------------------------------------------------------------------------------------------

    async def list_skills(self, workspace_id: int) -> list[Skill]:
        return [store.skill_of(r) for r in await self._db.fetch(SQL["list_skills"], workspace_id, limits.SKILLS_MAX)]

    async def get_skill(self, workspace_id: int, skill_id: int) -> Skill:
        for skill in await self.list_skills(workspace_id):
            if skill.id == skill_id:
                return skill
        raise NotFound("there is no such skill")

    async def create_skill(self, actor: Actor, name: str) -> Skill:
        require(actor, "routing")
        if len(await self.list_skills(actor.workspace_id)) >= limits.SKILLS_MAX:
            raise Conflict(f"there are {limits.SKILLS_MAX} skills already")
        skill_id = await self._db.fetchval(SQL["insert_skill"], actor.workspace_id, name)
        if skill_id is None:
            raise Conflict("there is a skill with this name")
        return Skill(skill_id, name, 0)

    async def rename_skill(self, actor: Actor, skill_id: int, name: str) -> Skill:
        require(actor, "routing")
        try:
            if await self._db.fetchval(SQL["rename_skill"], actor.workspace_id, skill_id, name) is None:
                raise NotFound("there is no such skill")
        except asyncpg.UniqueViolationError:
            raise Conflict("there is a skill with this name") from None
        return await self.get_skill(actor.workspace_id, skill_id)

    async def delete_skill(self, actor: Actor, skill_id: int) -> None:
        """Operators lose it, and nobody waits for it any more. Raises `Conflict` while a queue asks for it."""
        require(actor, "routing")
        try:
            async with self._db.transaction() as tx:
                await tx.execute(SQL["forget_skill_in_line"], actor.workspace_id, skill_id)
                if await tx.fetchval(SQL["delete_skill"], actor.workspace_id, skill_id) is None:
                    raise NotFound("there is no such skill")
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("a queue asks for this skill: change it first") from None
        self.router.stir(actor.workspace_id)

    async def list_queues(self, workspace_id: int) -> list[Queue]:
        return await self.lines.list_queues(workspace_id)

    async def get_queue(self, workspace_id: int, queue_id: int) -> Queue:
        for queue in await self.list_queues(workspace_id):
            if queue.id == queue_id:
                return queue
        raise NotFound("there is no such queue")

    async def create_queue(self, actor: Actor, new: NewQueue) -> Queue:
        require(actor, "routing")
        if len(await self.list_queues(actor.workspace_id)) >= limits.QUEUES_MAX:
            raise Conflict(f"there are {limits.QUEUES_MAX} queues already")
        await self._check_team(actor.workspace_id, new.team)
        answer_s = 0 if new.mode == "pull" else ANSWER_S
        try:
            async with self._db.transaction() as tx:
                values = (new.name, new.mode, new.team or 0, answer_s, self._clock.now())
                queue_id = await tx.fetchval(SQL["insert_queue"], actor.workspace_id, *values)
                if queue_id is None:
                    raise Conflict("there is a queue with this name")
                await tx.execute(SQL["set_inboxes"], actor.workspace_id, queue_id, sorted(set(new.inboxes)))
        except (asyncpg.ForeignKeyViolationError, asyncpg.DataError):
            raise Invalid("there is no such inbox", field="inboxes") from None
        return await self.get_queue(actor.workspace_id, queue_id)

    async def change_queue(self, actor: Actor, queue_id: int, change: QueueChange) -> Queue:
        require(actor, "routing")
        workspace_id = actor.workspace_id
        await self._check_team(workspace_id, None if isinstance(change.team, UnsetType) else change.team)
        numbers = [_zero(change.team), _value(change.priority), _zero(change.skill), _value(change.skill_level)]
        rest = (
            *(change.language, change.accept_s, change.answer_s, change.sticky, change.sticky_hours),
            *(change.sticky_wait_s, change.chat_use, change.call_use, change.mail_use),
        )
        try:
            async with self._db.transaction() as tx:
                values = (_value(change.name), _value(change.mode), *numbers, *map(_value, rest))
                if await tx.fetchval(SQL["change_queue"], workspace_id, queue_id, *values) is None:
                    raise NotFound("there is no such queue")
                if not isinstance(change.inboxes, UnsetType):
                    await tx.execute(SQL["clear_inboxes"], workspace_id, queue_id)
                    await tx.execute(SQL["set_inboxes"], workspace_id, queue_id, sorted(set(change.inboxes)))
        except asyncpg.UniqueViolationError:
            raise Conflict("there is a queue with this name") from None
        except (asyncpg.ForeignKeyViolationError, asyncpg.DataError) as error:
            field = "skill" if "skill" in str(error) else "inboxes"
            raise Invalid(f"there is no such {field.removesuffix('es')}", field=field) from None
        self.router.stir(workspace_id)
        return await self.get_queue(workspace_id, queue_id)

    async def delete_queue(self, actor: Actor, queue_id: int) -> None:
        """Who waits in it goes to the default queue, the place kept. Raises `Conflict` for the default one."""
        require(actor, "routing")
        queues = await self.list_queues(actor.workspace_id)
        await self.get_queue(actor.workspace_id, queue_id)
        async with self._db.transaction() as tx:
            await tx.execute(SQL["move_line"], actor.workspace_id, queue_id, queues[0].id)
            if await tx.fetchval(SQL["delete_queue"], actor.workspace_id, queue_id) is None:
                raise Conflict("the default queue stays")
        self.router.stir(actor.workspace_id)

    async def _check_team(self, workspace_id: int, team_id: int | None) -> None:
        if team_id and team_id not in {t.id for t in await self._access.list_teams(workspace_id)}:
            raise Invalid("there is no such team", field="team")

    async def get_settings(self, workspace_id: int) -> RoutingSettings:
        record = await self._db.fetchrow(SQL["find_settings"], workspace_id)
        return RoutingSettings(*record) if record else RoutingSettings([], limits.IDLE_S, limits.MISSES_MAX)

    async def change_settings(self, actor: Actor, change: RoutingSettingsChange) -> RoutingSettings:
        require(actor, "routing")
        before = await self.get_settings(actor.workspace_id)
        reasons = before.break_reasons if isinstance(change.break_reasons, UnsetType) else change.break_reasons
        after = RoutingSettings(
            list(dict.fromkeys(r.strip() for r in reasons if r.strip())),
            before.idle_s if isinstance(change.idle_s, UnsetType) else change.idle_s,
            before.misses_max if isinstance(change.misses_max, UnsetType) else change.misses_max,
        )
        values = (after.break_reasons, after.idle_s, after.misses_max)
        await self._db.execute(SQL["save_settings"], actor.workspace_id, *values)
        self.desks.tell(actor.workspace_id, [seat.operator for seat in await self.list_seats(actor.workspace_id)])
        return after

    # -- seats: operators as supervisors and colleagues see them ---------------------------------------------------

    async def list_seats(self, workspace_id: int, operator_id: UUID | None = None) -> list[Seat]:
        now = self._clock.now()
        since = now - timedelta(hours=limits.LOAD_IDLE_H)
        values = (workspace_id, now, since, operator_id, limits.OPERATORS_MAX)
        return [store.seat_of(r) for r in await self._db.fetch(SQL["list_seats"], *values)]

    async def get_seat(self, workspace_id: int, operator_id: UUID) -> Seat:
        seats = await self.list_seats(workspace_id, operator_id)
        if not seats:
            raise NotFound("there is no such operator")
        return seats[0]

    async def change_seat(self, actor: Actor, operator_id: UUID, change: SeatChange) -> Seat:
        """What an operator can take, and his state. Raises `Invalid` for skills that are not there."""
        require(actor, "routing")
        key = (actor.workspace_id, operator_id)
        await self.get_seat(*key)
        try:
            async with self._db.transaction() as tx:
                await tx.execute(SQL["ensure_state"], *key, self._clock.now())
                values = map(_value, (change.chats_max, change.languages, change.specialist))
                await tx.execute(SQL["change_seat"], *key, *values)
                if not isinstance(change.skills, UnsetType):
                    levels = {s.skill: s.level for s in change.skills}
                    await tx.execute(SQL["clear_skills_of"], *key)
                    await tx.execute(SQL["set_skills_of"], *key, list(levels), list(levels.values()))
                await self.desks.shifts.change(tx, *key, change)
        except (asyncpg.ForeignKeyViolationError, asyncpg.DataError):
            raise Invalid("there is no such skill", field="skills") from None
        if not isinstance(change.state, UnsetType):
            await self.desks.set_state(*key, change.state, "", None, None)
        self.desks.tell(actor.workspace_id, [operator_id])
        self.router.stir(actor.workspace_id)
        return await self.get_seat(*key)

    # -- offers ----------------------------------------------------------------------------------------------------

    async def accept(self, actor: Actor, offer_id: UUID) -> ConversationRow:
        """Take what one was offered. Raises `NotFound` for somebody else's, `Conflict` when it has run out."""
        workspace_id, operator_id = actor.workspace_id, actor.operator_id
        offer = await self._db.fetchrow(SQL["find_open_offer"], workspace_id, offer_id, operator_id)
        if offer is None:
            raise await self._missing_offer(actor, offer_id)
        queue = await self.get_queue(workspace_id, offer["queue_id"])

        async def beside(tx: Connection, locked: Any) -> None:
            now = self._clock.now()
            if await tx.fetchval(SQL["end_offer"], workspace_id, offer_id, operator_id, now, "accepted") is None:
                raise Conflict("the offer has run out")
            if locked["status"] != "open":
                raise Conflict("it was closed")
            await tx.fetchval(SQL["leave_line"], workspace_id, locked["id"], now, "assigned", operator_id)
            why = store.parse_why(offer["why"])
            await self.lines.insert_assignment(tx, workspace_id, locked, operator_id, queue, why, now)
            await tx.execute(SQL["set_idle"], workspace_id, [operator_id], now)

        row = await self._conversations.assign(
            *(actor, offer["conversation_id"], operator_id), expected=None, reason="offer", beside=beside
        )
        self.desks.tell(workspace_id, [operator_id])
        return row

    async def decline(self, actor: Actor, offer_id: UUID) -> None:
        """The next one is asked; the place is kept."""
        values = (actor.workspace_id, offer_id, actor.operator_id, self._clock.now(), "declined")
        if await self._db.fetchval(SQL["end_offer"], *values) is None:
            raise await self._missing_offer(actor, offer_id)
        self.desks.tell(actor.workspace_id, [actor.operator_id])
        self.router.stir(actor.workspace_id)

    async def _missing_offer(self, actor: Actor, offer_id: UUID) -> Conflict | NotFound:
        was = await self._db.fetchval(SQL["was_offered"], actor.workspace_id, offer_id, actor.operator_id)
        return Conflict("the offer has run out") if was else NotFound("there is no such offer")

    # -- transfer and consultation ---------------------------------------------------------------------------------

    async def transfer(self, actor: Actor, conversation_id: UUID, transfer: Transfer) -> ConversationRow:
        """To an operator, team, queue or skill, with a note for colleagues. The customer sees none of it.

        Raises `Invalid` unless there is one target, `Conflict` for a closed conversation.
        """
        targets = [t for t in (transfer.operator, transfer.team, transfer.queue, transfer.skill) if t is not UNSET]
        if len(targets) != 1:
            raise Invalid("name one of operator, team, queue and skill", field="operator")
        record = await self._conversations.access_conversation(actor, conversation_id)
        if record["status"] != "open":
            raise Conflict("it is closed")
        if isinstance(transfer.team, int):
            await self._check_team(actor.workspace_id, transfer.team)
        skill = None
        if isinstance(transfer.skill, int):
            skill = await self.get_skill(actor.workspace_id, transfer.skill)
        queue = await self._target_queue(actor.workspace_id, conversation_id, transfer)
        if transfer.note.strip():
            await self._note(actor, conversation_id, transfer.note)
        if isinstance(transfer.operator, UUID):
            return await self._hand_to(actor, conversation_id, transfer.operator, queue, transfer.note)
        return await self._hand_on(actor, conversation_id, queue, skill, transfer)

    async def _target_queue(self, workspace_id: int, conversation_id: UUID, transfer: Transfer) -> Queue:
        if isinstance(transfer.queue, int):
            return await self.get_queue(workspace_id, transfer.queue)
        facts = (await self._db.fetch(SQL["list_facts"], workspace_id, [conversation_id]))[0]
        queues = {q.id: q for q in await self.list_queues(workspace_id)}
        held = queues.get(facts["queue_id"] or facts["assigned_queue_id"] or 0)
        team = transfer.team if isinstance(transfer.team, int) else None
        return held if held and team is None else belongs_to(facts, queues, team or facts["team_id"])

    async def _note(self, actor: Actor, conversation_id: UUID, text: str) -> None:
        note = SendNote(text=text)
        await self._conversations.send(
            *(actor.workspace_id, conversation_id),
            ("operator", actor.operator_id),
            *(uuid7(), note),
            rights="own",
            reader=actor,
        )

    async def _hand_to(
        self, actor: Actor, conversation_id: UUID, operator_id: UUID, queue: Queue, note: str
    ) -> ConversationRow:
        workspace_id = actor.workspace_id
        before: list[UUID] = []

        async def beside(tx: Connection, locked: Any) -> None:
            now = self._clock.now()
            if locked["status"] != "open":
                raise Conflict("it is closed")
            place = await self._place(tx, workspace_id, locked, now)
            await tx.fetchval(SQL["leave_line"], workspace_id, conversation_id, now, "moved", None)
            await tx.execute(SQL["forget_route"], workspace_id, conversation_id)
            await self.lines.enter(tx, workspace_id, locked, queue, place, now, bound=False)  # the record of its place
            await tx.fetchval(SQL["leave_line"], workspace_id, conversation_id, now, "assigned", operator_id)
            before.append(await tx.fetchval(SQL["end_assignment"], workspace_id, conversation_id, now, "transfer"))
            why = Why("transfer", queue.name, by=actor.name)
            await self.lines.insert_assignment(tx, workspace_id, locked, operator_id, queue, why, now)
            await tx.execute(SQL["set_idle"], workspace_id, [operator_id], now)
            name = await tx.fetchval(SQL["find_contact_name"], workspace_id, conversation_id)
            told = RoutingNews(workspace_id, conversation_id, operator_id, name or "", queue.name)
            told.text, told.by, told.cause = note, actor.name, "transfer"
            await emit(tx, self._clock, ASSIGNED, told)

        row = await self._conversations.assign(
            actor, conversation_id, operator_id, waits=True, reason="transfer", beside=beside
        )
        self.desks.tell(workspace_id, {operator_id, *filter(None, before)})
        self.router.stir(workspace_id)
        return row

    async def _hand_on(
        self, actor: Actor, conversation_id: UUID, queue: Queue, skill: Skill | None, transfer: Transfer
    ) -> ConversationRow:
        """Into a queue, at the place it had; the one who gives it away is not asked next."""
        workspace_id = actor.workspace_id
        before: list[UUID] = []
        team = transfer.team if isinstance(transfer.team, int) else queue.team if transfer.queue is not UNSET else None

        async def beside(tx: Connection, locked: Any) -> None:
            now = self._clock.now()
            if locked["status"] != "open":
                raise Conflict("it is closed")
            place = await self._place(tx, workspace_id, locked, now)
            await tx.fetchval(SQL["leave_line"], workspace_id, conversation_id, now, "moved", None)
            await tx.execute(SQL["forget_route"], workspace_id, conversation_id)
            before.append(await tx.fetchval(SQL["end_assignment"], workspace_id, conversation_id, now, "transfer"))
            wanted = skill.id if skill else None
            entry = await self.lines.enter(tx, workspace_id, locked, queue, place, now, skill_id=wanted, bound=False)
            refusal = (conversation_id, entry, actor.operator_id, 0, encode(Why("transfer")).decode(), now, now, now)
            await tx.execute(SQL["insert_offer"], workspace_id, uuid7(), *refusal, "declined")

        row = await self._conversations.assign(
            actor, conversation_id, None, team_id=team, waits=True, reason="transfer", beside=beside
        )
        self.desks.tell(workspace_id, set(filter(None, before)))
        self.router.stir(workspace_id)
        return row

    async def route(self, workspace_id: int, conversation_id: UUID, route: Route) -> None:
        """A rule says where it waits for the rest of this episode. The place is kept; who is served stays served.

        Raises `NotFound` for a queue or a skill that is not there, `Conflict` for a closed conversation.
        """
        system = system_of(workspace_id)
        if route.skill:
            await self.get_skill(workspace_id, route.skill)
        queue = await self.get_queue(workspace_id, route.queue) if route.queue else None

        async def said(tx: Connection, locked: Any) -> None:
            if locked["status"] != "open":
                raise Conflict("it is closed")
            values = (route.queue, route.skill, route.skill_level, route.priority, route.policy, route.rule)
            await tx.execute(SQL["save_route"], workspace_id, conversation_id, locked["episode"], *values)
            place = await tx.fetchrow(SQL["find_place"], workspace_id, conversation_id)
            if place and not rules.asks_already(route, store.wish_of(place)):
                now = self._clock.now()
                there = queue or await self.get_queue(workspace_id, place["queue_id"])
                await tx.fetchval(SQL["leave_line"], workspace_id, conversation_id, now, "moved", None)
                await self.lines.enter(tx, workspace_id, locked, there, place["entered_at"], now)

        for tries_left in range(ROUTE_TRIES, 0, -1):
            row = await self._conversations.get_row(system, conversation_id)
            team = queue.team if queue and row.assignee is None else None
            try:
                await self._conversations.assign(
                    *(system, conversation_id, row.assignee),
                    expected=row.assignee,
                    team_id=team,
                    reason="rule",
                    beside=said,
                )
                break
            except Conflict:  # the router gave it to somebody meanwhile
                if row.status != "open" or tries_left == 1:
                    raise
        self.router.stir(workspace_id)

    async def _place(self, tx: Connection, workspace_id: int, locked: Any, now: datetime) -> datetime:
        """Where a conversation that is handed on stands: at the place it had in this episode."""
        last = await tx.fetchrow(SQL["find_last_entry"], workspace_id, locked["id"], locked["episode"])
        times: list[datetime | None] = [last and last["entered_at"], locked["waiting_since"], now]
        return min(at for at in times if at)

    async def consult(self, actor: Actor, conversation_id: UUID, consultation: Consultation) -> ConversationRow:
        """Bring a colleague in and ask him by a note; a transfer to him completes it, letting him go cancels it."""
        row = await self._conversations.bring_in(actor, conversation_id, consultation.operator)
        await self._note(actor, conversation_id, consultation.question)
        async with self._db.transaction() as tx:
            told = RoutingNews(actor.workspace_id, conversation_id, consultation.operator, row.contact_name)
            told.text, told.by, told.cause = consultation.question, actor.name, "consult"
            await emit(tx, self._clock, MENTION, told)
        return row

    # -- reading ---------------------------------------------------------------------------------------------------

    async def get_whereabouts(self, actor: Actor, conversation_id: UUID) -> Whereabouts:
        await self._conversations.access_conversation(actor, conversation_id)
        record = await self._db.fetchrow(SQL["find_whereabouts"], actor.workspace_id, conversation_id)
        if record is None:
            raise NotFound("there is no such conversation")
        return store.whereabouts_of(record)

    async def list_lines(self, actor: Actor) -> list[Line]:
        """Every queue as it is now."""
        records = await self._db.fetch(SQL["list_lines"], actor.workspace_id, limits.QUEUES_MAX)
        now = self._clock.now()
        since = now - timedelta(hours=limits.LOAD_IDLE_H)
        there = [
            store.candidate_of(r) for r in await self._db.fetch(SQL["list_candidates"], actor.workspace_id, now, since)
        ]
        lines = []
        for r in records:
            serving = [c for c in there if not r["team_id"] or r["team_id"] in c.teams]
            lines.append(store.line_of(r, len(serving), sum(rules.room(c) for c in serving)))
        return lines


def _value(field: Any) -> Any:
    return None if field is UNSET else field


def _zero(field: int | UnsetType | None) -> int | None:
    """Null in a change means: none. In the database's word for it."""
    return None if isinstance(field, UnsetType) else field or 0
