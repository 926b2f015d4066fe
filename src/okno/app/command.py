"""The entry of the command line: the commands of `cli`, and `serve`, which needs everything."""

from collections.abc import Sequence

from okno.cli.main import run
from okno.cli.settings import Settings


def _serve(settings: Settings) -> None:
    from okno.app.serve import serve  # noqa: PLC0415 - the server's imports take a second; `okno --help` is immediate

    serve(settings)


def _worker(settings: Settings) -> None:
    from okno.app.worker import worker  # noqa: PLC0415 - the same

    worker(settings)


def main(arguments: Sequence[str] | None = None) -> None:
    run(_serve, _worker, arguments)


if __name__ == "__main__":
    main()
