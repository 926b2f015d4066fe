"""What a line becomes: one class a kind, each with the way there and the way back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec

from okno.contacts.api import Contacts
from okno.db.pool import Connection
from okno.imports import rules
from okno.imports.types import Kind, Known
from okno.kit.errors import Invalid
from okno.knowledge.api import Knowledge

Cells = Mapping[str, Sequence[str]]


class Fate(NamedTuple):
    """`created`, `updated` or `skipped`; what it became, and what an update replaced."""

    what: str
    target_id: UUID | None = None
    before: str = ""


class Importer(Protocol):
    """One kind of list. Every method works in the caller's transaction."""

    async def known(self, tx: Connection, workspace_id: int, cells: Cells) -> UUID | None:
        """What a line is here already. Raises `OknoError` when the line is not right."""
        ...

    async def put(self, tx: Connection, workspace_id: int, cells: Cells, known: Known) -> Fate: ...

    async def take_back(self, tx: Connection, workspace_id: int, what: str, target_id: UUID, before: str) -> bool:
        """False when it stays, because somebody works with it already."""
        ...


class ContactsImporter:
    """A customer is known by an address; without one every line is a new customer."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    async def known(self, tx: Connection, workspace_id: int, cells: Cells) -> UUID | None:
        if not cells.keys() & {"name", "email", "phone"}:
            raise Invalid("the line has neither a name nor an address")
        return await self._contacts.find_by_addresses(tx, workspace_id, rules.identities_of(cells))

    async def put(self, tx: Connection, workspace_id: int, cells: Cells, known: Known) -> Fate:
        found = await self.known(tx, workspace_id, cells)
        if found and known == "skip":
            return Fate("skipped")
        fields = {name: " ".join(values) for name, values in cells.items() if name not in ("email", "phone")}
        contact_id, before = await self._contacts.put_imported(
            tx, workspace_id, found, fields, rules.identities_of(cells)
        )
        return Fate("updated" if found else "created", contact_id, _json(before) if found else "")

    async def take_back(self, tx: Connection, workspace_id: int, what: str, target_id: UUID, before: str) -> bool:
        if what == "created":
            return await self._contacts.remove_imported(tx, workspace_id, target_id)
        await self._contacts.restore_imported(tx, workspace_id, target_id, msgspec.json.decode(before))
        return True


class TemplatesImporter:
    """A template is known by its shortcut, else by its name, among everybody's."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def known(self, tx: Connection, workspace_id: int, cells: Cells) -> UUID | None:
        return await self._knowledge.find_imported(tx, workspace_id, _template(cells))

    async def put(self, tx: Connection, workspace_id: int, cells: Cells, known: Known) -> Fate:
        fields = _template(cells)
        found = await self._knowledge.find_imported(tx, workspace_id, fields)
        if found and known == "skip":
            return Fate("skipped")
        template_id, before = await self._knowledge.put_imported(tx, workspace_id, found, fields)
        return Fate("updated" if found else "created", template_id, _json(before) if found else "")

    async def take_back(self, tx: Connection, workspace_id: int, what: str, target_id: UUID, before: str) -> bool:
        was = msgspec.json.decode(before) if what == "updated" else None
        return await self._knowledge.take_back_imported(tx, workspace_id, target_id, was)


class ArticlesImporter:
    """An article is known by its title."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._articles = knowledge.articles

    async def known(self, tx: Connection, workspace_id: int, cells: Cells) -> UUID | None:
        return await self._articles.find_titled(tx, workspace_id, _article(cells)["title"])

    async def put(self, tx: Connection, workspace_id: int, cells: Cells, known: Known) -> Fate:
        fields = _article(cells)
        found = await self._articles.find_titled(tx, workspace_id, fields["title"])
        if found and known == "skip":
            return Fate("skipped")
        article_id, before = await self._articles.put_imported(tx, workspace_id, found, fields)
        return Fate("updated" if found else "created", article_id, _json(before) if found else "")

    async def take_back(self, tx: Connection, workspace_id: int, what: str, target_id: UUID, before: str) -> bool:
        was = msgspec.json.decode(before) if what == "updated" else None
        return await self._articles.take_back_imported(tx, workspace_id, target_id, was)


def importers(contacts: Contacts, knowledge: Knowledge) -> dict[Kind, Importer]:
    return {
        "contacts": ContactsImporter(contacts),
        "templates": TemplatesImporter(knowledge),
        "articles": ArticlesImporter(knowledge),
    }


def _template(cells: Cells) -> dict[str, str]:
    fields = {name: "\n".join(values) for name, values in cells.items()}
    text = fields.get("text", "")
    if not text:
        raise Invalid("the line has no text")
    first = text.strip().splitlines()[0][:60] if text.strip() else ""
    name = fields.get("name") or fields.get("shortcut") or first
    return {**fields, "name": name, "shortcut": fields.get("shortcut", "").lstrip("/").replace(" ", "_")}


def _article(cells: Cells) -> dict[str, str]:
    fields = {name: "\n".join(values) for name, values in cells.items()}
    if not fields.get("title") or not fields.get("text"):
        raise Invalid("the line has no title or no text")
    return fields


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
