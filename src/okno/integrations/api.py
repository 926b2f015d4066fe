"""The public door of integrations: what the company's own systems tell of a customer."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from okno.access.api import require
from okno.access.keys import Keys
from okno.access.types import Actor
from okno.contacts.api import Contacts
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.integrations import rules
from okno.integrations.http import CALL_FAULTS, make_client, post_bounded, read_bounded
from okno.integrations.rules import check_host, parse_networks, said_of
from okno.integrations.types import (
    CrmCard,
    CrmConnector,
    CrmConnectorChange,
    CrmField,
    CrmQuestion,
    CrmTrial,
    CrmValue,
    NewCrmConnector,
)
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7

__all__ = ["CALL_FAULTS", "Integrations", "check_host", "make_client", "parse_networks", "post_bounded", "said_of"]

SQL = load_queries("okno.integrations")
NOT_FOUND = 404
OK = range(200, 300)


class Held(NamedTuple):
    """The last answer of a connector for a customer."""

    values: list[CrmValue]
    found: bool
    at: datetime


class Fetched(NamedTuple):
    """`answer` is decoded JSON, null when there is none; `error` is empty when it went well."""

    answer: Any
    found: bool
    body: str
    error: str


class Integrations:
    """Answers are held in memory only: a customer's record belongs to the other system."""

    def __init__(self, database: Database, keys: Keys, clock: Clock, contacts: Contacts, networks: str = "") -> None:
        self._db = database
        self._keys = keys
        self._clock = clock
        self._contacts = contacts
        self._allowed = rules.parse_networks(networks)
        self._held: OrderedDict[tuple[UUID, UUID, str], Held] = OrderedDict()
        self._asking: dict[tuple[UUID, UUID, str], asyncio.Task[Fetched]] = {}
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    # -- connectors ------------------------------------------------------------------------------------------------

    async def list_connectors(self, actor: Actor) -> list[CrmConnector]:
        require(actor, "workspace")
        return [connector for connector, _ in await self._connectors(actor.workspace_id)]

    async def _connectors(self, workspace_id: int) -> list[tuple[CrmConnector, bytes | None]]:
        records = await self._db.fetch(SQL["list_connectors"], workspace_id, limits.CRM_CONNECTORS_MAX)
        if not records:
            return []
        fields: dict[UUID, list[CrmField]] = {r["id"]: [] for r in records}
        for f in await self._db.fetch(SQL["list_fields"], workspace_id):
            fields.setdefault(f["connector_id"], []).append(CrmField(f["label"], f["path"]))
        return [
            (
                CrmConnector(
                    *(r["id"], r["name"], r["url"], r["header"], r["secret"] is not None),
                    *(fields[r["id"]], r["keep_s"], r["enabled"]),
                ),
                r["secret"],
            )
            for r in records
        ]

    async def _get(self, workspace_id: int, connector_id: UUID) -> tuple[CrmConnector, bytes | None]:
        for connector, secret in await self._connectors(workspace_id):
            if connector.id == connector_id:
                return connector, secret
        raise NotFound("there is no such connector")

    async def create_connector(self, actor: Actor, new: NewCrmConnector) -> CrmConnector:
        """Raises `Invalid`, `Conflict`."""
        require(actor, "workspace")
        rules.check_url(new.url)
        self._check_header(new.header, new.value)
        if len(await self._connectors(actor.workspace_id)) >= limits.CRM_CONNECTORS_MAX:
            raise Conflict(f"there are {limits.CRM_CONNECTORS_MAX} connectors already")
        connector_id = uuid7()
        async with self._db.transaction() as tx:
            values = (new.name.strip(), new.url, new.header, self._seal(new.value), new.keep_s, new.enabled)
            await tx.execute(SQL["insert_connector"], actor.workspace_id, connector_id, *values, self._clock.now())
            await self._write_fields(tx, actor.workspace_id, connector_id, new.fields)
        return (await self._get(actor.workspace_id, connector_id))[0]

    async def change_connector(self, actor: Actor, connector_id: UUID, change: CrmConnectorChange) -> CrmConnector:
        """A `value` that is left out stays; what was held is asked for anew. A new host needs the value again."""
        require(actor, "workspace")
        before, secret = await self._get(actor.workspace_id, connector_id)
        name, url, header, keep_s, enabled = (
            getattr(before if getattr(change, field) is UNSET else change, field)
            for field in ("name", "url", "header", "keep_s", "enabled")
        )
        rules.check_url(url)
        if not isinstance(change.value, msgspec.UnsetType):
            self._check_header(header, change.value)
            secret = self._seal(change.value)
        elif secret and httpx.URL(url).host != httpx.URL(before.url).host:
            raise Invalid("another host needs the header's value written anew", field="value")
        async with self._db.transaction() as tx:
            values = (name.strip(), url, header, secret, keep_s, enabled)
            await tx.execute(SQL["change_connector"], actor.workspace_id, connector_id, *values)
            if not isinstance(change.fields, msgspec.UnsetType):
                await self._write_fields(tx, actor.workspace_id, connector_id, change.fields)
        self._forget(connector_id)
        return (await self._get(actor.workspace_id, connector_id))[0]

    async def delete_connector(self, actor: Actor, connector_id: UUID) -> None:
        require(actor, "workspace")
        if await self._db.fetchval(SQL["delete_connector"], actor.workspace_id, connector_id) is None:
            raise NotFound("there is no such connector")
        self._forget(connector_id)

    async def _write_fields(
        self, tx: Connection, workspace_id: int, connector_id: UUID, fields: Sequence[CrmField]
    ) -> None:
        await tx.execute(SQL["delete_fields"], workspace_id, connector_id)
        for place, field in enumerate(fields):
            values = (place, field.label.strip(), field.path.strip())
            await tx.execute(SQL["insert_field"], workspace_id, connector_id, *values)

    def _check_header(self, header: str, value: str) -> None:
        if bool(header) != bool(value):
            raise Invalid("a header has a name and a value", field="header")
        if header.lower() in ("host", "content-length", "transfer-encoding", "connection"):
            raise Invalid("this header is not yours to set", field="header")

    def _seal(self, value: str) -> bytes | None:
        return self._keys.seal("crm", value.encode()) if value else None

    def _forget(self, connector_id: UUID) -> None:
        for key in [key for key in self._held if key[0] == connector_id]:
            del self._held[key]

    # -- asking ----------------------------------------------------------------------------------------------------

    async def list_cards(self, actor: Actor, contact_id: UUID, *, fresh: bool = False) -> list[CrmCard]:
        """What every connector tells of the customer, side by side; `fresh` asks even when something is held."""
        connectors = [pair for pair in await self._connectors(actor.workspace_id) if pair[0].enabled]
        values, claims = await self._values(actor.workspace_id, contact_id)
        cards = await asyncio.gather(
            *(self._card(connector, secret, contact_id, values, fresh=fresh) for connector, secret in connectors)
        )
        return [
            replace(card, claimed=not claims.isdisjoint(rules.PLACE.findall(connector.url)))
            for card, (connector, _) in zip(cards, connectors, strict=True)
        ]

    async def _values(self, workspace_id: int, contact_id: UUID) -> tuple[dict[str, str], set[str]]:
        """What may stand in an address, and the names of those that are only claims."""
        contact = await self._contacts.get_contact(workspace_id, contact_id)
        own = await self._contacts.list_attributes(workspace_id, contact_id)
        addresses: dict[str, str] = {}
        claims = set() if contact.verified else {"name"}
        for one in sorted(contact.identities, key=lambda one: not one.verified):
            kind = "id" if one.type == "site" else one.type
            if kind not in addresses and not one.verified:
                claims.add(kind)
            addresses.setdefault(kind, one.address)
        return {**{one.key: one.value for one in own}, "name": contact.name, **addresses}, claims

    async def _card(
        self, connector: CrmConnector, secret: bytes | None, contact_id: UUID, values: dict[str, str], *, fresh: bool
    ) -> CrmCard:
        url = rules.fill_url(connector.url, values)
        if url is None:
            return CrmCard(connector.id, connector.name, [], found=False, fetched_at=None, error="", claimed=False)
        key = (connector.id, contact_id, url)
        held, now = self._held.get(key), self._clock.now()
        if held and not fresh and now - held.at < timedelta(seconds=connector.keep_s):
            return CrmCard(connector.id, connector.name, held.values, held.found, held.at, "", claimed=False)
        fetched = await self._ask_once(key, connector, secret, url)
        if not fetched.error:
            held = Held(rules.values_of(fetched.answer, connector.fields), fetched.found, now)
            self._held[key] = held
            self._held.move_to_end(key)
            while len(self._held) > limits.CRM_HELD_MAX:
                self._held.popitem(last=False)
        if held is None:
            return CrmCard(
                connector.id, connector.name, [], found=False, fetched_at=None, error=fetched.error, claimed=False
            )
        return CrmCard(connector.id, connector.name, held.values, held.found, held.at, fetched.error, claimed=False)

    async def _ask_once(
        self, key: tuple[UUID, UUID, str], connector: CrmConnector, secret: bytes | None, url: str
    ) -> Fetched:
        """Ten operators with the card open are one question."""
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.ensure_future(self._ask(connector, secret, url))
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(asking)

    async def _ask(self, connector: CrmConnector, secret: bytes | None, url: str) -> Fetched:
        """Never raises for what the other side does."""
        headers = {"accept": "application/json", "user-agent": "okno"}
        if secret:
            headers[connector.header] = self._keys.unseal("crm", secret).decode()
        self._client = self._client or make_client(self._allowed)
        try:
            status, raw = await read_bounded(self._client, url, headers)
        except CALL_FAULTS as error:
            return Fetched(None, found=False, body="", error=rules.said_of(error))
        body = raw[: limits.CRM_TRIAL_LEN].decode("utf-8", "replace").replace("\0", "")
        if status not in OK:
            said = "" if status == NOT_FOUND else f"it answered {status}"
            return Fetched(None, found=False, body=body, error=said)
        try:
            return Fetched(msgspec.json.decode(raw), found=True, body=body, error="")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return Fetched(None, found=False, body=body, error="the answer is no JSON")

    async def try_connector(self, actor: Actor, connector_id: UUID, question: CrmQuestion) -> CrmTrial:
        """Ask for somebody by address, and see what came back."""
        require(actor, "workspace")
        connector, secret = await self._get(actor.workspace_id, connector_id)
        email = question.email if isinstance(question.email, str) else ""
        values = {"email": email, "phone": question.phone, "name": "", "id": email}
        names = rules.PLACE.findall(connector.url)
        url = rules.fill_url(connector.url, {name: values.get(name) or email or question.phone for name in names})
        if url is None:
            raise Invalid("say whom to ask for", field="email")
        fetched = await self._ask(connector, secret, url)
        found = rules.values_of(fetched.answer, connector.fields)
        error = fetched.error or ("" if fetched.found else "not known there")
        return CrmTrial(url[: limits.QUERY_LEN_MAX], fetched.body, found, error)
