"""HTTP of welcome: beats of pages, and the visitors for operators."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post
from litestar.datastructures import State
from litestar.params import Parameter

from okno.access.api import require
from okno.access.types import Actor
from okno.channels.site.api import Guest
from okno.kit import limits
from okno.kit.errors import TooLarge
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import parse_json
from okno.visits.types import PageView, Visit
from okno.welcome.api import Welcome
from okno.welcome.types import (
    Accepted,
    BeatAnswer,
    Consent,
    Fate,
    FilledForm,
    Invitation,
    NewInvitation,
    OnlineVisitor,
    WelcomeFigures,
)

AnyRequest = Request[None, None, State]
Key = Annotated[str, Parameter(max_length=64, pattern="^[A-Za-z0-9]+$")]
VISITOR_SECURITY: list[dict[str, list[str]]] = [{"visitor": []}]
parse_fate = msgspec.json.Decoder(Fate).decode
parse_page_view = msgspec.json.Decoder(PageView).decode


def _locale(request: AnyRequest) -> str:
    return "ru" if request.headers.get("accept-language", "").lower().startswith("ru") else "en"


async def _beacon(request: AnyRequest) -> bytes:
    body = await request.body()
    if len(body) > limits.BEACON_BYTES_MAX:
        raise TooLarge("a beacon has at most 4 KB")
    return body


@post(
    "/widget/{key:str}/beats",
    operation_id="beat",
    status_code=200,
    responses=problems(404, 413, 429),
    summary="A page is still looked at",
    security=[{}],
)
async def beat(request: AnyRequest, welcome: Welcome, key: Key) -> BeatAnswer:
    """JSON of `PageView`, also as text/plain. Sent only while the page is before somebody's eyes."""
    view = parse_json(parse_page_view, await _beacon(request))
    ip = request.client.host if request.client else ""
    return await welcome.beat(key, view, ip=ip, user_agent=request.headers.get("user-agent", ""))


@get("/visitors", operation_id="list_visitors", responses=problems(*SIGNED_IN), summary="Who is on the site now")
async def list_visitors(request: AnyRequest, welcome: Welcome, actor: Actor) -> list[OnlineVisitor]:
    """Of the inboxes in the reader's scope, the newest thousand. Places are named by the header Accept-Language."""
    require(actor, "visitors")
    found, _ = await welcome.list_online(actor.workspace_id, None if actor.see_all else actor.teams, _locale(request))
    return found


@get(
    "/visitors/{visitor_id:uuid}/visits",
    operation_id="list_visitor_visits",
    responses=problems(*SIGNED_IN, 404),
    summary="What a visitor has looked at",
)
async def list_visitor_visits(request: AnyRequest, welcome: Welcome, actor: Actor, visitor_id: UUID) -> list[Visit]:
    return await welcome.list_visits(actor, visitor_id, _locale(request))


@post(
    "/visitors/{visitor_id:uuid}/invitations",
    operation_id="invite_visitor",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Invite a visitor to chat",
)
async def invite_visitor(welcome: Welcome, actor: Actor, visitor_id: UUID, data: NewInvitation) -> Invitation:
    """His page shows it with its next beat. 409: he chats, is invited already, or has put one away lately."""
    return await welcome.invite(actor, visitor_id, data)


@get(
    "/visitors/invitations/{invitation_id:uuid}",
    operation_id="get_invitation",
    responses=problems(*SIGNED_IN, 404),
    summary="What became of an invitation",
)
async def get_invitation(welcome: Welcome, actor: Actor, invitation_id: UUID) -> Invitation:
    return await welcome.invitations.get_own(actor, invitation_id)


@delete(
    "/visitors/invitations/{invitation_id:uuid}",
    operation_id="withdraw_invitation",
    responses=problems(*SIGNED_IN, 404),
    summary="Take an invitation back",
)
async def withdraw_invitation(welcome: Welcome, actor: Actor, invitation_id: UUID) -> None:
    """As long as the visitor has not answered it."""
    await welcome.invitations.withdraw(actor, invitation_id)


@get(
    "/visitors/figures",
    operation_id="count_welcome",
    responses=problems(*SIGNED_IN),
    summary="How greetings and invitations have fared",
)
async def count_welcome(welcome: Welcome, actor: Actor) -> WelcomeFigures:
    return await welcome.count(actor)


@post(
    "/widget/{key:str}/fates",
    operation_id="tell_fate",
    status_code=204,
    responses=problems(404, 413, 429),
    summary="What became of a greeting or an invitation (beacon)",
    security=[{}],
)
async def tell_fate(request: AnyRequest, welcome: Welcome, key: Key) -> None:
    """JSON of `Fate`, also as text/plain."""
    said = parse_json(parse_fate, await _beacon(request))
    await welcome.hear(key, said, ip=request.client.host if request.client else "")


@post(
    "/widget/{key:str}/invitations/{invitation_id:uuid}/acceptance",
    operation_id="accept_invitation",
    status_code=200,
    responses=problems(401, 403, 404),
    summary="Accept an invitation",
    security=VISITOR_SECURITY,
)
async def accept_invitation(welcome: Welcome, guest: Guest, invitation_id: UUID) -> Accepted:
    """The conversation begins with its words, at the operator who invited. Again is no error."""
    return Accepted(await welcome.invitations.accept(guest, invitation_id))


@post(
    "/widget/{key:str}/greetings/{greeting_id:uuid}/answer",
    operation_id="answer_greeting",
    status_code=204,
    responses=problems(401, 403, 404),
    summary="Say that the message answers a greeting",
    security=VISITOR_SECURITY,
)
async def answer_greeting(welcome: Welcome, guest: Guest, greeting_id: UUID) -> None:
    await welcome.answer(guest, greeting_id)


@post(
    "/widget/{key:str}/form",
    operation_id="fill_form",
    status_code=200,
    responses=problems(401, 403, 404, 422, 429),
    summary="Fill in what is asked before a chat, with the first message",
    security=VISITOR_SECURITY,
)
async def fill_form(welcome: Welcome, guest: Guest, data: FilledForm) -> Accepted:
    """422 names the field that is not right. What is said is shown to operators as unverified."""
    return Accepted(await welcome.forms.fill(guest, data))


@post(
    "/widget/{key:str}/consents/withdrawal",
    operation_id="withdraw_own_consents",
    status_code=204,
    responses=problems(401, 403, 404),
    summary="Take back everything one has agreed to",
    security=VISITOR_SECURITY,
)
async def withdraw_own_consents(welcome: Welcome, guest: Guest) -> None:
    await welcome.forms.withdraw_own(guest)


@get(
    "/contacts/{contact_id:uuid}/consents",
    operation_id="list_consents",
    responses=problems(*SIGNED_IN, 404),
    summary="What a customer has agreed to",
)
async def list_consents(welcome: Welcome, actor: Actor, contact_id: UUID) -> list[Consent]:
    require(actor, "contacts")
    return await welcome.forms.list_consents(actor, contact_id)


@post(
    "/contacts/{contact_id:uuid}/consents/{consent_id:uuid}/withdrawal",
    operation_id="withdraw_consent",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="Note that a customer takes a consent back",
)
async def withdraw_consent(welcome: Welcome, actor: Actor, contact_id: UUID, consent_id: UUID) -> list[Consent]:
    require(actor, "contacts")
    return await welcome.forms.withdraw(actor, contact_id, consent_id)


ROUTER = Router(
    "/",
    tags=["visitors"],
    route_handlers=[
        *(beat, list_visitors, list_visitor_visits, invite_visitor, get_invitation, withdraw_invitation),
        *(count_welcome, tell_fate, accept_invitation, answer_greeting),
        *(fill_form, withdraw_own_consents, list_consents, withdraw_consent),
    ],
)
