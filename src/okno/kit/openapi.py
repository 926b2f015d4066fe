"""What every route says about its errors."""

from litestar.openapi.datastructures import ResponseSpec

from okno.kit.errors import Problem

_MEANING = {
    400: "The request could not be read",
    401: "Not signed in",
    403: "A right is missing, or the CSRF header",
    404: "Not there, or not yours",
    409: "It has changed meanwhile",
    412: "Another version of the upload protocol: Tus-Resumable is 1.0.0",
    413: "Larger than allowed",
    415: "This type is not accepted",
    416: "The range lies outside of the file",
    422: "A field is not right",
    429: "Too many at once",
    503: "Storage does not answer; nothing was stored",
}
ALWAYS = (400, 422, 503)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """`responses=` of a route: its own problems and those any route may answer."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            description=_MEANING[status],
            generate_examples=False,
            media_type="application/problem+json",
        )
        for status in sorted({*statuses, *ALWAYS})
    }


SIGNED_IN = (401, 403)
"""Of every route that needs an operator."""
