"""Secrets, what is kept how long, and what is done with a person's data."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from okno.conversations.bodies import SecretPurpose
from okno.kit import limits
from okno.kit.wire import NO_NUL, RAW, Answer, Wire

SecretLabel = Annotated[str, Meta(max_length=limits.SECRET_LABEL_LEN_MAX, pattern=NO_NUL)]
SecretText = Annotated[str, Meta(min_length=1, max_length=limits.SECRET_LEN_MAX, pattern=NO_NUL, extra=RAW)]


class NewSecret(Wire, frozen=True):
    """Ask the customer of a conversation for something nobody but permitted operators may read."""

    purpose: SecretPurpose
    label: SecretLabel = ""


class SecretValue(Wire, frozen=True):
    """What the customer has put into the masked field."""

    value: SecretText


class AskedSecret(Answer, frozen=True):
    """The event that asks stands under `seq`; the value is destroyed at `expires_at`."""

    id: UUID
    conversation: UUID
    seq: int
    expires_at: datetime


class RevealedSecret(Answer, frozen=True):
    """Shown to one operator for a moment, and written into the audit log."""

    value: str
    given_at: datetime
    expires_at: datetime


class Hold(Answer, frozen=True):
    """Why nothing of a person may be erased."""

    reason: str
    created_by: str
    created_at: datetime


class PersonState(Answer, frozen=True):
    """What has been decided on a person's data."""

    contact: UUID
    erased_at: datetime | None
    hold: Hold | None


class NewHold(Wire, frozen=True):
    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]


class NewRetention(Wire, frozen=True):
    """Conversations of an inbox, of a label, of both, or all, are erased so many days after they were closed."""

    days: Annotated[int, Meta(ge=1, le=limits.RETENTION_DAYS_MAX)]
    inbox: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    label: Annotated[str, Meta(max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)] = ""
    enabled: bool = False


class Retention(Answer, frozen=True):
    """A policy, when it was last run and how many conversations it has erased."""

    id: int
    inbox: int | None
    label: str
    days: int
    enabled: bool
    run_at: datetime | None
    erased: int


class RetentionRun(Answer, frozen=True):
    """What a policy would do now: conversations it would erase, and those a legal hold keeps."""

    due: int
    held: int
    oldest: datetime | None


class PrivacySettings(Answer, frozen=True):
    """`secret_hours`: so long a value of a masked field is kept; `audit_days`: so long an entry of the log."""

    secret_hours: int
    audit_days: int


class PrivacySettingsChange(Wire, frozen=True):
    secret_hours: Annotated[int, Meta(ge=1, le=720)]
    audit_days: Annotated[int, Meta(ge=30, le=3650)]
