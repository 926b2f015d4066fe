"""A company with telephones: an app of its own on a real Asterisk, operators with softphones, the world outside."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from okno.access.keys import Keys
from okno.access.types import Actor
from okno.app.wiring import App, running
from okno.channels.site.api import Guest
from okno.db.pool import Database
from okno.kit.errors import OknoError
from okno.kit.ids import uuid7
from okno.telephony.api import PhonePlace
from okno.telephony.asterisk.config import SOFTPHONE, endpoint
from okno.telephony.asterisk.install import Asterisk
from okno.telephony.types import Call, Callback, NewCallback, PhoneSettingsChange
from tests.conversations.people import make_operator, read_all
from tests.support.phone import Phone
from tests.telephony.installed import choose

KEYS = Keys(bytes(range(32)))
CUSTOMER = "+79161234567"


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What the condition says, once it says something."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.01)


class Heard:
    """What operators are told of calls, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[set[UUID], Call]] = []

    def on_call(self, workspace_id: int, operators: Any, call: Call) -> None:
        self.told.append((set(operators), call))

    def last(self, call: UUID | None = None) -> Call | None:
        found = [one for _, one in self.told if call is None or one.id == call]
        return found[-1] if found else None


class House:
    """`outside` is the telephone network: it takes every call the trunk brings, as `outside.behave` says."""

    def __init__(self, app: App, home: Path, outside: Phone, stack: AsyncExitStack) -> None:
        self.app, self.home, self.outside, self.stack = app, home, outside, stack
        self.heard = Heard()
        app.telephony.listen(self.heard)
        self.owner: Actor
        self.operators: list[Actor] = []
        self.phones: list[Phone] = []

    @property
    def sip(self) -> int:
        server = self.app.telephony._server
        assert server is not None
        return server.net.sip_port

    async def open(self, operators: int, **settings: Any) -> None:
        """Operators at their desks, each with a softphone that is signed in."""
        self.owner = await make_operator(self.app, "owner")
        await until(lambda: self.app.telephony._server)
        change = PhoneSettingsChange(
            host="127.0.0.1", port=self.outside.port, number="+78005553535", callbacks=True, **settings
        )
        await self.app.telephony.change_settings(self.owner, change)
        for _ in range(operators):
            await self.hire()
        await until(self.ready)

    async def hire(self) -> Actor:
        actor = await make_operator(self.app)
        self.operators.append(actor)
        self.app.telephony._changed.set()
        self.app.routing.desks.came(actor.workspace_id, actor.operator_id)
        access = await self.app.telephony.get_access(actor)
        name = endpoint(SOFTPHONE, actor.workspace_id, actor.operator_id.hex)
        assert access.softphone == name
        phone = await self.stack.enter_async_context(Phone(self.sip, name, access.password))
        self.phones.append(phone)
        await self.sign_in(phone)
        return actor

    async def sign_in(self, phone: Phone) -> None:
        """As a softphone does: again until the server knows it."""
        for _ in range(100):
            try:
                await phone.register()
            except (AssertionError, TimeoutError):
                await asyncio.sleep(0.1)
            else:
                return
        raise AssertionError("the softphone is not let in")

    async def ready(self) -> bool:
        try:
            engine = self.app.telephony._calls.engine
            ids = [actor.operator_id for actor in self.operators]
            lines = await engine.list_lines(self.app.workspace_id, ids)
        except OknoError:
            return False
        free = await self.app.routing.desks.list_ready_for_calls(self.app.workspace_id)
        return len(lines) == len(ids) == len(free)

    async def visitor(self) -> Guest:
        inbox = (await self.app.visits.list_inboxes(self.app.workspace_id))[0]
        return Guest(self.app.workspace_id, inbox, uuid7(), None, "", False, "", [])

    async def ask(self, number: str = CUSTOMER, guest: Guest | None = None) -> Callback:
        new = NewCallback(number, consent=True)
        return await self.app.telephony.callbacks.ask(guest or await self.visitor(), new, "")

    async def events(self, conversation: UUID) -> list[Any]:
        return [event.body for event in await read_all(self.app, conversation)]

    async def over(self, callback: Callback, state: str) -> Callback:
        async def ended() -> Callback | None:
            now = await self.app.telephony.callbacks.get(self.app.workspace_id, callback.id)
            return now if now.state == state else None

        return await until(ended)


@asynccontextmanager
async def company(url: str, home: Path, asterisk: Asterisk) -> AsyncIterator[House]:
    """Everything is stopped at the end, Asterisk too."""
    choose(home, asterisk)
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(Phone(0, "outside", behave=0.1))
        app = App(await Database.connect(url), KEYS, "http://127.0.0.1:8000", home / "files", phone=PhonePlace(home))
        async with running(app):
            house = House(app, home, outside, stack)
            try:
                yield house
            finally:
                server, app.telephony._closing = app.telephony._server, True
                await app.database.execute("UPDATE call SET ended_at = now(), phase = 'ended' WHERE ended_at IS NULL")
                if server:
                    await server.stop()
    shutil.rmtree(home, ignore_errors=True)
