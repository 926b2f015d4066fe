"""Commands on people who sign in. Each prints a link that works once; there is no default password."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from okno.access.api import Access, open_keys
from okno.access.types import NewOperator
from okno.cli.connect import database_address, opened
from okno.cli.settings import Settings
from okno.kit import limits
from okno.kit.clock import SystemClock
from okno.kit.errors import Invalid

T = TypeVar("T")


def create(settings: Settings, email: str, name: str, role: str) -> None:
    async def work(access: Access) -> str:
        try:
            new = msgspec.convert({"email": email, "name": name or email, "role": role}, NewOperator)
        except msgspec.ValidationError as error:
            raise Invalid(str(error)) from None
        workspace_id = await access.ensure_workspace("okno", settings.locale)
        return (await access.create_operator(workspace_id, new))[1]

    _print_link(settings, _with_access(settings, work))


def reset_password(settings: Settings, email: str) -> None:
    async def work(access: Access) -> str:
        return await access.links.create_for(email)

    _print_link(settings, _with_access(settings, work))


def first_link(settings: Settings) -> None:
    async def work(access: Access) -> str | None:
        return await access.first_link()

    secret = _with_access(settings, work)
    if secret is None:
        print("somebody can sign in already; `okno admin reset-password EMAIL` makes a link for one person")
    else:
        _print_link(settings, secret)


def _with_access(settings: Settings, work: Callable[[Access], Awaitable[T]]) -> T:
    async def connected(url: str) -> T:
        async with opened(url) as database:
            keys = await open_keys(database, settings.home / "master.key")
            return await work(Access(database, keys, SystemClock()))

    with database_address(settings) as url:
        return asyncio.run(connected(url))


def _print_link(settings: Settings, secret: str) -> None:
    print(f"{settings.url}/link/{secret}\nIt works once, for {limits.LINK_HOURS} hours.")
