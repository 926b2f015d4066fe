"""The public door of contacts: people, their addresses, and the browsers they come with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from msgspec import UNSET

from okno.access.keys import Keys
from okno.attributes.api import Attributes
from okno.attributes.types import AttributeValue
from okno.contacts import rules
from okno.contacts.events import ContactListener
from okno.contacts.persons import Persons
from okno.contacts.types import Contact, ContactChange, ContactLine, Identity, NewIdentity
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Invalid, NotFound, NotSignedIn
from okno.kit.ids import uuid7

normal_address = rules.normal_address
SQL = load_queries("okno.contacts")
LAST_LETTER = "\U0010ffff"  # sorts after everything that can follow the beginning
TOKEN_VERSION = "v1"  # noqa: S105 - a version, no secret


class Browser(NamedTuple):
    """A visitor as the database knows it; `contact_id` null while nothing is known of the person."""

    id: UUID
    contact_id: UUID | None
    name: str
    verified: bool
    ended: bool


class Contacts:
    """Commands and queries. Claims (unverified addresses) never lead to anybody's history."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._db = database
        self._keys = keys
        self._clock = clock
        self._attributes = Attributes(database, clock)
        self._listeners: list[ContactListener] = []
        self.country_of: rules.CountryOf = rules.nowhere
        self.persons = Persons(database, clock, self.get_contact, self._changed)

    def listen(self, listener: ContactListener) -> None:
        self._listeners.append(listener)

    async def _changed(self, workspace_id: int, contact_id: UUID) -> None:
        for listener in self._listeners:
            await listener(workspace_id, contact_id)

    async def _normal(self, workspace_id: int, address_type: str, address: str) -> str:
        return await rules.normal_for(self.country_of, workspace_id, address_type, address)

    # -- visitor tokens --------------------------------------------------------------------------------------------

    def visitor_token(self, workspace_id: int, visitor_id: UUID) -> str:
        """What a browser keeps: its id, signed. Worth nothing after `end_visitor`."""
        text = f"{TOKEN_VERSION}.{workspace_id}.{visitor_id}"
        return f"{text}.{self._keys.sign('visitor', text)}"

    def parse_visitor_token(self, token: str, workspace_id: int) -> UUID:
        """Raises `NotSignedIn` for a forged one or one of another workspace."""
        text, _, signature = token.rpartition(".")
        parts = text.split(".")
        signed = self._keys.signed("visitor", text, signature)
        if not signed or len(parts) != 3 or parts[:2] != [TOKEN_VERSION, str(workspace_id)]:  # noqa: PLR2004
            raise NotSignedIn("the visitor token is not valid")
        return UUID(parts[2])

    async def list_browsers(self, workspace_id: int, ids: Sequence[UUID]) -> dict[UUID, Browser]:
        """Known visitors by id, in one query; those never seen are missing."""
        records = await self._db.fetch(SQL["list_visitors"], workspace_id, list(ids))
        return {
            r["id"]: Browser(r["id"], r["contact_id"], r["name"] or "", bool(r["verified"]), r["ended_at"] is not None)
            for r in records
        }

    async def get_browser(self, workspace_id: int, token: str) -> Browser:
        """Who holds this visitor token. Raises `NotSignedIn` when it is forged or its session was ended."""
        visitor_id = self.parse_visitor_token(token, workspace_id)
        browser = (await self.list_browsers(workspace_id, [visitor_id])).get(visitor_id)
        if browser is None:
            return Browser(visitor_id, None, "", verified=False, ended=False)
        if browser.ended:
            raise NotSignedIn("this session was ended")
        return browser

    async def ensure_contact(
        self, workspace_id: int, visitor_id: UUID, inbox_id: int, *, name: str, email: str, locale: str
    ) -> UUID:
        """The contact behind a browser; made at its first message, with its claims. Raises `NotSignedIn`."""
        async with self._db.transaction() as tx:
            contact_id = await self._contact_of(tx, workspace_id, visitor_id, inbox_id)
            if contact_id is None:
                contact_id = uuid7()
                now = self._clock.now()
                await tx.execute(SQL["insert_contact"], workspace_id, contact_id, name, False, locale, now)
                await tx.execute(SQL["set_visitor_contact"], workspace_id, visitor_id, contact_id)
            await self._claim(tx, workspace_id, contact_id, name, email)
        return contact_id

    async def _contact_of(self, tx: Connection, workspace_id: int, visitor_id: UUID, inbox_id: int) -> UUID | None:
        await tx.execute(SQL["ensure_visitor"], workspace_id, visitor_id, inbox_id, self._clock.now())
        visitor = await tx.fetchrow(SQL["lock_visitor"], workspace_id, visitor_id)
        if visitor is None or visitor["ended_at"]:
            raise NotSignedIn("this session was ended")
        contact_id: UUID | None = visitor["contact_id"]
        return contact_id

    async def _claim(self, tx: Connection, workspace_id: int, contact_id: UUID, name: str, email: str) -> None:
        if name:
            await tx.execute(SQL["claim_name"], workspace_id, contact_id, name)
        if email:
            address = rules.normal_address("email", email)
            await tx.execute(SQL["insert_identity"], workspace_id, uuid7(), contact_id, "email", address, False)

    async def mark_demo(self, workspace_id: int, contact_id: UUID) -> None:
        """The contact belongs to the example shop; `delete_demo` takes it away."""
        await self._db.execute(SQL["mark_demo"], workspace_id, contact_id)

    async def delete_demo(self) -> None:
        """After the conversations and visits of these contacts."""
        await self._db.execute(SQL["delete_demo"])

    async def claim(self, workspace_id: int, contact_id: UUID, *, name: str, email: str) -> None:
        """What the visitor says of himself; shown to operators as unverified."""
        if name or email:
            async with self._db.transaction() as tx:
                await self._claim(tx, workspace_id, contact_id, name, email)
            await self._changed(workspace_id, contact_id)

    async def claim_phone(self, workspace_id: int, contact_id: UUID, phone: str) -> None:
        """A telephone number the visitor says is his. Raises `Invalid`."""
        address = await self._normal(workspace_id, "phone", phone)
        await self._db.execute(SQL["insert_identity"], workspace_id, uuid7(), contact_id, "phone", address, False)
        await self._changed(workspace_id, contact_id)

    async def ensure_caller(self, workspace_id: int, number: str) -> UUID:
        """Whose number (E.164) this is, proven before claimed, the latest first; somebody new where it is nobody's.

        A number that calls proves nothing: whoever answers sees whom it belongs to, the caller is shown nothing.
        """
        async with self._db.transaction() as tx:
            if number and (found := await tx.fetchval(SQL["find_caller"], workspace_id, number)):
                return UUID(str(found))
            contact_id = uuid7()
            await tx.execute(SQL["insert_contact"], workspace_id, contact_id, "", False, "", self._clock.now())
            if number:
                await tx.execute(SQL["insert_identity"], workspace_id, uuid7(), contact_id, "phone", number, False)
        return contact_id

    async def identify(
        self, workspace_id: int, visitor_id: UUID, inbox_id: int, token: str, secret: str, locale: str
    ) -> UUID:
        """The contact a signed customer token proves. A token opens one browser: replayed in another it is refused.

        The browser's anonymous contact becomes the proven one when nobody else is; else the browser moves to him.
        """
        claims = rules.parse_customer_token(token, secret, self._clock.now())
        until = datetime.fromtimestamp(claims["exp"], UTC)
        async with self._db.transaction() as tx:
            anonymous = await self._contact_of(tx, workspace_id, visitor_id, inbox_id)
            if await tx.fetchval(SQL["use_token"], workspace_id, claims["jti"], visitor_id, until) is None:
                raise NotSignedIn("this customer token was used in another browser")
            await tx.execute(SQL["forget_tokens"], self._clock.now())
            contact_id: UUID | None = await tx.fetchval(SQL["find_proven"], workspace_id, "site", claims["sub"])
            if contact_id is None:
                taken = anonymous and await tx.fetchval(SQL["has_proof"], workspace_id, anonymous)
                contact_id = anonymous if anonymous and not taken else uuid7()
                if contact_id != anonymous:
                    now = self._clock.now()
                    await tx.execute(SQL["insert_contact"], workspace_id, contact_id, "", True, locale, now)
                await tx.execute(SQL["insert_identity"], workspace_id, uuid7(), contact_id, "site", claims["sub"], True)
            await tx.execute(SQL["set_verified"], workspace_id, contact_id, claims["name"])
            await tx.execute(SQL["set_visitor_contact"], workspace_id, visitor_id, contact_id)
        await self._changed(workspace_id, contact_id)
        return contact_id

    async def open_by_letter(self, workspace_id: int, inbox_id: int, contact_id: UUID, address: str) -> UUID:
        """A new browser of the contact for whoever opened a link that was sent to `address`; the link proves it.

        A claim opens only what nobody has proved to be his: not when the address, or the contact, is somebody's by
        another proof. Raises `NotFound`.
        """
        visitor_id, now = uuid7(), self._clock.now()
        try:
            async with self._db.transaction() as tx:
                found = await tx.fetchrow(SQL["lock_email"], workspace_id, contact_id, address)
                if found is None or not found["verified"]:
                    owner = await tx.fetchval(SQL["find_proven"], workspace_id, "email", address)
                    if found is None or owner or await tx.fetchval(SQL["has_any_proof"], workspace_id, contact_id):
                        raise NotFound("this letter opens nothing any more: open the chat on the site")
                    await tx.execute(SQL["prove_identity"], workspace_id, found["id"])
                await tx.execute(SQL["ensure_visitor"], workspace_id, visitor_id, inbox_id, now)
                await tx.execute(SQL["set_visitor_contact"], workspace_id, visitor_id, contact_id)
        except asyncpg.UniqueViolationError:  # proved for another contact in this moment
            raise NotFound("this letter opens nothing any more: open the chat on the site") from None
        await self._changed(workspace_id, contact_id)
        return visitor_id

    async def end_visitor(self, workspace_id: int, visitor_id: UUID, inbox_id: int) -> None:
        """Log out: the browser's token opens nothing any more; the history stays with the contact."""
        now = self._clock.now()
        await self._db.execute(SQL["ensure_visitor"], workspace_id, visitor_id, inbox_id, now)
        await self._db.execute(SQL["end_visitor"], workspace_id, visitor_id, now)

    async def erase_in(self, tx: Connection, workspace_id: int, contact_id: UUID) -> list[UUID]:
        """Name, comment, addresses and tokens are gone; the record stays for the figures. His browsers, all ended."""
        now = self._clock.now()
        await tx.execute(SQL["erase_contact"], workspace_id, contact_id, now)
        await tx.execute(SQL["erase_identities"], workspace_id, contact_id)
        return [r["id"] for r in await tx.fetch(SQL["erase_visitors"], workspace_id, contact_id, now)]

    # -- for operators ---------------------------------------------------------------------------------------------

    async def get_contact(self, workspace_id: int, contact_id: UUID) -> Contact:
        r = await self._db.fetchrow(SQL["find_contact"], workspace_id, contact_id)
        if r is None:
            raise NotFound("there is no such customer")
        found = await self._db.fetch(SQL["list_identities"], workspace_id, contact_id)
        identities = [Identity(i["id"], i["type"], i["address"], i["verified"]) for i in found]
        return Contact(
            *(r["id"], r["name"], r["verified"], r["comment"], r["locale"], identities, r["created_at"], r["demo"])
        )

    async def change_contact(self, workspace_id: int, contact_id: UUID, change: ContactChange) -> Contact:
        values: list[Any] = [None if v is UNSET else v for v in (change.name, change.comment)]
        if await self._db.fetchval(SQL["change_contact"], workspace_id, contact_id, *values) is None:
            raise NotFound("there is no such customer")
        await self._changed(workspace_id, contact_id)
        return await self.get_contact(workspace_id, contact_id)

    async def add_identity(self, workspace_id: int, contact_id: UUID, new: NewIdentity) -> Contact:
        await self.get_contact(workspace_id, contact_id)
        address = await self._normal(workspace_id, new.type, new.address)
        await self._db.execute(SQL["insert_identity"], workspace_id, uuid7(), contact_id, new.type, address, False)
        return await self.get_contact(workspace_id, contact_id)

    async def remove_identity(self, workspace_id: int, contact_id: UUID, identity_id: UUID) -> None:
        if await self._db.fetchval(SQL["delete_identity"], workspace_id, contact_id, identity_id) is None:
            raise NotFound("there is no such address")

    async def list_attributes(self, workspace_id: int, contact_id: UUID) -> list[AttributeValue]:
        await self.get_contact(workspace_id, contact_id)
        return await self._attributes.list_values(workspace_id, contact_id)

    async def set_attribute(self, workspace_id: int, contact_id: UUID, key: str, text: str) -> list[AttributeValue]:
        """Empty takes it away. Raises `NotFound`, `Invalid`."""
        await self.get_contact(workspace_id, contact_id)
        await self._attributes.set_value(self._db, workspace_id, "contact", contact_id, key, text)
        return await self._attributes.list_values(workspace_id, contact_id)

    # -- for imports, in their transaction -------------------------------------------------------------------------

    async def find_by_addresses(
        self, tx: Connection, workspace_id: int, identities: Sequence[NewIdentity]
    ) -> UUID | None:
        """Whose addresses these are, proven or claimed. Raises `Invalid` for wrong ones, and for those of several."""
        found: set[UUID] = set()
        for one in identities:
            address = await self._normal(workspace_id, one.type, one.address)
            found |= {r["contact_id"] for r in await tx.fetch(SQL["find_owners"], workspace_id, one.type, address)}
        if len(found) > 1:
            raise Invalid("these addresses belong to several customers")
        return next(iter(found), None)

    async def put_imported(
        self,
        tx: Connection,
        workspace_id: int,
        found: UUID | None,
        fields: Mapping[str, str],
        identities: Sequence[NewIdentity],
    ) -> tuple[UUID, dict[str, Any]]:
        """Make a customer, or change `found`: name, comment and `attribute:<key>` of `fields`, and his addresses.

        With it what was replaced, each with what it became. Raises `Invalid`.
        """
        contact_id = found or uuid7()
        if found is None:
            await tx.execute(SQL["insert_contact"], workspace_id, contact_id, "", False, "", self._clock.now())
        r: Any = await tx.fetchrow(SQL["find_contact"], workspace_id, contact_id)
        name = fields.get("name", "")[: limits.NAME_LEN_MAX] or r["name"]
        comment = fields.get("comment", "")[: limits.COMMENT_LEN_MAX] or r["comment"]
        await tx.execute(SQL["change_contact"], workspace_id, contact_id, name, comment)
        fresh = [uuid7() for _ in identities]
        for identity_id, one in zip(fresh, identities, strict=True):
            address = await self._normal(workspace_id, one.type, one.address)
            await tx.execute(SQL["insert_identity"], workspace_id, identity_id, contact_id, one.type, address, False)
        own = {one.key: one.value for one in await self._attributes.list_values(workspace_id, contact_id, place=tx)}
        values = {}
        for field, text in fields.items():
            if key := field.removeprefix("attribute:") if field.startswith("attribute:") else "":
                _, value = await self._attributes.set_value(tx, workspace_id, "contact", contact_id, key, text)
                values[key] = [own.get(key, ""), value]
        before = {"name": [r["name"], name], "comment": [r["comment"], comment]}
        return contact_id, {**before, "attributes": values, "identities": fresh}

    async def remove_imported(self, tx: Connection, workspace_id: int, contact_id: UUID) -> bool:
        """False when he stays, because he has been here himself. A conversation of his is a foreign key's refusal."""
        if await tx.fetchval(SQL["delete_silent"], workspace_id, contact_id) is None:
            return await tx.fetchrow(SQL["find_contact"], workspace_id, contact_id) is None
        await self._attributes.forget(tx, workspace_id, [contact_id])
        return True

    async def restore_imported(
        self, tx: Connection, workspace_id: int, contact_id: UUID, before: Mapping[str, Any]
    ) -> None:
        """Put back what an import replaced, where nobody has changed it since."""
        r = await tx.fetchrow(SQL["find_contact"], workspace_id, contact_id)
        if r is None:
            return
        name, comment = (before[f][0] if r[f] == before[f][1] else r[f] for f in ("name", "comment"))
        await tx.execute(SQL["change_contact"], workspace_id, contact_id, name, comment)
        fresh = [UUID(one) for one in before["identities"]]
        await tx.execute(SQL["delete_identities"], workspace_id, contact_id, fresh)
        own = {one.key: one.value for one in await self._attributes.list_values(workspace_id, contact_id, place=tx)}
        for key, (old, new) in before["attributes"].items():
            if own.get(key, "") == new:
                await self._attributes.set_value(tx, workspace_id, "contact", contact_id, key, old)

    async def search(self, workspace_id: int, text: str, limit: int = limits.PAGE_DEFAULT) -> list[ContactLine]:
        """Contacts with words of the name, or an address, that begin as `text` does; without text the newest."""
        if begin := text.strip().lower():
            words = rules.word_query(begin)
            async with (
                self._db.transaction() as tx
            ):  # planned for the words: a plan for any reads all when they are rare
                await tx.execute("SET LOCAL plan_cache_mode = force_custom_plan")
                records = await tx.fetch(SQL["search"], workspace_id, begin, words, begin + LAST_LETTER, limit)
        else:
            records = await self._db.fetch(SQL["latest"], workspace_id, limit)
        return [ContactLine(r["id"], r["name"], r["address"], None) for r in records]
