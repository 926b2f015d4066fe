"""Tending the labels: colours, renaming, merging, taking away."""

from collections.abc import Awaitable, Callable

from msgspec import UnsetType

from okno.access.api import require
from okno.access.types import Actor
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.desk.store import SQL
from okno.desk.types import LabelChange, LabelColour, LabelLine
from okno.kit import limits
from okno.kit.errors import Conflict, NotFound


class Labels:
    """A label is a word on conversations; here are its colour and what is done to all of them at once."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._db = database
        self._conversations = conversations
        self._followers: list[Callable[[int, str, str | None], Awaitable[None]]] = []

    def listen(self, follower: Callable[[int, str, str | None], Awaitable[None]]) -> None:
        """It is told the workspace, the label, and what it is called now; null: it is gone."""
        self._followers.append(follower)

    async def list_colours(self, workspace_id: int) -> list[LabelColour]:
        records = await self._db.fetch(SQL["list_colours"], workspace_id, limits.LABELS_LISTED_MAX)
        return [LabelColour(r["label"], r["colour"]) for r in records]

    async def list_labels(self, actor: Actor) -> list[LabelLine]:
        """Every label of the workspace; needs the right `templates`."""
        require(actor, "templates")
        counts = await self._conversations.count_labels(actor.workspace_id)
        colours = {one.label: one.colour for one in await self.list_colours(actor.workspace_id)}
        words = sorted({*counts, *colours}, key=lambda word: (word.casefold(), word))
        return [LabelLine(word, colours.get(word), counts.get(word, 0)) for word in words]

    async def change_label(self, actor: Actor, label: str, change: LabelChange) -> list[LabelLine]:
        """Raises `Conflict` when the new name is a label already and `merge` was not asked for."""
        known = {line.label for line in await self.list_labels(actor)}
        if label not in known:
            raise NotFound("there is no such label")
        workspace_id = actor.workspace_id
        name = label if isinstance(change.name, UnsetType) else " ".join(change.name.split())
        if name in known - {label} and not change.merge:
            raise Conflict(f"there is a label “{name}”: merge them")
        if not isinstance(change.colour, UnsetType):
            if change.colour is None:
                await self._db.execute(SQL["delete_colour"], workspace_id, label)
            else:
                await self._db.execute(SQL["set_colour"], workspace_id, label, change.colour)
        if name and name != label:
            await self._db.execute(SQL["move_colour"], workspace_id, label, name)
            await self._replace(workspace_id, label, name)
        return await self.list_labels(actor)

    async def delete_label(self, actor: Actor, label: str) -> None:
        """Off every conversation; the timelines keep the word."""
        if label not in {line.label for line in await self.list_labels(actor)}:
            raise NotFound("there is no such label")
        await self._replace(actor.workspace_id, label, None)

    async def _replace(self, workspace_id: int, label: str, name: str | None) -> None:
        await self._conversations.relabel(workspace_id, label, name)
        await self._db.execute(SQL["relabel_acts"], workspace_id, label, name)
        for follower in self._followers:
            await follower(workspace_id, label, name)
        await self._db.execute(SQL["delete_colour"], workspace_id, label)
