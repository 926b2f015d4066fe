"""Workspaces, operators, teams, sessions and keys."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, RAW, Answer, Email, Name, OptionalName, Wire

Role = Literal["owner", "admin", "supervisor", "operator"]
Permission = Literal[
    "conversations",
    "see_all",
    "delete_any",
    "contacts",
    "templates",
    "routing",
    "operators",
    "workspace",
    "api_keys",
    "owners",
    "reveal",
    "block",
    "privacy",
    "audit",
    "reports",
    "supervise",
    "visitors",
    "export",
]
"""What a role may do. `conversations`: read and answer within the scope; `see_all`: the scope is the workspace.

`templates`: write templates and macros for a team or for everybody, and tend the labels. `routing`: skills, queues and
what operators take. `reveal`: see secrets given in masked fields. `block`: refuse people and addresses. `privacy`:
export and erase people, legal holds, retention. `audit`: read the audit log. `reports`: figures of the scope.
`supervise`: look over shoulders, whisper, propose wording. `visitors`: see who is on the site, and invite them.
`export`: take conversations out with their private notes.
"""

COOKIE = "okno_session"
"""Holds the secret of an operator's session."""

_OPERATOR: frozenset[Permission] = frozenset({"conversations", "contacts", "reveal", "visitors"})
_SUPERVISOR: frozenset[Permission] = _OPERATOR | {
    "delete_any",
    "block",
    "templates",
    "routing",
    "reports",
    "supervise",
    "export",
}
_ADMIN: frozenset[Permission] = _SUPERVISOR | {"see_all", "operators", "workspace", "api_keys", "privacy", "audit"}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "operator": _OPERATOR,
    "supervisor": _SUPERVISOR,
    "admin": _ADMIN,
    "owner": _ADMIN | {"owners"},
}

Password = Annotated[
    str, Meta(min_length=limits.PASSWORD_LEN_MIN, max_length=limits.PASSWORD_LEN_MAX, pattern=NO_NUL, extra=RAW)
]
AnyPassword = Annotated[str, Meta(max_length=limits.PASSWORD_LEN_MAX, pattern=NO_NUL, extra=RAW)]
Locale = Literal["ru", "en"]
MediaType = Annotated[str, Meta(max_length=150, pattern=r"^[a-z0-9.+-]+/([a-z0-9.+_-]+|\*)$")]
Theme = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in operator or an API key. `teams` and `see_all` are the scope; `permissions` the rights."""

    workspace_id: int
    operator_id: UUID
    name: str
    role: Role
    permissions: frozenset[str]
    teams: frozenset[int] = field(default_factory=frozenset)
    photo: str = ""
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    address: str = ""

    @property
    def see_all(self) -> bool:
        return "see_all" in self.permissions


class Session(Answer, frozen=True):
    """A browser that is signed in. `seen_at` is exact to five minutes; `current`: the one that asks."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    address: str
    user_agent: str
    current: bool


class SessionOptions(Answer, frozen=True):
    """What the sign-in screen may offer: `password_reset` by e-mail; `first`: nobody can sign in yet."""

    password_reset: bool
    first: bool
    locale: Locale


class NewPasswordReset(Wire, frozen=True):
    email: Email


class PasswordReset(Answer, frozen=True):
    """`mail`: whether this installation sends mail at all; whether somebody has the address is not told."""

    mail: bool


class Login(Wire, frozen=True):
    email: Email
    password: AnyPassword


class Me(Answer, frozen=True):
    """The signed-in operator. `csrf` goes into the header x-csrf-token of every change."""

    operator: "Operator"
    workspace: "Workspace"
    permissions: list[str]
    csrf: str
    secure: bool


class Operator(Answer, frozen=True):
    """`disabled`: may not sign in, his conversations keep his name."""

    id: UUID
    email: str
    name: str
    role: Role
    custom_role: int | None
    photo: str
    teams: list[int]
    locale: Locale
    theme: Theme
    sound: bool
    disabled: bool
    created_at: datetime


class Workspace(Answer, frozen=True):
    """`upload_types` are media types or `image/*`; empty stands for the product's own list."""

    id: int
    name: str
    locale: Locale
    onboarded: bool
    upload_bytes_max: int
    upload_types: list[str]


class WorkspaceChange(Wire, frozen=True):
    name: Name | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    onboarded: bool | UnsetType = UNSET
    upload_bytes_max: Annotated[int, Meta(ge=1, le=limits.UPLOAD_BYTES_MAX)] | UnsetType = UNSET
    upload_types: Annotated[list[MediaType], Meta(max_length=limits.UPLOAD_TYPES_MAX)] | UnsetType = UNSET


class NewOperator(Wire, frozen=True):
    """The answer carries a one-time link: no password ever travels."""

    email: Email
    name: Name
    role: Role = "operator"
    teams: Annotated[list[int], Meta(max_length=limits.TEAMS_MAX)] = []


class OperatorChange(Wire, frozen=True):
    """`custom_role` brings its own rank; null takes it away and leaves the rank. A new `role` takes it away, too."""

    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    custom_role: Annotated[int, Meta(ge=1, le=2**53)] | UnsetType | None = UNSET
    teams: Annotated[list[int], Meta(max_length=limits.TEAMS_MAX)] | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class Profile(Wire, frozen=True):
    name: Name | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET
    sound: bool | UnsetType = UNSET


class PasswordChange(Wire, frozen=True):
    current: AnyPassword
    password: Password


class Invited(Answer, frozen=True):
    """`url` is the one-time link to hand over; shown once. `mailed`: it is on its way by e-mail, too."""

    operator: Operator
    url: str
    mailed: bool


class Link(Answer, frozen=True):
    """What a one-time link is for, shown before it is used."""

    purpose: Literal["first", "invite", "reset"]
    email: str
    name: str


class LinkUse(Wire, frozen=True):
    password: Password
    name: OptionalName = ""
    email: Email | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET


class Team(Answer, frozen=True):
    id: int
    name: str
    operators: int


class NewTeam(Wire, frozen=True):
    name: Name


class ApiKey(Answer, frozen=True):
    id: UUID
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None


class NewApiKey(Wire, frozen=True):
    name: Name
    role: Role = "operator"
    teams: Annotated[list[int], Meta(max_length=limits.TEAMS_MAX)] = []


class CreatedApiKey(Answer, frozen=True):
    """`secret` is shown once; only its hash is kept."""

    key: ApiKey
    secret: str


class CustomRole(Answer, frozen=True):
    """A role of the company's own. `role` is its rank: who may give it, and to whom its holders may give what."""

    id: int
    name: str
    role: Role
    permissions: list[str]
    operators: int


class NewCustomRole(Wire, frozen=True):
    """Rights the giver has not cannot be given."""

    name: Name
    role: Literal["operator", "supervisor", "admin"]
    permissions: Annotated[list[Permission], Meta(max_length=limits.PERMISSIONS_MAX)]


class AuditEntry(Answer, frozen=True):
    """`action` is `thing.done`, or the operation of the API; `subject` what it was about."""

    id: UUID
    at: datetime
    actor: Literal["operator", "api_key", "customer", "system"]
    actor_id: UUID
    actor_name: str
    address: str
    action: str
    subject: str
    detail: str


class AuditPage(Answer, frozen=True):
    """Newest first; `next` is the cursor of the following page, null at the end."""

    entries: list[AuditEntry]
    next: UUID | None
