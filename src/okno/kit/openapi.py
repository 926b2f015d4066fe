"""What every route says about its errors, and the parameters many of them take."""

from typing import Annotated, Any, ClassVar

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import Parameter

from okno.kit import limits
from okno.kit.errors import Problem
from okno.kit.wire import NO_NUL

# Litestar checks the bounds of `Parameter`; those of msgspec's `Meta` on a parameter it only describes.
Anchor = Annotated[int | None, Parameter(ge=0, le=2**53 - 1)]
PageLimit = Annotated[int, Parameter(ge=1, le=limits.PAGE_MAX)]
LabelQuery = Annotated[str | None, Parameter(min_length=1, max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]
LabelsQuery = Annotated[
    list[Annotated[str, Parameter(min_length=1, max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]] | None,
    Parameter(max_items=limits.LABELS_PER_CONVERSATION_MAX),
]
NumberQuery = Annotated[int | None, Parameter(ge=0, le=2**53 - 1)]
CursorQuery = Annotated[str | None, Parameter(max_length=200, pattern=r"^[A-Za-z0-9_-]*$")]

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

    def __init__(self, **others: Any) -> None:
        schema = Schema(type=OpenAPIType.STRING, content_media_type=self.content_type)
        body = RequestBody(content={self.content_type: OpenAPIMediaType(schema=schema)}, required=True)
        super().__init__(**{**others, "request_body": body})


class BytesAnswer(Operation):
    """Of an operation that answers with a file; which type is the request's to choose."""

    content_types: ClassVar[tuple[str, ...]] = ("application/octet-stream",)

    def __init__(self, *, responses: dict[str, OpenAPIResponse | Reference], **others: Any) -> None:
        for status, said in responses.items():
            if status.startswith("2") and isinstance(said, OpenAPIResponse):
                schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
                said.content = {one: OpenAPIMediaType(schema=schema) for one in self.content_types}
        super().__init__(responses=responses, **others)
