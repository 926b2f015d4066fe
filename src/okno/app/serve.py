"""`okno serve`: embedded database, migrations, the first administrator's link, HTTP and sockets on one port."""

import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
import uvicorn
import uvloop

from okno.access.api import open_keys
from okno.app.places import LOOPBACK, Process, die_with_parent, doors_of, listening, number_of
from okno.app.wiring import App, running
from okno.app.worker import keep_worker
from okno.bus.nats import parse_nats_url
from okno.cli.settings import Settings
from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.db.queries import check_queries
from okno.http.cors import Cors
from okno.kit import limits
from okno.kit.errors import OknoError
from okno.mailer.api import server_of
from okno.telephony.api import PhonePlace
from okno.visits.api import Places

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
WATCH_S = 0.2
RESTART_S_MAX = 5.0  # between two starts of a database that keeps dying: how long a freed disk may go unnoticed
RESTART_CALM_S = 10.0  # one that lived for so long did not die of its start
WORKER_AFTER_S = 2.0
SIP_PORT = 5060
GC_THRESHOLD = 20_000  # messages make many short-lived objects and no cycles


def configure_logs(level: str) -> None:
    """One line an entry to stderr; JSON when nobody watches."""
    human = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info if not human else structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[tuple[str, EmbeddedPostgres | None]]:
    """The address of the database; the embedded server lives as long as the context."""
    if settings.database_url:
        yield settings.database_url, None
        return
    server = EmbeddedPostgres(settings.home, shared_buffers=settings.shared_buffers)
    url = server.start()  # from the main thread: the child dies with it
    try:
        yield url, server
    finally:
        await asyncio.to_thread(server.stop)


async def watch(server: EmbeddedPostgres) -> None:
    """A crashed database is started again; senders wait meanwhile.

    One that does not start, or dies soon after, is given ever more time: a full disk has to be freed by somebody.
    """
    wait_s, started = 0.0, time.monotonic()
    while True:
        await asyncio.sleep(WATCH_S)
        if server.poll() is None:
            continue
        log = structlog.get_logger()
        calm = time.monotonic() - started > RESTART_CALM_S
        wait_s = 0.0 if calm else min(max(wait_s * 2, WATCH_S), RESTART_S_MAX)
        log.error("the embedded database died, starting it again", wait_s=wait_s)
        await asyncio.sleep(wait_s)
        started = time.monotonic()
        try:
            await server.restart_async()
        except (OknoError, OSError) as error:
            log.error("the embedded database does not start", error=repr(error)[:1_000])  # noqa: TRY400 - not our bug


async def _work_beside(settings: Settings, url: str) -> None:
    """A worker process; its start must not delay the server's first answer."""
    await asyncio.sleep(WORKER_AFTER_S)
    await keep_worker(settings, url)


def phone_place(settings: Settings) -> PhonePlace:
    """Where the telephone is; nowhere when it is switched off."""
    port = settings.sip_port or (0 if settings.sip_host == LOOPBACK else SIP_PORT)
    home = settings.home if settings.telephony else None
    return PhonePlace(home, settings.sip_host, port, settings.sip_public)


class Server(uvicorn.Server):
    """Sockets are told to resume before the port closes."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.realtime.close()
        await super().shutdown(sockets)


async def prepare(database: Database) -> None:
    """The schema up to date, every query checked."""
    connection = await database.dedicated()
    try:
        await connection.execute("SET statement_timeout = 0")
        await migrate(connection)
        await check_queries(connection)
    finally:
        await connection.close()


async def _serve(settings: Settings) -> None:
    smtp = server_of(settings.smtp_url, settings.smtp_from, settings.url)  # a mistake in it refuses the start
    nats = parse_nats_url(settings.nats_url)  # the same
    process = Process(number_of(), doors_of())
    places = Places(settings.geoip_db)
    async with database_url(settings) as (url, server):
        database = await Database.connect(url)
        await prepare(database)
        keys = await open_keys(database, settings.home / "master.key")
        app = App(
            database,
            keys,
            settings.url,
            settings.home / "files",
            files_url=settings.files_url,
            smtp=smtp,
            places=places,
            trusted_proxies=settings.trusted_proxies,
            push_hosts=settings.push_hosts.replace(",", " ").split(),
            connect_networks=settings.connect_networks,
            nats=nats,
            process=process,
            phone=phone_place(settings),
        )
        app.flood.enabled = settings.flood_limits
        app.metrics.token, app.metrics.process = settings.metrics_token, number_of()
        if settings.worker:
            app.tasks.loop(partial(_work_beside, settings, url), name="worker")
        watcher = asyncio.create_task(watch(server)) if server else None
        async with running(app, locale=settings.locale):
            config = uvicorn.Config(
                Cors(app.asgi()),
                host=settings.host,
                port=settings.port,
                ws=app.ws(),
                http="httptools",
                loop="none",
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                lifespan="off",
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies or None,
                ssl_certfile=settings.tls_cert or None,
                ssl_keyfile=settings.tls_key or None,
                backlog=4096,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=int(limits.SOCKET_CLOSE_GRACE_S) + 1,
            )
            uvicorn_server = Server(config, app)
            gc.collect()
            gc.freeze()  # what is here now stays: the collector need not look at it again
            gc.set_threshold(GC_THRESHOLD, 20, 100)
            announcing = asyncio.create_task(_announce(app, uvicorn_server, settings))
            try:
                await uvicorn_server.serve(_sockets(settings, process))
            finally:
                announcing.cancel()
                if watcher:
                    watcher.cancel()


def _sockets(settings: Settings, process: Process) -> list[socket.socket] | None:
    """Of one of several processes: the port all of them share, and the door the others reach it by."""
    if not process.number:
        return None
    door = process.doors[process.number - 1]
    return [listening(settings.host, settings.port, shared=True), listening(LOOPBACK, door, shared=False)]


async def _announce(app: App, server: uvicorn.Server, settings: Settings) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1] if server.servers else settings.port
    url = settings.url if settings.port else settings.url.replace(":0", f":{port}")
    print(f"okno answers on {url}\n  console  {url}/\n  demo     {url}/demo", flush=True)
    if not number_of() and (secret := await app.access.first_link()):
        print(
            f"\nNobody can sign in yet. Make the first administrator here, once:\n  {url}/link/{secret}\n", flush=True
        )


def raise_files_limit() -> None:
    """A socket is a file; the usual soft limit of 1,024 would be the limit of visitors."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve(settings: Settings) -> None:
    """Until SIGINT or SIGTERM."""
    configure_logs(settings.log_level)
    raise_files_limit()
    settings.home.mkdir(parents=True, exist_ok=True)
    if not die_with_parent():
        return
    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if settings.processes > 1:
            from okno.app.processes import serve_many  # noqa: PLC0415 - it needs this module

            uvloop.run(serve_many(settings))
        else:
            uvloop.run(_serve(settings))
