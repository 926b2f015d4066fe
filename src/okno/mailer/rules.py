"""Pure decisions on system mail: the server's address, the message, when to try again."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from okno.kit.errors import OknoError
from okno.mailer.types import Letter, SmtpServer

PORTS: Final = {"smtp": 587, "smtps": 465}
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
RETRY_S: Final = 15.0  # doubling: a link is of use for hours, a server's hiccup takes minutes


class WrongMailServer(OknoError):
    """`OKNO_SMTP_URL` or `OKNO_SMTP_FROM` cannot be used; `detail` says why."""

    slug, title = "wrong-mail-server", "The mail server's address is not right"


def parse_smtp_url(url: str, sender: str, *, public_url: str = "") -> SmtpServer:
    """`smtp://user:password@host:port` or `smtps://…`. Raises `WrongMailServer`.

    STARTTLS where offered; demanded as soon as a password travels to another machine; `?starttls=no` for a relay
    inside one's own network.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise WrongMailServer("it is smtp://user:password@host:587 or smtps://user:password@host:465") from None
    if not parts.hostname:
        raise WrongMailServer("the host is missing: smtp://user:password@host:587")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    asked = parse_qs(parts.query).get("starttls", [""])[0]
    if asked not in ("", "no", "yes"):
        raise WrongMailServer("starttls is yes or no")
    start_tls = True if asked == "yes" or (user and parts.hostname not in LOCAL) else None
    if asked == "no":
        start_tls = False
    chosen = sender or (user if "@" in user else f"okno@{urlsplit(public_url).hostname or 'localhost'}")
    if "@" not in parseaddr(chosen)[1] or any(c in chosen for c in "\r\n"):
        raise WrongMailServer(f"OKNO_SMTP_FROM is no address: {chosen}")
    tls = parts.scheme == "smtps"
    return SmtpServer(parts.hostname, port, user, password, chosen, tls, False if tls else start_tls)


def render_message(letter: Letter, sender: str, message_id: str, at: datetime) -> EmailMessage:
    """What is given to the mail server. Automatic replies must not answer it (RFC 3834)."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    for name, value in letter.headers.items():
        message[name] = " ".join(value.split())
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for file in letter.enclosures:
        maintype, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
    return message


def next_try(tries: int, now: datetime) -> datetime:
    """When a letter that failed `tries` times is tried again."""
    return now + timedelta(seconds=RETRY_S * 2 ** (tries - 1))
