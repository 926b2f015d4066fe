"""What every route says about its errors."""

from typing import ClassVar

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

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


class BytesBody(Operation):
    """Of an operation whose body is bytes and no JSON."""

    content_type: ClassVar[str] = "application/octet-stream"

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, content_media_type=self.content_type)
        self.request_body = RequestBody(content={self.content_type: OpenAPIMediaType(schema=schema)}, required=True)
