"""One root of errors; each is a problem of RFC 9457 on HTTP and on the socket."""

from typing import ClassVar

import msgspec


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 body. `type` is a relative reference into the reference documentation."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[dict[str, str]] | None = None


class OknoError(Exception):
    """The root: `status` and `slug` are fixed by class, `detail` says what to do about it."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something broke on our side"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail

    def problem(self) -> Problem:
        return Problem(type=f"/problems/{self.slug}", title=self.title, status=self.status, detail=self.detail)


class Malformed(OknoError):
    """The payload is not what its content type says."""

    status, slug, title = 400, "malformed", "The request could not be read"


class NotSignedIn(OknoError):
    status, slug, title = 401, "not-signed-in", "Sign in first"


class NotAllowed(OknoError):
    """The actor is known and lacks a permission; `detail` names it."""

    status, slug, title = 403, "not-allowed", "You have no right to do this"


class Blocked(OknoError):
    """He is not let in; nothing tells why, or for how long."""

    status, slug, title = 403, "blocked", "The chat is not available"


class NotFound(OknoError):
    """It does not exist, or it is not yours: the answer is the same."""

    status, slug, title = 404, "not-found", "There is nothing here"


class Conflict(OknoError):
    """The state has moved on since the caller looked."""

    status, slug, title = 409, "conflict", "It has changed meanwhile"


class Stale(Conflict):
    """Somebody has written since the sender last looked; `detail` says who. Nothing was stored."""

    slug, title = "stale", "Somebody wrote meanwhile"


class WrongVersion(OknoError):
    """Of a protocol; `detail` names the one that is spoken here."""

    status, slug, title = 412, "wrong-version", "This version is not spoken here"


class TooLarge(OknoError):
    status, slug, title = 413, "too-large", "This is larger than allowed"


class Unsupported(OknoError):
    status, slug, title = 415, "unsupported", "This type is not accepted"


class OutOfRange(OknoError):
    status, slug, title = 416, "out-of-range", "The range lies outside of the file"


class Invalid(OknoError):
    """Well-formed, but a field breaks a rule."""

    status, slug, title = 422, "invalid", "A field is not right"

    def __init__(self, detail: str | None = None, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field

    def problem(self) -> Problem:
        errors = [{"field": self.field, "message": self.detail or self.title}] if self.field else None
        return Problem(f"/problems/{self.slug}", self.title, self.status, self.detail, errors)


class TooMany(OknoError):
    status, slug, title = 429, "too-many", "Too many at once, wait a little"


class Unavailable(OknoError):
    """Nothing was stored; the same request may be sent again."""

    status, slug, title = 503, "unavailable", "Storage does not answer; send it again"
