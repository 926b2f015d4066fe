"""The ASGI application: routers of the slices, dependencies, errors, headers, OpenAPI."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Reference, SecurityScheme

from okno import __version__
from okno.http.errors import HANDLERS
from okno.kit import limits

DESCRIPTION = "Everything the console and the widget do. Errors are application/problem+json (RFC 9457)."
SECURITY: dict[str, SecurityScheme | Reference] = {
    "session": SecurityScheme(type="apiKey", name="okno_session", security_scheme_in="cookie"),
    "api_key": SecurityScheme(type="http", scheme="bearer", description="An API key of the workspace"),
    "visitor": SecurityScheme(type="http", scheme="bearer", description="A visitor token from the socket's welcome"),
}


def make_app(
    *,
    api: Sequence[Router],
    outside: Sequence[Router],
    dependencies: Mapping[str, object],
    providers: Mapping[str, Callable[..., Any]],
    state: Mapping[str, Any],
    before_send: Callable[..., Any] | None = None,
) -> Litestar:
    """`api` goes under /api/v1, `outside` to the root.

    `dependencies` are the slices' doors by parameter name, `providers` make a parameter from the request.
    """

    def provide(value: object) -> Provide:
        return Provide(lambda: value, sync_to_thread=False, use_cache=True)

    return Litestar(
        route_handlers=[
            Router("/api/v1", route_handlers=list(api), security=[{"session": []}, {"api_key": []}]),
            *outside,
        ],
        dependencies={
            **{name: provide(value) for name, value in dependencies.items()},
            **{name: Provide(provider) for name, provider in providers.items()},
        },
        exception_handlers=HANDLERS,
        request_max_body_size=limits.REQUEST_BYTES_MAX,
        state=State(dict(state)),
        openapi_config=OpenAPIConfig(
            title="okno",
            version=__version__,
            description=DESCRIPTION,
            path="/openapi",
            render_plugins=[],  # ours are /openapi.json and /api: theirs load scripts from elsewhere
            use_handler_docstrings=True,
            create_examples=False,
            components=Components(security_schemes=SECURITY),
        ),
        before_send=[before_send] if before_send else None,
        debug=False,
        logging_config=None,
    )
