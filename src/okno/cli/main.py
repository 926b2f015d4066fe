"""The command line. Imports of what a command needs stand in the command: `okno --help` is immediate."""

import argparse
import sys
from collections.abc import Callable, Sequence

from okno import __version__
from okno.cli.settings import Settings, describe, load_settings
from okno.kit.errors import OknoError


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="okno", description="One window for every conversation with your customers.")
    root.add_argument("--version", action="version", version=f"okno {__version__}")
    commands = root.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="start the server")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.add_argument("--public-url", dest="public_url")
    serve.add_argument("--tls-cert", dest="tls_cert")
    serve.add_argument("--tls-key", dest="tls_key")
    config = commands.add_parser("config", help="settings").add_subparsers(dest="action", required=True)
    config.add_parser("show", help="every setting, its value and meaning")
    return root


def run(serve: Callable[[Settings], None], arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments say; exit code 1 and one sentence to stderr when it cannot be done.

    `serve` comes from the composition root, which is above this.
    """
    asked = parser().parse_args(arguments)
    names = ("host", "port", "public_url", "tls_cert", "tls_key")
    try:
        settings = load_settings(overrides={n: getattr(asked, n, None) for n in names})
        match asked.command:
            case "serve":
                serve(settings)
            case "config":
                _config(settings)
    except OknoError as error:
        sys.exit(f"okno: {error.title}: {error.detail}" if error.detail else f"okno: {error.title}")


def _config(settings: Settings) -> None:
    for name, value, default, meaning in describe(settings):
        print(f"{name}={value}\n    {meaning}" + (f" (default {default})" if default else ""))
