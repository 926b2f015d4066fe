"""Operators' invitations: written, shown by the visitor's next beat, accepted or put away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from okno.access.api import Access
from okno.access.types import Actor
from okno.channels.site.api import Guest, Site
from okno.conversations.api import Conversations, system_of
from okno.conversations.types import SendMessage
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.welcome.types import Fate, Invitation, InvitationShown, NewInvitation

SQL = load_queries("okno.welcome")
Key = tuple[int, UUID]


class Invitations:
    """One at a time for a visitor; who has put one away is left alone for INVITATION_REST_S."""

    def __init__(
        self, database: Database, clock: Clock, access: Access, site: Site, conversations: Conversations
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._site = site
        self._conversations = conversations

    def since(self) -> tuple[datetime, datetime]:
        """Since when one that was put away, and one that was sent, still count."""
        now = self._clock.now()
        return now - timedelta(seconds=limits.INVITATION_REST_S), now - timedelta(seconds=limits.INVITATION_S)

    async def invite(self, actor: Actor, visitor_id: UUID, inbox_id: int, new: NewInvitation) -> Invitation:
        """Raises `Conflict`. The caller has looked whether he is there, and who may invite him."""
        if await self._db.fetchval(SQL["find_chat"], actor.workspace_id, visitor_id):
            raise Conflict("this visitor is in a chat already")
        found = await self._db.fetchrow(SQL["find_in_the_way"], actor.workspace_id, visitor_id, new.id, *self.since())
        if found and found["dismissed"]:
            raise Conflict("this visitor put an invitation away less than a day ago")
        if found:
            raise Conflict(f"{self._access.name_of(found['operator_id'])} has just invited this visitor")
        values = (actor.workspace_id, new.id, visitor_id, inbox_id, actor.operator_id, new.text)
        await self._db.execute(SQL["insert_invitation"], *values, self._clock.now())
        return await self.get_own(actor, new.id)

    async def get_own(self, actor: Actor, invitation_id: UUID) -> Invitation:
        """Raises `NotFound` for one of somebody else, who sees everything excepted."""
        r = await self._db.fetchrow(SQL["find_invitation"], actor.workspace_id, invitation_id)
        if r is None or not (actor.see_all or r["operator_id"] == actor.operator_id):
            raise NotFound("there is no such invitation")
        fates = (("accepted_at", "accepted"), ("dismissed_at", "dismissed"), ("shown_at", "shown"))
        state: Any = next((name for field, name in fates if r[field]), "sent")
        return Invitation(
            *(r["id"], r["visitor_id"], r["operator_id"], r["text"], r["created_at"], state, r["conversation_id"])
        )

    async def withdraw(self, actor: Actor, invitation_id: UUID) -> None:
        """Raises `NotFound`, `Conflict` for one that was answered."""
        await self.get_own(actor, invitation_id)
        if await self._db.fetchval(SQL["withdraw_invitation"], actor.workspace_id, invitation_id) is None:
            raise Conflict("the visitor has answered it already")

    async def list_waiting(self, visitors: Sequence[Key]) -> dict[Key, InvitationShown]:
        """What these visitors' pages are to show."""
        workspaces, ids = zip(*visitors, strict=True)
        records = await self._db.fetch(SQL["list_waiting_invitations"], list(workspaces), list(ids), self.since()[1])
        return {
            (r["workspace_id"], r["visitor_id"]): InvitationShown(
                *(r["id"], r["text"], self._access.name_of(r["operator_id"]), self._access.photo_of(r["operator_id"]))
            )
            for r in records
        }

    async def note(self, workspace_id: int, said: Fate) -> None:
        values = (workspace_id, said.id, said.visitor, self._clock.now(), said.fate == "dismissed")
        await self._db.execute(SQL["note_invitation"], *values)

    async def accept(self, guest: Guest, invitation_id: UUID) -> UUID:
        """The conversation, with the invitation as its first words, at who wrote them if he is at his desk.

        Raises `NotFound` for one of another visitor, or that is too old.
        """
        workspace_id = guest.workspace_id
        r = await self._db.fetchrow(SQL["find_invitation"], workspace_id, invitation_id)
        if r is None or r["visitor_id"] != guest.visitor_id:
            raise NotFound("there is no such invitation")
        if r["accepted_at"]:
            return UUID(str(r["conversation_id"]))
        since = self._clock.now() - timedelta(seconds=limits.INVITATION_S * 2)  # one that was shown may be read slowly
        if r["created_at"] < since:
            raise NotFound("this invitation is over; write to us all the same")
        operator_id = r["operator_id"]
        _, conversation_id = await self._site.open_conversation(guest, name="", email="", locale="")
        if await self._db.fetchval(SQL["is_at_desk"], workspace_id, operator_id, self._clock.now()):
            try:
                system = system_of(workspace_id)
                await self._conversations.assign(system, conversation_id, operator_id, expected=None, reason="invited")
            except Conflict:  # a colleague has it: he goes on with these words before him
                pass
        await self._conversations.send(
            *(workspace_id, conversation_id, ("operator", operator_id), invitation_id, SendMessage(text=r["text"])),
            rights="own",
        )
        await self._db.execute(
            SQL["accept_invitation"], workspace_id, invitation_id, self._clock.now(), conversation_id
        )
        return conversation_id
