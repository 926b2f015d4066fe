"""System mail against a real SMTP server."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.handlers import Message

from okno.access.api import Access
from okno.access.keys import Keys
from okno.access.types import NewOperator
from okno.app.wiring import App
from okno.kit import limits
from okno.kit.clock import SystemClock
from okno.kit.errors import TooMany
from okno.mailer.api import Mailer
from okno.mailer.rules import WrongMailServer, parse_smtp_url
from okno.mailer.types import Letter
from tests.support.process import free_port


class Postbox(Message):
    """Keeps what arrives; refuses as told, `refuse` times by `answer`."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []
        self.refuse = 0
        self.answer = "451 later"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if self.refuse:
            self.refuse -= 1
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message) -> None:
        self.got.append(message)


class Post:
    def __init__(self, app: App, keys: Keys, box: Postbox, port: int) -> None:
        self.app, self.box = app, box
        self.clock = LateClock()
        server = parse_smtp_url(f"smtp://127.0.0.1:{port}", "okno <help@shop.example>")
        seal, unseal = partial(keys.seal, "letter"), partial(keys.unseal, "letter")
        self.mailer = Mailer(app.database, self.clock, server, seal=seal, unseal=unseal)
        self.access = Access(app.database, keys, self.clock, public_url="https://chat.example.com", mailer=self.mailer)

    async def send(self, to: str = "anna@example.com") -> None:
        async with self.app.database.transaction() as tx:
            await self.mailer.post(tx, Letter(to, "Привет", "Текст\n", "test"))

    async def waiting(self) -> int:
        return await self.app.database.fetchval("SELECT count(*) FROM letter WHERE NOT given_up")


class LateClock(SystemClock):
    late = timedelta()

    def now(self):
        return super().now() + self.late


@pytest.fixture
async def post(app: App) -> AsyncIterator[Post]:
    for task in [t for t in asyncio.all_tasks() if t.get_name() == "mailer"]:
        task.cancel()  # the app's own would take our letters to its dead server
    await app.database.execute("DELETE FROM letter")
    await app.database.execute("DELETE FROM login_failure")
    box, port = Postbox(), free_port()
    controller = UnthreadedController(box, hostname="127.0.0.1", port=port, loop=asyncio.get_running_loop())
    controller.server_coro = controller._create_server()
    controller.server = await controller.server_coro
    yield Post(app, Keys(bytes(range(32))), box, port)
    controller.server.close()


async def test_a_letter_arrives_whole_and_leaves_nothing_behind(post: Post) -> None:
    """A reset in Russian would arrive as question marks, or stay readable in the database."""
    await post.send()
    stored = await post.app.database.fetchval("SELECT sealed FROM letter")
    assert "Текст".encode() not in stored
    assert await post.mailer.step() == 1
    message = post.box.got[0]
    assert message.get_payload(decode=True).decode().replace("\r", "") == "Текст\n"
    assert message["Auto-Submitted"] == "auto-generated"
    assert await post.app.database.fetchval("SELECT count(*) FROM letter") == 0


async def test_a_busy_server_is_asked_again_and_not_at_once(post: Post) -> None:
    """Greylisting would lose every reset; hammering would get us blocked."""
    post.box.refuse = 2
    await post.send()
    assert await post.mailer.step() == 1
    assert await post.mailer.step() == 0
    for _ in range(2):
        post.clock.late += timedelta(hours=1)
        await post.mailer.step()
    assert len(post.box.got) == 1
    assert await post.waiting() == 0


async def test_a_final_refusal_is_given_up_and_told_without_its_text(post: Post) -> None:
    """A typing mistake in an address would be retried for ever, its one-time link kept."""
    post.box.refuse, post.box.answer = 1, "550 no such person"
    await post.send("nobody@example.com")
    await post.mailer.step()
    given_up = await post.mailer.list_given_up()
    assert "550" in given_up[0]["error"]
    assert await post.app.database.fetchval("SELECT sealed FROM letter") == b""
    assert await post.waiting() == 0


async def test_a_server_that_is_down_gives_up_after_its_tries(post: Post) -> None:
    """Mail would wait without end, and nobody would know."""
    post.mailer._server = parse_smtp_url(f"smtp://127.0.0.1:{free_port()}", "")
    await post.send()
    for _ in range(limits.LETTER_TRIES_MAX):
        post.clock.late += timedelta(hours=2)
        await post.mailer.step()
    assert (await post.mailer.list_given_up())[0]["tries"] == limits.LETTER_TRIES_MAX


async def test_waiting_mail_is_bounded(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server that is down would fill the disk."""
    monkeypatch.setattr(limits, "LETTERS_WAITING_MAX", 3)
    for _ in range(3):
        await post.send()
    with pytest.raises(TooMany):
        await post.send()


def link_in(message: Any) -> str:
    found = re.search(r"https://chat\.example\.com/link/([\w-]{43})", message.get_payload(decode=True).decode())
    assert found
    return found[1]


async def test_a_lost_password_comes_back_by_mail(post: Post) -> None:
    """An operator alone at night could not get in; a stranger could learn who works here."""
    new = NewOperator("Boris@example.com", "Boris")
    operator, _ = await post.access.create_operator(post.app.workspace_id, new)
    assert await post.access.links.ask_reset("boris@EXAMPLE.com", "192.0.2.1")
    assert await post.access.links.ask_reset("nobody@example.com", "192.0.2.1")
    assert await post.access.links.mail_reset("boris@EXAMPLE.com")
    assert not await post.access.links.mail_reset("nobody@example.com")
    await post.mailer.step()
    assert [m["To"] for m in post.box.got] == ["Boris@example.com"]
    secret = link_in(post.box.got[0])
    assert (await post.access.links.get(secret)).purpose == "reset"
    await post.app.database.execute("DELETE FROM operator WHERE id = $1", operator.id)


async def test_resets_are_limited_by_mailbox(post: Post) -> None:
    """Anybody could bury a colleague in mail."""
    for _ in range(limits.RESETS_PER_MAILBOX_MAX):
        await post.access.links.ask_reset("clara@example.com", "192.0.2.2")
    with pytest.raises(TooMany):
        await post.access.links.ask_reset("Clara@example.com", "192.0.2.3")


async def test_an_invitation_is_mailed(post: Post) -> None:
    """The administrator would have to carry the link himself."""
    new = NewOperator("dora@example.com", "Dora")
    operator, secret = await post.access.create_operator(post.app.workspace_id, new, by="Anna")
    await post.mailer.step()
    assert link_in(post.box.got[0]) == secret
    await post.app.database.execute("DELETE FROM operator WHERE id = $1", operator.id)


def test_a_password_never_travels_in_clear_to_another_machine() -> None:
    """A mail password would be read on the way."""
    assert parse_smtp_url("smtp://u:p@mail.example.com", "").start_tls is True
    assert parse_smtp_url("smtps://u%40x.org:p@mail.example.com", "")[:5] == (
        *("mail.example.com", 465, "u@x.org", "p", "u@x.org"),
    )
    assert parse_smtp_url("smtp://relay.local:25?starttls=no", "a@b.c").start_tls is False
    for wrong in ("mail.example.com", "http://x", "smtp://", "smtp://x:y"):
        with pytest.raises(WrongMailServer):
            parse_smtp_url(wrong, "a@b.c")
    with pytest.raises(WrongMailServer):
        parse_smtp_url("smtp://mail.example.com", "no address")
