"""Pure decisions on templates: variables, scope."""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from okno.access.types import Actor
from okno.kit import limits
from okno.kit.errors import Invalid

BUILT_IN = (
    *("contact.name", "contact.first_name", "contact.email", "contact.phone"),
    *("operator.name", "operator.first_name", "workspace.name"),
    *("conversation.labels", "conversation.channel"),
)
"""Variables of every company; those of attributes come to them."""

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "contact.name": "Мария Соколова",
        "contact.first_name": "Мария",
        "contact.email": "maria@example.com",
        "contact.phone": "+79001234567",
        "conversation.labels": "доставка",
        "conversation.channel": "сайт",
    },
    "en": {
        "contact.name": "Mary Falcon",
        "contact.first_name": "Mary",
        "contact.email": "mary@example.com",
        "contact.phone": "+442079460000",
        "conversation.labels": "delivery",
        "conversation.channel": "site",
    },
}
"""The example customer of a preview."""

PLACE = re.compile(
    r"\{\{\s*([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)\s*(?:\|\s*([^{}|]{0,"
    + str(limits.VARIABLE_DEFAULT_LEN_MAX)
    + r"}?)\s*)?\}\}"
)
"""`{{contact.name}}`, or `{{contact.name | friend}}` with what stands there when nothing is known."""


def variables_of(text: str) -> list[str]:
    """The names a text asks for, each once."""
    return list(dict.fromkeys(name for name, _ in PLACE.findall(text)))


def unknown_of(text: str, known: Iterable[str]) -> list[str]:
    names = set(known)
    return [name for name in variables_of(text) if name not in names]


def fill(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its variables, and the names of those nothing is known of: they stay in their braces."""
    missing: dict[str, None] = {}

    def put(found: re.Match[str]) -> str:
        name, instead = found.group(1), found.group(2)
        if value := values.get(name, ""):
            return value
        if instead:
            return str(instead)
        missing[name] = None
        return f"{{{{{name}}}}}"

    filled = PLACE.sub(put, text)
    return filled[: limits.MESSAGE_TEXT_LEN_MAX], list(missing)


def check_template(name: str, text: str, shortcut: str, known: Iterable[str]) -> None:
    """What an imported line must keep, as the API's types do. Raises `Invalid`."""
    if not name or not text.strip() or len(text) > limits.MESSAGE_TEXT_LEN_MAX:
        raise Invalid(f"a template has a name and a text of at most {limits.MESSAGE_TEXT_LEN_MAX:,} characters")
    if len(shortcut) > limits.SHORTCUT_LEN_MAX or re.search(r"[\s/]", shortcut):
        raise Invalid(f"a shortcut has at most {limits.SHORTCUT_LEN_MAX} characters, no space and no /")
    if unknown := unknown_of(text, known):
        raise Invalid(f"nothing fills {{{{{unknown[0]}}}}}", field="text")


def check_article(title: str, text: str) -> None:
    """Raises `Invalid`."""
    if not title or not text.strip() or len(text) > limits.ARTICLE_LEN_MAX:
        raise Invalid(f"an article has a title and a text of at most {limits.ARTICLE_LEN_MAX:,} characters")


def may_read(actor: Actor, operator_id: UUID | None, team_id: int | None) -> bool:
    """Personal ones are their operator's; a team's are the team's and of whoever sees everything."""
    if operator_id is not None:
        return operator_id == actor.operator_id
    return team_id is None or actor.see_all or team_id in actor.teams


def may_edit(actor: Actor, operator_id: UUID | None, team_id: int | None) -> bool:
    if not may_read(actor, operator_id, team_id):
        return False
    return operator_id is not None or "templates" in actor.permissions
