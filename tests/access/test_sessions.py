"""Signing in: limits that stop guessers and nobody else, sessions that can be seen and ended."""

from collections.abc import AsyncIterator

import pytest

from okno.access.types import NewOperator
from okno.app.wiring import App
from okno.kit import limits
from okno.kit.errors import NotFound, NotSignedIn, TooMany

PASSWORD = "correct horse battery"


@pytest.fixture
async def anna(app: App) -> AsyncIterator[str]:
    await app.database.execute("DELETE FROM login_failure")
    operator, _ = await app.access.create_operator(app.workspace_id, NewOperator("anna@login.example", "Anna"))
    await app.access.set_password(app.workspace_id, operator.id, PASSWORD)
    yield operator.email
    await app.database.execute("DELETE FROM operator WHERE id = $1", operator.id)


async def fail(app: App, email: str, address: str, times: int) -> None:
    await app.database.execute(
        "INSERT INTO login_failure (address, at) SELECT k, now() FROM unnest($1::text[]) k, generate_series(1, $2)",
        [f"both:{address} {email}", f"mail:{email}", f"ip:{address}"],
        times,
    )


async def test_a_guesser_is_stopped(app: App, anna: str) -> None:
    """Passwords could be tried without end."""
    for _ in range(limits.LOGIN_FAILURES_MAX):
        with pytest.raises(NotSignedIn):
            await app.access.login(anna, "wrong", "192.0.2.1")
    with pytest.raises(TooMany):
        await app.access.login(anna, PASSWORD, "192.0.2.1")


async def test_a_guesser_does_not_lock_the_person_out(app: App, anna: str) -> None:
    """Anybody could keep an operator from his work by eight wrong passwords."""
    await fail(app, anna, "192.0.2.1", limits.LOGIN_FAILURES_MAX)
    assert (await app.access.login(anna, PASSWORD, "192.0.2.9"))[1]


async def test_an_office_behind_one_address_is_not_locked_out(app: App, anna: str) -> None:
    """One script in the office would stop the whole shift."""
    await app.access.login(anna, PASSWORD, "192.0.2.7")
    await fail(app, "other@login.example", "192.0.2.7", limits.LOGIN_FAILURES_PER_ADDRESS_MAX)
    assert (await app.access.login(anna, PASSWORD, "192.0.2.7"))[1]
    with pytest.raises(TooMany):  # somebody who was never here is stopped
        await app.access.login("new@login.example", PASSWORD, "192.0.2.7")


async def test_a_mailbox_guessed_from_everywhere_is_closed_but_where_its_owner_works(app: App, anna: str) -> None:
    """A botnet could guess as long as it liked."""
    await app.access.login(anna, PASSWORD, "192.0.2.7")
    await fail(app, anna, "198.51.100.1", limits.LOGIN_FAILURES_PER_MAILBOX_MAX)
    with pytest.raises(TooMany):
        await app.access.login(anna, PASSWORD, "198.51.100.2")
    assert (await app.access.login(anna, PASSWORD, "192.0.2.7"))[1]


async def test_a_forgotten_session_is_seen_and_ended(app: App, anna: str) -> None:
    """A computer left signed in could not be signed out."""
    _, here = await app.access.login(anna, PASSWORD, "192.0.2.7", "Firefox")
    _, left = await app.access.login(anna, PASSWORD, "192.0.2.8", "Chrome")
    actor = await app.access.actor_of_session(here)
    sessions = {s.user_agent: s for s in await app.access.list_sessions(actor)}
    assert sessions["Firefox"].current
    assert sessions["Chrome"].address == "192.0.2.8"
    await app.access.end_session(actor, sessions["Chrome"].id)
    with pytest.raises(NotSignedIn):
        await app.access.actor_of_session(left)
    with pytest.raises(NotFound):
        await app.access.end_session(actor, sessions["Chrome"].id)
    _, left = await app.access.login(anna, PASSWORD, "192.0.2.8")
    await app.access.end_other_sessions(actor)
    with pytest.raises(NotSignedIn):
        await app.access.actor_of_session(left)
    assert await app.access.actor_of_session(here)


async def test_nobody_ends_a_colleague(app: App, anna: str) -> None:
    """A colleague's id would be enough to throw him out."""
    operator, _ = await app.access.create_operator(app.workspace_id, NewOperator("boris@login.example", "Boris"))
    _, secret = await app.access.start_session(app.workspace_id, operator.id)
    boris = await app.access.actor_of_session(secret)
    _, hers = await app.access.login(anna, PASSWORD, "192.0.2.7")
    assert boris.session_id
    with pytest.raises(NotFound):
        await app.access.end_session(await app.access.actor_of_session(hers), boris.session_id)
    await app.database.execute("DELETE FROM operator WHERE id = $1", operator.id)
