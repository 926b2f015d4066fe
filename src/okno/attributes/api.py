"""The public door of attributes: their definitions, and their values by the id of a contact or a conversation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from okno.access.api import require
from okno.access.types import Actor
from okno.attributes import rules
from okno.attributes.types import Attribute, AttributeChange, AttributeValue, NewAttribute, Subject
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound

SQL = load_queries("okno.attributes")


class Attributes:
    """Whether the subject is there and may be seen is the caller's to decide."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def list_attributes(self, workspace_id: int) -> list[Attribute]:
        """Of contacts, then of conversations, each in the order of the card."""
        return [
            _attribute(r) for r in await self._db.fetch(SQL["list_attributes"], workspace_id, limits.ATTRIBUTES_MAX)
        ]

    async def create_attribute(self, actor: Actor, new: NewAttribute) -> Attribute:
        """Raises `Conflict` when there is one with this key, `Invalid` when the key says something else already."""
        require(actor, "workspace")
        if new.key in rules.RESERVED[new.subject]:
            raise Invalid(f"templates know {new.subject}.{new.key} already: choose another key", field="key")
        if len(await self.list_attributes(actor.workspace_id)) >= limits.ATTRIBUTES_MAX:
            raise Conflict(f"there are {limits.ATTRIBUTES_MAX} attributes already")
        choices = _choices(new.choices) if new.type == "choice" else []
        if new.type == "choice" and not choices:
            raise Invalid("a choice needs something to choose from", field="choices")
        values = (new.subject, new.key, new.name.strip(), new.type, choices, new.place)
        made = await self._db.fetchval(SQL["insert_attribute"], actor.workspace_id, *values)
        if made is None:
            raise Conflict("there is an attribute with this key")
        return await self._get(actor.workspace_id, made)

    async def change_attribute(self, actor: Actor, attribute_id: int, change: AttributeChange) -> Attribute:
        """Values that are no longer among the choices stay as they are."""
        require(actor, "workspace")
        before = await self._get(actor.workspace_id, attribute_id)
        choices = None
        if before.type == "choice" and not isinstance(change.choices, UnsetType):
            choices = _choices(change.choices)
            if not choices:
                raise Invalid("a choice needs something to choose from", field="choices")
        name, place = (None if v is UNSET else v for v in (change.name, change.place))
        await self._db.execute(SQL["change_attribute"], actor.workspace_id, attribute_id, name, choices, place)
        return await self._get(actor.workspace_id, attribute_id)

    async def delete_attribute(self, actor: Actor, attribute_id: int) -> None:
        """Its values go with it."""
        require(actor, "workspace")
        if await self._db.fetchval(SQL["delete_attribute"], actor.workspace_id, attribute_id) is None:
            raise NotFound("there is no such attribute")

    async def _get(self, workspace_id: int, attribute_id: int) -> Attribute:
        for attribute in await self.list_attributes(workspace_id):
            if attribute.id == attribute_id:
                return attribute
        raise NotFound("there is no such attribute")

    async def list_values(
        self, workspace_id: int, subject_id: UUID, *, place: Connection | None = None
    ) -> list[AttributeValue]:
        records = await (place or self._db).fetch(SQL["list_values"], workspace_id, subject_id, limits.ATTRIBUTES_MAX)
        return [AttributeValue(r["key"], r["value"]) for r in records]

    async def check_value(self, workspace_id: int, subject: Subject, key: str, text: str) -> None:
        """Whether this could be its value. Raises `NotFound`, `Invalid`."""
        record = await self._db.fetchrow(SQL["find_attribute"], workspace_id, subject, key)
        if record is None:
            raise NotFound("there is no such attribute")
        attribute = _attribute(record)
        rules.parse_value(attribute.type, attribute.choices, text)

    async def set_value(
        self, place: Connection | Database, workspace_id: int, subject: Subject, subject_id: UUID, key: str, text: str
    ) -> tuple[Attribute, str]:
        """Its definition and what was kept, empty when the value was taken away. Raises `NotFound`, `Invalid`."""
        record = await place.fetchrow(SQL["find_attribute"], workspace_id, subject, key)
        if record is None:
            raise NotFound("there is no such attribute")
        attribute = _attribute(record)
        value = rules.parse_value(attribute.type, attribute.choices, text)
        if value:
            values = (workspace_id, subject_id, attribute.id, value, self._clock.now())
            await place.execute(SQL["set_value"], *values)
        else:
            await place.execute(SQL["delete_value"], workspace_id, subject_id, attribute.id)
        return attribute, value

    async def forget(self, tx: Connection, workspace_id: int, subject_ids: Sequence[UUID]) -> None:
        """Every value of these contacts and conversations, for the erasure of a person."""
        await tx.execute(SQL["forget"], workspace_id, list(subject_ids))


def _choices(choices: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(c for c in (" ".join(choice.split()) for choice in choices) if c))


def _attribute(r: Any) -> Attribute:
    return Attribute(r["id"], r["subject"], r["key"], r["name"], r["type"], r["choices"], r["place"])
