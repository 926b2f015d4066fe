"""The letters of access, in Russian and English: pure."""

from typing import NamedTuple

from okno.kit import limits


class Reset(NamedTuple):
    """A new password was asked for."""

    to: str
    name: str
    workspace: str
    locale: str


class Invitation(NamedTuple):
    """`by` invites to the workspace."""

    to: str
    name: str
    by: str
    workspace: str
    locale: str


_RESET = {
    "ru": (
        "Новый пароль для {workspace}",
        (
            "Здравствуйте, {name}!\n\nКто-то, вероятно вы, запросил новый пароль для входа в {workspace}.\n"
            "Задать его можно по ссылке:\n\n{url}\n\nСсылка действует {hours} ч. и открывается один раз.\n"
            "Если вы ничего не запрашивали, просто удалите это письмо: пароль остался прежним.\n"
        ),
    ),
    "en": (
        "A new password for {workspace}",
        (
            "Hello {name},\n\nsomebody, probably you, asked for a new password to sign in to {workspace}.\n"
            "Choose it here:\n\n{url}\n\nThe link works for {hours} hours, once.\n"
            "If it was not you, delete this letter: your password is what it was.\n"
        ),
    ),
}
_INVITATION = {
    "ru": (
        "Приглашение в {workspace}",
        (
            "Здравствуйте, {name}!\n\n{by} приглашает вас отвечать клиентам в {workspace}.\n"
            "Чтобы начать, задайте пароль:\n\n{url}\n\nСсылка действует {hours} ч. и открывается один раз.\n"
        ),
    ),
    "en": (
        "An invitation to {workspace}",
        (
            "Hello {name},\n\n{by} invites you to answer customers in {workspace}.\n"
            "Choose a password to begin:\n\n{url}\n\nThe link works for {hours} hours, once.\n"
        ),
    ),
}


def render_letter(cause: Reset | Invitation, url: str) -> tuple[str, str]:
    """Subject and text in the reader's language."""
    subject, text = (_RESET if isinstance(cause, Reset) else _INVITATION)[cause.locale]
    words = {**cause._asdict(), "url": url, "hours": limits.LINK_HOURS}
    return subject.format(**words), text.format(**words)
