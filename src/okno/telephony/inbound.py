"""Calls from outside: whose number it is, whom to ring, and who is not let in."""

from collections.abc import Sequence

import structlog

from okno.channels.site.api import Site
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations, system_of
from okno.db.pool import Database
from okno.kit.clock import Clock
from okno.kit.errors import Invalid
from okno.kit.phone import parse_number
from okno.routing.api import Desks
from okno.telephony import store
from okno.telephony.calls import Calls
from okno.telephony.engine import Arrival, EngineFailed, Line
from okno.telephony.live import Live
from okno.telephony.store import SQL

log = structlog.get_logger()
CHANNEL = "phone"
AGAIN_S = 10.0


class Inbound:
    """Works where calls live."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        contacts: Contacts,
        site: Site,
        conversations: Conversations,
        desks: Desks,
        calls: Calls,
    ) -> None:
        self._db = database
        self._clock = clock
        self._contacts = contacts
        self._blocks = site.blocks
        self._conversations = conversations
        self._desks = desks
        self._calls = calls
        calls.on_arrival = self.take
        calls.find_free = self.find_free

    async def take(self, arrival: Arrival) -> None:
        """The caller's conversation, and a call in it. Who is blocked is not answered: his call is left to be ended."""
        workspace_id = arrival.workspace_id
        setting = await self._db.fetchrow(SQL["find_setting"], workspace_id)
        inbox = await self._db.fetchrow(SQL["find_phone_inbox"], workspace_id)
        if setting is None or inbox is None:
            return
        number = number_of(arrival.caller, setting["country"])
        if self._blocks.is_blocked(workspace_id, phone=number):
            log.info("a blocked caller was refused", workspace=workspace_id)
            return
        contact_id = await self._contacts.ensure_caller(workspace_id, number)
        if self._blocks.is_blocked(workspace_id, contact_id=contact_id):
            return
        conversation_id = await self._conversations.open_for_contact(
            workspace_id, contact_id, inbox_id=inbox["id"], channel=CHANNEL, team_id=inbox["team_id"]
        )
        about = await store.about_of(self._db, workspace_id, conversation_id, contact_id, number)
        await self._calls.begin_inbound(about, arrival.leg)

    async def find_free(self, live: Live) -> Sequence[Line]:
        """His own operator first while he is free; else everybody who takes calls and was not rung for him yet.

        Who let it ring, or refused, is rung again only when there is nobody else, after a while.
        """
        workspace_id = live.about.workspace_id
        ready = await self._desks.list_ready_for_calls(workspace_id)
        rung = {leg.operator for leg in live.state.legs}
        fresh = [operator for operator in ready if operator not in rung]
        if not fresh and self._clock.monotonic() - live.phase_since > AGAIN_S:
            fresh = ready
        if not fresh:
            return ()
        row = await self._conversations.get_row(system_of(workspace_id), live.about.conversation_id)
        own = [row.assignee] if row.assignee in fresh else []
        try:
            engine = self._calls.engine
            return (own and await engine.list_lines(workspace_id, own)) or await engine.list_lines(workspace_id, fresh)
        except EngineFailed:
            return ()


def number_of(caller: str, country: str) -> str:
    """E.164; empty where the caller hides it, or the network tells what is no number."""
    try:
        return str(parse_number(caller, country))
    except Invalid:
        return ""
