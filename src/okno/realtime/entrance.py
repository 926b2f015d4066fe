"""Who a hello lets in."""

from okno.realtime.frames import OperatorHello, VisitorHello
from okno.realtime.operator import OperatorSession
from okno.realtime.session import Connection
from okno.realtime.visitor import VisitorSession


async def enter(connection: Connection, hello: VisitorHello | OperatorHello) -> None:
    """Start the session a hello asks for. Raises `NotSignedIn`, `NotFound`."""
    if isinstance(hello, VisitorHello):
        await VisitorSession.enter(connection, hello)
        return
    access = connection.realtime.access
    secret = hello.key or connection.credentials or ""
    actor = await (access.actor_of_api_key(secret) if hello.key else access.actor_of_session(secret))
    OperatorSession(connection, actor).welcome()
