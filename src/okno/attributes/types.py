"""Attributes a company defines for its contacts and conversations."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Name, Wire

Subject = Literal["contact", "conversation"]
AttributeType = Literal["text", "number", "date", "choice", "flag", "link"]
"""`flag` is yes or no; `link` an http or https address."""

AttributeKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[str, Meta(max_length=limits.ATTRIBUTE_LEN_MAX, pattern=NO_NUL)]
Choices = Annotated[list[Name], Meta(max_length=limits.CHOICES_MAX)]
Place = Annotated[int, Meta(ge=0, le=limits.ATTRIBUTES_MAX)]


class Attribute(Answer, frozen=True):
    """A definition. `key` is its name in templates and in the API, and never changes; `place` orders the card."""

    id: int
    subject: Subject
    key: str
    name: str
    type: AttributeType
    choices: list[str]
    place: int


class NewAttribute(Wire, frozen=True):
    subject: Subject
    key: AttributeKey
    name: Name
    type: AttributeType
    choices: Choices = []
    place: Place = 0


class AttributeChange(Wire, frozen=True):
    """A type stays what it is: values were checked by it."""

    name: Name | UnsetType = UNSET
    choices: Choices | UnsetType = UNSET
    place: Place | UnsetType = UNSET


class AttributeValue(Answer, frozen=True):
    """`value` is canonical text: `12.5`, `2026-11-25`, `true`; what is not set is left out."""

    key: str
    value: str


class ValueChange(Wire, frozen=True):
    """Empty takes the value away."""

    value: Value
