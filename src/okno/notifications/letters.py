"""The letters and pushes of this slice, in Russian and English: pure."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from okno.notifications.types import AlertClass


class Said(NamedTuple):
    """A message the customer has not seen: who, when (as a clock shows it to him), text and names of files."""

    author: str
    at: str
    text: str
    files: Sequence[str]


class Unseen(NamedTuple):
    """`title` is what the site's chat calls itself; `more`: so many earlier ones are only in the chat."""

    title: str
    said: Sequence[Said]
    more: int
    url: str
    stop_url: str


class Waiting(NamedTuple):
    """A line of an operator's letter."""

    alert_class: AlertClass
    name: str
    detail: str
    url: str


_UNSEEN = {
    "ru": {
        "subject": "{title}: вам ответили",
        "intro": "Вам ответили в чате:",
        "more": "Ещё сообщений в чате: {more}",
        "open": "Открыть разговор",
        "why": "Письмо пришло, потому что в чате указали этот адрес. Ссылка действует {days} дней и открывает разговор "
        "тому, у кого это письмо: не пересылайте её.",
        "stop": "Больше не писать на этот адрес",
        "file": "Файл",
        "author": "Оператор",
    },
    "en": {
        "subject": "{title}: you have an answer",
        "intro": "You were answered in the chat:",
        "more": "More messages in the chat: {more}",
        "open": "Open the conversation",
        "why": "You get this because the address was given in the chat. The link works for {days} days and opens "
        "the conversation to whoever has this letter: do not forward it.",
        "stop": "No more letters to this address",
        "file": "File",
        "author": "Operator",
    },
}
_ALERT: dict[str, dict[AlertClass, str]] = {
    "ru": {
        "message": "Новое сообщение",
        "queue": "Новый разговор ждёт ответа",
        "offer": "Вам предлагают разговор",
        "missed": "Вы не приняли разговор",
        "assigned": "Вам передали разговор",
        "mention": "Вас упомянули",
        "task": "Пора сделать",
        "snooze": "Разговор вернулся из отложенных",
        "sla_warning": "Срок ответа подходит",
        "sla_breach": "Срок ответа прошёл",
        "promise": "Обещанный ответ под угрозой",
        "calls_stopped": "Исходящие звонки остановлены: достигнут предел",
    },
    "en": {
        "message": "New message",
        "queue": "A new conversation waits",
        "offer": "You are offered a conversation",
        "missed": "You did not take a conversation",
        "assigned": "A conversation was handed to you",
        "mention": "You were mentioned",
        "task": "A task is due",
        "snooze": "A snoozed conversation is back",
        "sla_warning": "An answer is due soon",
        "sla_breach": "An answer is overdue",
        "promise": "A promised answer is at risk",
        "calls_stopped": "Outgoing calls were stopped: a bound was reached",
    },
}
_ALERTS = {
    "ru": ("okno: ждёт вас: {n}", "Здравствуйте, {name}!\n\nЭто ждёт вас в okno:\n", "Какие письма приходят:"),
    "en": (
        "okno: waiting for you: {n}",
        "Hello {name},\n\nthis waits for you in okno:\n",
        "Choose which letters you get:",
    ),
}
_PUSH = {
    "ru": ("Вам ответили", "Файл", "Проверка: уведомления доходят"),
    "en": ("You have an answer", "File", "Test: notifications arrive"),
}
_HTML = (
    '<div style="font:15px/1.5 system-ui,sans-serif;color:#1c1d21;max-width:560px">{body}'
    '<p style="margin:24px 0"><a href="{url}" style="display:inline-block;padding:10px 18px;border-radius:8px;'
    'background:#2c49c6;color:#fff;text-decoration:none">{open}</a></p>'
    '<p style="font-size:12px;color:#64656d">{why}<br><a href="{stop_url}" style="color:#64656d">{stop}</a></p></div>'
)


def render_unseen(unseen: Unseen, locale: str, days: int) -> tuple[str, str, str]:
    """Subject, text and HTML of the letter to a customer."""
    words = {k: v.format(title=unseen.title, more=unseen.more, days=days) for k, v in _UNSEEN[locale].items()}
    lines, blocks = [words["intro"], ""], [f"<p>{escape(words['intro'])}</p>"]
    if unseen.more:
        lines += [words["more"], ""]
        blocks.append(f'<p style="color:#64656d">{escape(words["more"])}</p>')
    for said in unseen.said:
        head = f"{said.author or words['author']}, {said.at}"
        body = [*([said.text] if said.text else []), *(f"[{words['file']}: {name}]" for name in said.files)]
        lines += [f"{head}:", *body, ""]
        inner = "<br>".join(escape(line) for part in body for line in part.split("\n"))
        blocks.append(
            f'<div style="margin:0 0 12px"><div style="font-size:12px;color:#64656d">{escape(head)}</div>'
            f'<div style="padding:8px 12px;border-radius:10px;background:#f3f1ec">{inner}</div></div>'
        )
    lines += [f"{words['open']}: {unseen.url}", "", words["why"], f"{words['stop']}: {unseen.stop_url}", ""]
    ends = {"url": escape(unseen.url), "stop_url": escape(unseen.stop_url)}
    html = _HTML.format(body="".join(blocks), **ends, **{k: escape(words[k]) for k in ("open", "why", "stop")})
    return words["subject"], "\n".join(lines), html


def render_answer(title: str, said: Said, count: int, locale: str) -> tuple[str, str]:
    """Title and text of a customer's push."""
    head, file, _ = _PUSH[locale]
    text = said.text or (f"{file}: {said.files[0]}" if said.files else head)
    more = f" (+{count - 1})" if count > 1 else ""
    return f"{said.author or title}{more}", text


def render_alert(alert_class: AlertClass, name: str, text: str, locale: str) -> tuple[str, str]:
    """Title and text of an operator's push."""
    what = _ALERT[locale][alert_class]
    return (name or what, f"{what}: {text}" if text and name else what if name else text)


def render_test(locale: str) -> tuple[str, str]:
    return "okno", _PUSH[locale][2]


def render_waiting(name: str, waiting: Sequence[Waiting], more: int, settings_url: str, locale: str) -> tuple[str, str]:
    """Subject and text of an operator's letter about what he has not read."""
    subject, intro, end = _ALERTS[locale]
    lines = [intro.format(name=name)]
    for one in waiting:
        about = ", ".join(part for part in (one.name, one.detail) if part)
        lines += [f"- {_ALERT[locale][one.alert_class]}{': ' if about else ''}{about}", f"  {one.url}"]
    if more:
        lines.append(f"+ {more}")
    return subject.format(n=len(waiting) + more), "\n".join([*lines, "", f"{end} {settings_url}", ""])
