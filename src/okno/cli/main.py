"""The command line. Imports of what a command needs stand in the command: `okno --help` is immediate."""

import argparse
import sys
from collections.abc import Callable, Sequence

from okno import __version__
from okno.cli.settings import Settings, describe, load_settings
from okno.kit.errors import OknoError

SERVE_SETTINGS = ("host", "port", "processes", "public_url", "tls_cert", "tls_key")


def parser() -> argparse.ArgumentParser:
    """Every command; `func` of what is parsed does it and gives the exit code."""
    root = argparse.ArgumentParser(prog="okno", description="One window for every conversation with your customers.")
    root.add_argument("--version", action="version", version=f"okno {__version__}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the server")
    for name in SERVE_SETTINGS:
        flag, hint = f"--{name.replace('_', '-')}", f"OKNO_{name.upper()}"
        serve.add_argument(
            flag, dest=name, type=int if name in ("port", "processes") else str, metavar="VALUE", help=f"as {hint}"
        )
    commands.add_parser("worker", help="do slow work; serve starts one of its own unless OKNO_WORKER=false")
    _database_commands(commands)
    _people_commands(commands)
    config = commands.add_parser("config", help="settings").add_subparsers(dest="action", required=True)
    config.add_parser("show", help="every setting, its value and meaning").set_defaults(func=_config)
    commands.add_parser("doctor", help="check this installation").set_defaults(func=_doctor)
    bus = commands.add_parser("bus", help="events whose handling failed").add_subparsers(dest="action", required=True)
    bus.add_parser("parked", help="list them").set_defaults(func=_parked)
    replay = bus.add_parser("replay", help="have the server handle them again")
    replay.add_argument("which", help="a number from `okno bus parked`, or all")
    replay.set_defaults(func=_replay)
    jobs = commands.add_parser("jobs", help="slow work that failed").add_subparsers(dest="action", required=True)
    jobs.add_parser("failed", help="list it").set_defaults(func=_jobs_failed)
    retry = jobs.add_parser("retry", help="have it done again")
    retry.add_argument("which", help="a number from `okno jobs failed`, or all")
    retry.set_defaults(func=_jobs_retry)
    search = commands.add_parser("search", help="the index of messages").add_subparsers(dest="action", required=True)
    search.add_parser("state", help="how many messages it holds and how fresh it is").set_defaults(func=_search_state)
    rebuild = search.add_parser("rebuild", help="make it anew beside the work; goes on where it was stopped")
    rebuild.add_argument("--from-start", action="store_true", help="forget how far an earlier one has come")
    rebuild.set_defaults(func=_search_rebuild)
    phone = commands.add_parser("telephony", help="Asterisk: calls").add_subparsers(dest="action", required=True)
    brought = phone.add_parser(
        "install", help="choose the system's Asterisk, or bring one; nothing of the system changes"
    )
    brought.add_argument("--mirror", default="", help="of Debian's archive; default the one of this machine's apt")
    brought.set_defaults(func=_phone_install)
    phone.add_parser("rollback", help="to the one before the last install").set_defaults(func=_phone_rollback)
    phone.add_parser("check", help="whether it is there, which version, and whether it starts").set_defaults(
        func=_phone_check
    )
    demo = commands.add_parser("demo", help="an example shop").add_subparsers(dest="action", required=True)
    load = demo.add_parser("load", help="5 operators, 300 contacts, 2,000 dialogues over 60 days")
    load.add_argument("--locale", choices=("ru", "en"), help="default: the workspace's language")
    load.add_argument("--conversations", type=int, default=2_000, help="how many dialogues")
    load.set_defaults(func=_demo_load)
    demo.add_parser("clear", help="remove it without a trace").set_defaults(func=_demo_clear)
    return root


def _database_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    db = commands.add_parser("db", help="the database's schema").add_subparsers(dest="action", required=True)
    db.add_parser("migrate", help="bring the schema up to date; serve does it, too").set_defaults(func=_migrate)
    db.add_parser("status", help="which migrations are applied").set_defaults(func=_status)
    for name, text in (("backup", "write database, files and keys to one file"), ("restore", "from such a file")):
        command = commands.add_parser(
            name, help=text, description="The passphrase is OKNO_BACKUP_PASSPHRASE, else asked for."
        )
        command.add_argument("file", help="the archive, a tar file")
        command.set_defaults(func=_backup if name == "backup" else _restore)
    upgrade = commands.add_parser("upgrade-database", help="from an older PostgreSQL; the old folder is kept")
    upgrade.set_defaults(func=_upgrade)


def _people_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    admin = commands.add_parser("admin", help="people who sign in").add_subparsers(dest="action", required=True)
    create = admin.add_parser("create", help="invite somebody; prints a one-time link")
    create.add_argument("email", help="what the person signs in with")
    create.add_argument("--name", default="", help="shown to customers")
    create.add_argument("--role", choices=("owner", "admin", "supervisor", "operator"), default="owner")
    create.set_defaults(func=_admin_create)
    reset = admin.add_parser("reset-password", help="a one-time link to choose a new password")
    reset.add_argument("email", help="of the person")
    reset.set_defaults(func=_admin_reset)
    link = admin.add_parser("link", help="the link of the first administrator, while nobody can sign in")
    link.set_defaults(func=_admin_link)


def run(
    serve: Callable[[Settings], None],
    worker: Callable[[Settings], None],
    arguments: Sequence[str] | None = None,
) -> None:
    """Do what the arguments say; exit code 1 and one sentence to stderr when it cannot be done.

    `serve` and `worker` come from the composition root, which is above this.
    """
    asked = parser().parse_args(arguments)
    try:
        settings = load_settings(overrides={n: getattr(asked, n, None) for n in SERVE_SETTINGS})
        if asked.command == "serve":
            serve(settings)
        elif asked.command == "worker":
            worker(settings)
        elif code := asked.func(settings, asked):
            sys.exit(code)
    except OknoError as error:
        sys.exit(f"okno: {error.title}: {error.detail}" if error.detail else f"okno: {error.title}")
    except KeyboardInterrupt:
        sys.exit(130)


# -- one function a command: the imports are what it costs ----------------------------------------------------------
# ruff: noqa: PLC0415


def _config(settings: Settings, _: argparse.Namespace) -> None:
    for name, value, default, meaning in describe(settings):
        print(f"{name}={value}\n    {meaning}" + (f" (default {default})" if default else ""))


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    from okno.cli.doctor import doctor

    return doctor(settings)


def _migrate(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import database

    database.migrate(settings)


def _status(settings: Settings, _: argparse.Namespace) -> int:
    from okno.cli import database

    return database.status(settings)


def _backup(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import database

    database.backup(settings, asked.file)


def _restore(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import database

    database.restore(settings, asked.file)


def _upgrade(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import database

    database.upgrade(settings)


def _admin_create(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import people

    people.create(settings, asked.email, asked.name, asked.role)


def _admin_reset(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import people

    people.reset_password(settings, asked.email)


def _admin_link(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import people

    people.first_link(settings)


def _parked(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import database

    database.list_parked(settings)


def _replay(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import database

    database.replay(settings, asked.which)


def _jobs_failed(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import jobs

    jobs.list_failed(settings)


def _jobs_retry(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import jobs

    jobs.retry(settings, asked.which)


def _phone_install(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import telephony

    telephony.install(settings, asked.mirror)


def _phone_rollback(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import telephony

    telephony.roll_back(settings)


def _phone_check(settings: Settings, _: argparse.Namespace) -> int:
    from okno.cli import telephony

    return telephony.check(settings)


def _search_state(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli import search

    search.state(settings)


def _search_rebuild(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli import search

    search.rebuild(settings, from_start=asked.from_start)


def _demo_load(settings: Settings, asked: argparse.Namespace) -> None:
    from okno.cli.demo import load

    load(settings, asked.locale, asked.conversations)


def _demo_clear(settings: Settings, _: argparse.Namespace) -> None:
    from okno.cli.demo import clear

    clear(settings)
