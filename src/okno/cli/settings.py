"""Settings: OKNO_* in the environment, then one TOML file, then the defaults here."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from okno.db.embedded import default_home
from okno.kit import limits
from okno.kit.errors import OknoError


class WrongSettings(OknoError):
    """A setting cannot be used; `detail` names it."""

    slug, title = "wrong-settings", "A setting is not right"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting; its environment name is OKNO_ and the field's in capitals."""

    data: Annotated[str, Meta(description="Folder of the embedded database, files and keys")] = ""
    host: Annotated[str, Meta(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on")] = 8000
    public_url: Annotated[str, Meta(description="Address customers and operators use; default from host and port")] = ""
    database_url: Annotated[str, Meta(description="PostgreSQL 16 or newer instead of the embedded one")] = ""
    processes: Annotated[
        int, Meta(ge=1, le=limits.PROCESSES_MAX, description="How many processes serve the port; they talk by NATS")
    ] = 1
    nats_url: Annotated[
        str, Meta(description="nats://host:4222 where several processes serve one database; several with commas")
    ] = ""
    files_url: Annotated[
        str, Meta(description="s3://, gs:// or az:// for uploaded files instead of the data folder")
    ] = ""
    flood_limits: Annotated[
        bool, Meta(description="Visitors who write faster than people are held up; off for load tests")
    ] = True
    trusted_proxies: Annotated[str, Meta(description="Comma-separated addresses whose X-Forwarded-* is believed")] = ""
    tls_cert: Annotated[str, Meta(description="PEM chain; with tls_key okno speaks TLS itself")] = ""
    tls_key: Annotated[str, Meta(description="PEM key")] = ""
    smtp_url: Annotated[
        str, Meta(description="smtp[s]://user:password@host:port for system mail: lost passwords, invitations")
    ] = ""
    smtp_from: Annotated[str, Meta(description="Sender of system mail; default the user of OKNO_SMTP_URL")] = ""
    push_hosts: Annotated[
        str, Meta(description="Comma-separated hosts of push services besides those of the browsers' makers")
    ] = ""
    connect_networks: Annotated[
        str, Meta(description="Comma-separated private networks that connectors to own systems may call, 10.1.0.0/16")
    ] = ""
    geoip_db: Annotated[str, Meta(description="File .mmdb that knows cities by address: the place of a visitor")] = ""
    metrics_token: Annotated[
        str, Meta(description="Whoever sends it as a bearer token may read /metrics; without one nobody may")
    ] = ""
    telephony: Annotated[bool, Meta(description="serve starts the Asterisk that `okno telephony install` brought")] = (
        True
    )
    sip_host: Annotated[
        str, Meta(description="Address softphones and telephone providers reach; the loopback: only this machine")
    ] = "127.0.0.1"
    sip_port: Annotated[int, Meta(ge=0, le=65535, description="Its port; 0: a free one, on the loopback only")] = 0
    sip_public: Annotated[str, Meta(description="The address others know this machine by, behind a router")] = ""
    locale: Annotated[str, Meta(description="Language of a new workspace: ru or en", pattern="^(ru|en)$")] = "ru"
    log_level: Annotated[str, Meta(description="debug, info, warning or error")] = "info"
    worker: Annotated[bool, Meta(description="serve starts a process for slow work; false where others run")] = True
    shared_buffers: Annotated[str, Meta(description="Memory of the embedded database")] = "256MB"

    @property
    def url(self) -> str:
        """The public address without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"{'https' if self.tls_cert else 'http'}://{host}:{self.port}"

    @property
    def home(self) -> Path:
        return Path(self.data)


SECRET = frozenset({"database_url", "smtp_url", "nats_url", "metrics_token"})


def load_settings(environ: Mapping[str, str] | None = None, *, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Raises `WrongSettings` naming the field. The file is OKNO_CONFIG, else okno.toml in the data folder."""
    environ = os.environ if environ is None else environ
    data = str(default_home(environ, os.geteuid()))
    file = Path(environ.get("OKNO_CONFIG") or Path(data) / "okno.toml")
    values: dict[str, Any] = {"data": data}
    try:
        if file.is_file():
            values |= tomllib.loads(file.read_text(encoding="utf-8"))
        elif "OKNO_CONFIG" in environ:
            raise WrongSettings(f"OKNO_CONFIG names {file}, which is not there")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, PermissionError) as error:
        raise WrongSettings(f"{file}: {error}") from None
    names = set(Settings.__struct_fields__)
    if unknown := set(values) - names:
        raise WrongSettings(f"{file}: there is no setting {min(unknown)}")
    values |= {n: environ[f"OKNO_{n.upper()}"] for n in names if f"OKNO_{n.upper()}" in environ}
    values |= {n: v for n, v in (overrides or {}).items() if v is not None}
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise WrongSettings(str(error)) from None


def describe(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Name in the environment, value (secrets masked), default and meaning of every setting."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = Settings()
    rows = []
    for name in Settings.__struct_fields__:
        value = str(getattr(settings, name))
        meaning = hints[name].__metadata__[0].description
        shown = "(set)" if name in SECRET and value else value
        rows.append((f"OKNO_{name.upper()}", shown, str(getattr(defaults, name)), meaning))
    return rows
