"""What a browser is given besides the API: the widget, the console, the demo shop, health."""

import gzip
import hashlib
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get, route
from litestar.datastructures import State
from litestar.enums import HttpMethod

from okno.bus.hints import Hints
from okno.db.pool import Database
from okno.http.api_page import CSP, render_api_page
from okno.http.demo import DEMO_CSP, demo_page
from okno.http.metrics import get_metrics
from okno.http.reference import schema_of
from okno.http.static import Asset, Static
from okno.kit.errors import NotFound, OknoError, Unavailable
from okno.kit.openapi import problems
from okno.kit.wire import encode
from okno.visits.api import Visits

AnyRequest = Request[None, None, State]
LOADER_CACHE = "public, max-age=300"
CROSS_ORIGIN = {"cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*"}
CONSOLE_CSP = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'"
)
CHAT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; worker-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
)
METHODS = [HttpMethod.GET, HttpMethod.HEAD]


def _answer(request: AnyRequest, static: Static, asset: Asset, **options: Any) -> Response[bytes]:
    return static.answer(
        asset,
        method=request.method,
        accepts=request.headers.get("accept-encoding", ""),
        known=request.headers.get("if-none-match", ""),
        **options,
    )


@route("/w.js", http_method=METHODS, include_in_schema=False)
async def get_loader(request: AnyRequest, static: Static) -> Response[bytes]:
    return _answer(request, static, static.get("widget/w.js"), headers=CROSS_ORIGIN, cache=LOADER_CACHE)


@route("/w/idle.js", http_method=METHODS, include_in_schema=False)
async def get_idle(request: AnyRequest, static: Static, visits: Visits) -> Response[bytes]:
    """The idle chunk with the widget's configuration in front: one request for both."""
    try:
        config = encode(await visits.get_config(request.query_params.get("key", "")))
    except NotFound:
        config = b"null"
    asset = static.get("widget/idle.js")
    body = b"self.__oknoConfig=" + config.replace(b"<", b"\\u003c") + b";" + asset.body
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    built = asset._replace(body=body, br=None, gz=gzip.compress(body, 9, mtime=0), etag=etag)
    return _answer(request, static, built, headers=CROSS_ORIGIN, cache=LOADER_CACHE)


@route("/w/more.js", http_method=METHODS, include_in_schema=False)
async def get_more(request: AnyRequest, static: Static) -> Response[bytes]:
    """What few pages need: fetched by the idle chunk when they do, cached as the loader is."""
    return _answer(request, static, static.get("widget/more.js"), headers=CROSS_ORIGIN, cache=LOADER_CACHE)


@route("/w/panel.html", http_method=METHODS, include_in_schema=False)
async def get_panel(request: AnyRequest, static: Static, visits: Visits) -> Response[bytes]:
    """The panel may be framed by the domains of its key only; without a list, by any site."""
    _, inbox = await visits.get_by_key(request.query_params.get("key", ""))
    ancestors = " ".join(["'self'", *inbox.domains]) if inbox.domains else "*"
    host = request.headers.get("host", "")
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        f"connect-src 'self' ws://{host} wss://{host}; frame-ancestors {ancestors}; form-action 'none'; base-uri 'none'"
    )
    headers = {"content-security-policy": policy, "referrer-policy": "no-referrer"}
    language = "ru" if request.query_params.get("lang") == "ru" else "en"
    return _answer(request, static, static.get(f"widget/panel.{language}.html"), headers=headers)


@route("/chat/{key:str}", http_method=METHODS, include_in_schema=False)
async def get_chat(request: AnyRequest, static: Static, visits: Visits, key: str) -> Response[bytes]:
    """The chat as a page of its own: where letters and pushes lead, and what an app shows in a web view."""
    await visits.get_by_key(key)
    headers = {"content-security-policy": CHAT_CSP, "referrer-policy": "same-origin", "x-frame-options": "DENY"}
    return _answer(request, static, static.get("widget/chat.html"), headers=headers)


@route(["/sw.js", "/chat/sw.js"], http_method=METHODS, include_in_schema=False)
async def get_service_worker(request: AnyRequest, static: Static) -> Response[bytes]:
    """Shows pushes to consoles and to the chat's page; it caches nothing."""
    return _answer(request, static, static.get("widget/sw.js"))


@route("/w/{path:path}", http_method=METHODS, include_in_schema=False)
async def get_widget_asset(request: AnyRequest, static: Static, path: str) -> Response[bytes]:
    return _answer(request, static, static.get(f"widget/{path.lstrip('/')}"), headers=CROSS_ORIGIN)


@route(["/", "/{path:path}"], http_method=METHODS, include_in_schema=False)
async def get_console(request: AnyRequest, static: Static, path: str = "") -> Response[bytes]:
    """A built file, else the console itself: its router knows the rest."""
    name = path.lstrip("/")
    if name.startswith("api/"):
        raise NotFound("there is no such address in the API")
    if asset := static.assets.get(f"console/{name}"):
        return _answer(request, static, asset)
    if "." in name.rsplit("/", 1)[-1]:
        raise NotFound("there is no such file")
    headers = {"content-security-policy": CONSOLE_CSP, "x-frame-options": "DENY", "referrer-policy": "same-origin"}
    return _answer(request, static, static.get("console/index.html"), headers=headers)


async def _demo(request: AnyRequest, visits: Visits, path: str) -> Response[str]:
    inboxes = await visits.list_inboxes(request.app.state.workspace_id)
    if not inboxes:
        raise NotFound("there is no site inbox yet")
    language = "en" if request.query_params.get("lang") == "en" else "ru"
    page = demo_page(inboxes[0].key, language, path, request.query_params.get("q", "")[:100])
    return Response(page, headers={"cache-control": "no-cache", "content-security-policy": DEMO_CSP})


@get("/demo", include_in_schema=False, media_type=MediaType.HTML)
async def get_demo(request: AnyRequest, visits: Visits) -> Response[str]:
    """A shop with the widget of the first inbox."""
    return await _demo(request, visits, "")


@get("/demo/{page:path}", include_in_schema=False, media_type=MediaType.HTML)
async def get_demo_page(request: AnyRequest, visits: Visits, page: str) -> Response[str]:
    """A lamp or a section of the shop."""
    return await _demo(request, visits, page.strip("/"))


@get("/openapi.json", include_in_schema=False)
async def get_openapi(request: AnyRequest) -> Response[bytes]:
    """OpenAPI 3.1 of the whole API."""
    body = schema_of(request.app)
    return Response(body, media_type="application/json", headers={"cache-control": "no-cache"})


@get("/api", include_in_schema=False, media_type=MediaType.HTML)
async def get_api_page(request: AnyRequest) -> Response[str]:
    """The same for people."""
    page = render_api_page(msgspec.json.decode(schema_of(request.app)))
    headers = {"content-security-policy": CSP, "cache-control": "no-cache", "referrer-policy": "no-referrer"}
    return Response(page, headers=headers)


@get("/healthz", operation_id="get_health", tags=["health"], security=[{}], summary="The process lives")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@get(
    "/readyz",
    operation_id="get_ready",
    tags=["health"],
    security=[{}],
    responses=problems(),
    summary="The database takes writes",
)
async def get_ready(database: Database, hints: Hints) -> dict[str, str]:
    """What balancers and deployments ask. 503 when the database is away, read-only or out of disk.

    `hints`: how other processes are told: `none` when this one is alone, `nats`, or `database` while NATS is away:
    slower, nothing is lost.
    """
    try:
        await database.execute("INSERT INTO readiness (at) VALUES (now()) ON CONFLICT (id) DO UPDATE SET at = now()")
    except OknoError:
        raise
    except Exception as error:
        raise Unavailable(f"the database refuses writes: {type(error).__name__}") from error
    return {"status": "ok", "hints": "none" if not hints.shared else "nats" if hints.connected else "database"}


ROUTER = Router(
    "/",
    route_handlers=[
        *(
            get_loader,
            get_idle,
            get_more,
            get_panel,
            get_chat,
            get_service_worker,
            get_widget_asset,
            get_console,
            get_demo,
            get_demo_page,
            get_openapi,
            get_api_page,
            get_health,
            get_ready,
            get_metrics,
        ),
    ],
)
