"""HTTP of access."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put, route
from litestar.datastructures import Cookie, State
from litestar.enums import HttpMethod
from litestar.params import Parameter
from litestar.response import Stream

from okno.access.api import Access
from okno.access.types import (
    COOKIE,
    Actor,
    ApiKey,
    AuditPage,
    CreatedApiKey,
    CustomRole,
    Invited,
    Link,
    LinkUse,
    Login,
    Me,
    NewApiKey,
    NewCustomRole,
    NewOperator,
    NewPasswordReset,
    NewTeam,
    Operator,
    OperatorChange,
    PasswordChange,
    PasswordReset,
    Profile,
    Session,
    SessionOptions,
    Team,
    Workspace,
    WorkspaceChange,
)
from okno.kit import limits
from okno.kit.errors import NotAllowed, NotSignedIn, Unsupported
from okno.kit.openapi import SIGNED_IN, BytesBody, PageLimit, problems


class PictureBody(BytesBody):
    content_type = "image/*"


CSRF_HEADER = "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
AnyRequest = Request[None, None, State]
LinkToken = Annotated[str, Parameter(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
TeamId = Annotated[int, Parameter(ge=1, le=2**53)]


async def provide_actor(request: AnyRequest, access: Access) -> Actor:
    """Who asks: an API key in `Authorization: Bearer`, else the session cookie with its CSRF header on changes."""
    authorization = request.headers.get("authorization", "")
    if authorization:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("the authorization scheme is Bearer")
        return _seen(request, await access.actor_of_api_key(secret.strip()))
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        raise NotSignedIn
    if request.method not in SAFE and request.headers.get(CSRF_HEADER) != access.csrf_of(secret):
        raise NotAllowed("the header x-csrf-token is missing or wrong: take it from GET /api/v1/session")
    return _seen(request, await access.actor_of_session(secret))


def _seen(request: AnyRequest, actor: Actor) -> Actor:
    """The actor with where he is; the audit log's hook finds him in the request."""
    actor = replace(actor, address=_browser(request)[0])
    request.state.actor = actor
    return actor


def _cookie(secret: str, request: AnyRequest) -> Cookie:
    return Cookie(
        COOKIE,
        value=secret,
        max_age=limits.SESSION_DAYS * 86_400,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _browser(request: AnyRequest) -> tuple[str, str]:
    """Its address, as far as trusted proxies tell, and what it calls itself."""
    return request.client.host if request.client else "", request.headers.get("user-agent", "")


@get(
    "/session/options",
    operation_id="get_session_options",
    responses=problems(),
    security=[{}],
    summary="What the sign-in screen may offer",
)
async def get_session_options(access: Access) -> SessionOptions:
    return await access.session_options()


@post(
    "/password-resets",
    operation_id="ask_password_reset",
    status_code=202,
    responses=problems(429),
    security=[{}],
    summary="Have a link for a new password mailed",
)
async def ask_password_reset(request: AnyRequest, access: Access, data: NewPasswordReset) -> PasswordReset:
    """The answer is the same, and as fast, whether somebody signs in with this address or not."""
    return PasswordReset(await access.links.ask_reset(data.email, _browser(request)[0]))


@get("/sessions", operation_id="list_sessions", responses=problems(*SIGNED_IN), summary="Where one is signed in")
async def list_sessions(access: Access, actor: Actor) -> list[Session]:
    return await access.list_sessions(actor)


@delete("/sessions", operation_id="end_other_sessions", responses=problems(*SIGNED_IN), summary="Sign out elsewhere")
async def end_other_sessions(access: Access, actor: Actor) -> None:
    await access.end_other_sessions(actor)


@delete(
    "/sessions/{session_id:uuid}",
    operation_id="end_session",
    responses=problems(*SIGNED_IN, 404),
    summary="End one of one's own sessions",
)
async def end_session(access: Access, actor: Actor, session_id: UUID) -> None:
    await access.end_session(actor, session_id)


@get("/session", operation_id="get_session", responses=problems(401), summary="Who is signed in")
async def get_session(request: AnyRequest, access: Access) -> Me:
    secret = request.cookies.get(COOKIE, "")
    actor = await access.actor_of_session(secret)
    return await access.me(actor.workspace_id, actor.operator_id, secret)


@post("/session", operation_id="login", responses=problems(401, 429), summary="Sign in")
async def login(request: AnyRequest, access: Access, data: Login) -> Response[Me]:
    me, secret = await access.login(data.email, data.password, *_browser(request))
    return Response(me, cookies=[_cookie(secret, request)])


@delete("/session", operation_id="logout", responses=problems(*SIGNED_IN), summary="Sign out")
async def logout(access: Access, actor: Actor) -> Response[None]:
    await access.logout(actor)
    response: Response[None] = Response(None, status_code=204)
    response.delete_cookie(COOKIE)
    return response


@get("/links/{token:str}", operation_id="get_link", responses=problems(404), summary="What a one-time link is for")
async def get_link(access: Access, token: LinkToken) -> Link:
    return await access.links.get(token)


@post("/links/{token:str}", operation_id="use_link", responses=problems(404, 409), summary="Use a one-time link")
async def use_link(request: AnyRequest, access: Access, token: LinkToken, data: LinkUse) -> Response[Me]:
    me, secret = await access.use_link(token, data, *_browser(request))
    return Response(me, cookies=[_cookie(secret, request)])


@get("/workspace", operation_id="get_workspace", responses=problems(*SIGNED_IN), summary="The workspace")
async def get_workspace(access: Access, actor: Actor) -> Workspace:
    return await access.get_workspace(actor.workspace_id)


@patch("/workspace", operation_id="change_workspace", responses=problems(*SIGNED_IN), summary="Change the workspace")
async def change_workspace(access: Access, actor: Actor, data: WorkspaceChange) -> Workspace:
    return await access.change_workspace(actor, data)


@patch("/profile", operation_id="change_profile", responses=problems(*SIGNED_IN), summary="Change one's own profile")
async def change_profile(access: Access, actor: Actor, data: Profile) -> Operator:
    return await access.change_profile(actor, data)


@put(
    "/profile/photo",
    operation_id="set_photo",
    request_max_body_size=limits.PHOTO_BYTES_MAX,
    operation_class=PictureBody,
    responses=problems(*SIGNED_IN, 413, 415),
    summary="Set one's own photo",
)
async def set_photo(request: AnyRequest, access: Access, actor: Actor) -> Operator:
    """The body is the picture itself: JPEG, PNG, WebP, GIF or AVIF. It is shown as a circle, without metadata."""
    image = await request.body()
    if not image:
        raise Unsupported("the body is the picture")
    return await access.set_photo(actor, image)


@delete(
    "/profile/photo",
    operation_id="delete_photo",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="Take one's own photo away",
)
async def delete_photo(access: Access, actor: Actor) -> Operator:
    return await access.set_photo(actor, b"")


@route("/photos/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)
async def get_photo(access: Access, name: Annotated[str, Parameter(max_length=64)]) -> Response[bytes]:
    """Public: customers see who answers them. The address changes with the picture."""
    image = await access.get_photo(name.removesuffix(".webp"))
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cross-origin-resource-policy": "cross-origin",
    }
    return Response(image, headers=headers, media_type="image/webp")


@post(
    "/profile/password",
    operation_id="change_password",
    status_code=204,
    responses=problems(*SIGNED_IN),
    summary="Change one's own password",
)
async def change_password(access: Access, actor: Actor, data: PasswordChange) -> None:
    await access.change_password(actor, data.current, data.password)


@get("/operators", operation_id="list_operators", responses=problems(*SIGNED_IN), summary="Operators by name")
async def list_operators(access: Access, actor: Actor) -> list[Operator]:
    return await access.list_operators(actor.workspace_id)


@post("/operators", operation_id="invite_operator", responses=problems(*SIGNED_IN, 409), summary="Invite an operator")
async def invite_operator(access: Access, actor: Actor, data: NewOperator) -> Invited:
    operator, secret = await access.invite(actor, data)
    return Invited(operator, access.links.url(secret), access.links.sends_mail)


@patch(
    "/operators/{operator_id:uuid}",
    operation_id="change_operator",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Change an operator",
)
async def change_operator(access: Access, actor: Actor, operator_id: UUID, data: OperatorChange) -> Operator:
    return await access.change_operator(actor, operator_id, data)


@post(
    "/operators/{operator_id:uuid}/link",
    operation_id="relink_operator",
    responses=problems(*SIGNED_IN, 404),
    summary="A fresh one-time link for an operator",
)
async def relink_operator(access: Access, actor: Actor, operator_id: UUID) -> Invited:
    operator, secret = await access.relink(actor, operator_id)
    return Invited(operator, access.links.url(secret), access.links.sends_mail)


@get("/teams", operation_id="list_teams", responses=problems(*SIGNED_IN), summary="Teams by name")
async def list_teams(access: Access, actor: Actor) -> list[Team]:
    return await access.list_teams(actor.workspace_id)


@post("/teams", operation_id="create_team", responses=problems(*SIGNED_IN, 409), summary="Create a team")
async def create_team(access: Access, actor: Actor, data: NewTeam) -> Team:
    return await access.create_team(actor, data.name)


@patch(
    "/teams/{team_id:int}",
    operation_id="rename_team",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Rename a team",
)
async def rename_team(access: Access, actor: Actor, team_id: TeamId, data: NewTeam) -> Team:
    return await access.rename_team(actor, team_id, data.name)


@get("/api-keys", operation_id="list_api_keys", responses=problems(*SIGNED_IN), summary="API keys, without secrets")
async def list_api_keys(access: Access, actor: Actor) -> list[ApiKey]:
    return await access.api_keys.list_keys(actor)


@post("/api-keys", operation_id="create_api_key", responses=problems(*SIGNED_IN, 409), summary="Create an API key")
async def create_api_key(access: Access, actor: Actor, data: NewApiKey) -> CreatedApiKey:
    return await access.api_keys.create(actor, data)


@delete(
    "/api-keys/{key_id:uuid}",
    operation_id="delete_api_key",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete an API key",
)
async def delete_api_key(access: Access, actor: Actor, key_id: UUID) -> None:
    await access.api_keys.delete(actor, key_id)


@get("/roles", operation_id="list_roles", responses=problems(*SIGNED_IN), summary="Roles of the company's own")
async def list_roles(access: Access, actor: Actor) -> list[CustomRole]:
    return await access.roles.list_roles(actor)


@post("/roles", operation_id="create_role", responses=problems(*SIGNED_IN, 409), summary="Make a role")
async def create_role(access: Access, actor: Actor, data: NewCustomRole) -> CustomRole:
    return await access.roles.create(actor, data)


@put(
    "/roles/{role_id:int}",
    operation_id="change_role",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Change a role",
)
async def change_role(access: Access, actor: Actor, role_id: TeamId, data: NewCustomRole) -> CustomRole:
    """Whoever has it works with the new rights from now on."""
    return await access.roles.change(actor, role_id, data)


@delete(
    "/roles/{role_id:int}",
    operation_id="delete_role",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Delete a role",
)
async def delete_role(access: Access, actor: Actor, role_id: TeamId) -> None:
    await access.roles.delete(actor, role_id)


@get("/audit", operation_id="list_audit", responses=problems(*SIGNED_IN), summary="The audit log, newest first")
async def list_audit(
    access: Access,
    actor: Actor,
    operator: UUID | None = None,
    action: Annotated[str, Parameter(max_length=100, pattern=r"^[a-z_.]*$")] = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: UUID | None = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
) -> AuditPage:
    values: dict[str, Any] = {"operator": operator, "action": action, "since": _aware(since), "until": _aware(until)}
    return await access.audit.list_entries(actor, **values, cursor=cursor, limit=limit)


def _aware(at: datetime | None) -> datetime | None:
    """Without a zone it is UTC."""
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


@get("/audit/actions", operation_id="list_audit_actions", responses=problems(*SIGNED_IN), summary="Actions in the log")
async def list_audit_actions(access: Access, actor: Actor) -> list[str]:
    return await access.audit.list_actions(actor)


@get(
    "/audit/export",
    operation_id="export_audit",
    responses=problems(*SIGNED_IN),
    media_type="text/csv",
    summary="The audit log as CSV",
)
async def export_audit(access: Access, actor: Actor) -> Stream:
    pieces = await access.audit.export(actor)
    headers = {"content-disposition": 'attachment; filename="audit.csv"', "cache-control": "no-store"}
    return Stream(pieces, media_type="text/csv; charset=utf-8", headers=headers)


ROUTER = Router(
    "/",
    tags=["access"],
    route_handlers=[
        *(get_session_options, ask_password_reset, list_sessions, end_session, end_other_sessions),
        *(get_session, login, logout, get_link, use_link, get_workspace, change_workspace),
        *(
            change_profile,
            set_photo,
            delete_photo,
            change_password,
            list_operators,
            invite_operator,
            change_operator,
            relink_operator,
        ),
        *(list_roles, create_role, change_role, delete_role, list_audit, list_audit_actions, export_audit),
        *(list_teams, create_team, rename_team, list_api_keys, create_api_key, delete_api_key),
    ],
)
OUTSIDE = Router("/", route_handlers=[get_photo])
