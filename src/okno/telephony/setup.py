"""How a workspace's telephone is set up, and what Asterisk is told of it."""

from typing import Any

from msgspec import UNSET

from okno.access.api import require
from okno.access.keys import Keys
from okno.access.types import Actor
from okno.db.pool import Connection, Database
from okno.kit.errors import Invalid
from okno.kit.phone import parse_number
from okno.telephony.asterisk.config import Phone, Trunk
from okno.telephony.store import SQL
from okno.telephony.types import PhoneSettings, PhoneSettingsChange

FIELDS = (
    *("host", "port", "transport", "hosts", "username", "password", "number", "country", "countries"),
    *("dials_per_minute", "dials_per_day", "call_use", "callbacks", "tries", "pause_s", "ring_s"),
    *("consent_ru", "consent_en", "record", "record_days", "stopped_at"),
)
DEFAULTS: dict[str, Any] = {
    "host": "",
    "port": 5060,
    "transport": "udp",
    "hosts": [],
    "username": "",
    "password": b"",
    "number": "",
    "country": "RU",
    "countries": ["RU"],
    "dials_per_minute": 20,
    "dials_per_day": 500,
    "call_use": 200,
    "callbacks": False,
    "tries": 3,
    "pause_s": 300,
    "ring_s": 30,
    "consent_ru": "Я соглашаюсь, чтобы мне позвонили по этому номеру.",
    "consent_en": "I agree to be called at this number.",
    "record": False,
    "record_days": 0,
    "stopped_at": None,
}


class Setup:
    """One row a workspace; a missing one says the defaults."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._db = database
        self._keys = keys

    async def read(self, workspace_id: int) -> dict[str, Any]:
        """The row, the password sealed."""
        record = await self._db.fetchrow(SQL["find_setting"], workspace_id)
        return dict(record) if record else dict(DEFAULTS)

    async def get(self, workspace_id: int) -> PhoneSettings:
        return _settings_of(await self.read(workspace_id))

    async def country(self, workspace_id: int) -> str:
        """Whose numbers are typed without +."""
        return str((await self.read(workspace_id))["country"])

    async def change(self, tx: Connection, actor: Actor, change: PhoneSettingsChange) -> PhoneSettings:
        """Raises `Invalid`, `NotAllowed`."""
        require(actor, "workspace")
        values = await self.read(actor.workspace_id)
        for name in PhoneSettingsChange.__struct_fields__:
            value = getattr(change, name)
            if value is UNSET:
                continue
            if name == "resume":
                values["stopped_at"] = None if value else values["stopped_at"]
            elif name == "password":
                values["password"] = self._keys.seal("trunk", value.encode()) if value else b""
            else:
                values[name] = value
        if change.host is not UNSET and change.password is UNSET and change.host != (await self._host(actor)):
            values["password"] = b""  # another provider does not learn the former one's
        if values["number"]:
            values["number"] = str(parse_number(values["number"], values["country"]))
        if values["callbacks"] and not values["host"]:
            raise Invalid("callbacks need a provider: fill in its address first", field="callbacks")
        await tx.execute(SQL["save_setting"], actor.workspace_id, *(values[name] for name in FIELDS))
        return _settings_of(values)

    async def _host(self, actor: Actor) -> str:
        return str((await self.read(actor.workspace_id))["host"])

    def phone_password(self, workspace_id: int, operator: str) -> str:
        """Of an operator's endpoints: it follows from the master key, nothing of it is stored."""
        return self._keys.sign("sip", f"{workspace_id}.{operator}")[:32]

    async def list_phones(self) -> list[Phone]:
        phones = []
        for r in await self._db.fetch(SQL["list_phones"]):
            operator = r["id"].hex
            phones.append(Phone(r["workspace_id"], operator, self.phone_password(r["workspace_id"], operator)))
        return phones

    async def list_trunks(self) -> list[Trunk]:
        trunks = []
        for r in await self._db.fetch(SQL["list_settings"]):
            password = self._keys.unseal("trunk", r["password"]).decode() if r["password"] else ""
            hosts = sorted({r["host"], *r["hosts"]})
            trunks.append(
                Trunk(
                    *(r["workspace_id"], r["host"], r["port"], r["transport"], hosts),
                    *(r["username"], password, r["number"]),
                )
            )
        return trunks


def _settings_of(values: dict[str, Any]) -> PhoneSettings:
    return PhoneSettings(
        **{name: values[name] for name in FIELDS if name != "password"}, has_password=bool(values["password"])
    )
