"""Whatever goes wrong becomes problem+json."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from okno.db.pool import LOST, STORAGE_FULL, unavailable
from okno.http.russian import translated
from okno.kit.errors import Malformed, OknoError, Problem

log = structlog.get_logger()
PROBLEM = "application/problem+json"
AnyRequest = Request[Any, Any, Any]
_TITLES = {
    400: ("malformed", "The request could not be read"),
    401: ("not-signed-in", "Sign in first"),
    403: ("not-allowed", "You have no right to do this"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This address does not take this method"),
    413: ("too-large", "This is larger than allowed"),
    415: ("unsupported", "This type is not accepted"),
    422: ("invalid", "A field is not right"),
    429: ("too-many", "Too many at once, wait a little"),
}


def answer(request: AnyRequest, problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """In Russian for who asks for it by Accept-Language."""
    if request.headers.get("accept-language", "").lower().startswith("ru"):
        problem = translated(problem)
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, media_type=PROBLEM, headers=dict(headers or {})
    )


def on_okno(request: AnyRequest, error: OknoError) -> Response[bytes]:
    return answer(request, error.problem())


def on_malformed(request: AnyRequest, error: Exception) -> Response[bytes]:
    return answer(request, Malformed(f"the body is not valid: {type(error).__name__}").problem())


def on_storage(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.warning("storage does not answer", error=repr(error))
    return answer(request, unavailable(error).problem())


def allowed_methods(request: AnyRequest) -> str:
    """For `Allow`: the methods of the routes whose path matches."""
    path = request.scope["path"].rstrip("/") or "/"
    parts = path.split("/")
    methods: set[str] = set()
    for route in request.app.routes:
        components = route.path.rstrip("/").split("/") or [""]
        if len(components) == len(parts) and all(
            c == p or c.startswith("{") for c, p in zip(components, parts, strict=True)
        ):
            methods |= set(getattr(route, "methods", ()))
    return ", ".join(sorted(methods)) or "GET"


def on_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    status = 422 if isinstance(error, ValidationException) else error.status_code
    if "disconnected prematurely" in (error.detail or ""):
        status = 400  # nobody reads it; the log must not call it our bug
    slug, title = _TITLES.get(status, ("internal", "Something broke on our side"))
    extra = error.extra if isinstance(error.extra, list) else []
    errors = [
        {"field": str(e.get("key", "")), "message": str(e.get("message", ""))} for e in extra if isinstance(e, dict)
    ]
    headers = {**(error.headers or {})}
    if status == 405:  # noqa: PLR2004
        headers["allow"] = allowed_methods(request)
    detail = None if status >= 500 else error.detail  # noqa: PLR2004
    return answer(request, Problem(f"/problems/{slug}", title, status, detail, errors or None), headers)


def on_bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("bug", path=request.scope["path"], exc_info=error)
    return answer(request, OknoError("it was written to the log; try again").problem())


HANDLERS: dict[Any, Callable[..., Response[bytes]]] = {
    OknoError: on_okno,
    HTTPException: on_http,
    UnicodeDecodeError: on_malformed,
    RecursionError: on_malformed,
    msgspec.MsgspecError: on_malformed,
    **{error: on_storage for error in (*LOST, *STORAGE_FULL) if error not in (OSError, ConnectionError, TimeoutError)},
    Exception: on_bug,
}
