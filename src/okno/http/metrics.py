"""`/metrics` in the words of Prometheus: read when it is asked for, so that nothing is counted twice or on the way."""

import asyncio
import hmac
from collections.abc import Callable, Iterable, Mapping

from litestar import Request, Response, get
from litestar.datastructures import State

from okno.bus.api import Bus
from okno.conversations.api import Conversations
from okno.kit.clock import Clock
from okno.kit.errors import NotFound
from okno.mailer.api import Mailer
from okno.routing.api import Routing

LOOK_S = 0.5
Figure = tuple[str, str, str, list[tuple[Mapping[str, str], float]]]
"""Name, what it is, `gauge` or `counter`, and the values by their labels."""


class Metrics:
    """Of one process; what comes from the database is the same in all. Without a `token` nobody may look."""

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        mailer: Mailer,
        routing: Routing,
        conversations: Conversations,
        sockets: Callable[[], Mapping[str, int]],
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._mailer = mailer
        self._routing = routing
        self._writer = conversations.writer
        self._sockets = sockets
        self._delay_s = 0.0
        self.token = ""
        self.process = 0

    async def run(self) -> None:
        """How late the loop comes to what is due: the first sign of a process that has too much to do."""
        while True:
            begun = self._clock.monotonic()
            await asyncio.sleep(LOOK_S)
            self._delay_s = max(self._clock.monotonic() - begun - LOOK_S, 0.0)

    def allows(self, authorization: str) -> bool:
        return bool(self.token) and hmac.compare_digest(authorization.encode(), f"Bearer {self.token}".encode())

    async def read(self) -> list[Figure]:
        me = {"process": str(self.process)}
        measured = await self._bus.measure()
        waiting, given_up = await self._mailer.measure()
        lines = [
            ({"workspace": str(workspace), "queue": name}, count, oldest_s)
            for workspace, _, name, count, oldest_s in await self._routing.lines.measure()
        ]
        return [
            ("okno_up", "The process answers", "gauge", [(me, 1)]),
            ("okno_loop_delay_seconds", "How late the event loop was", "gauge", [(me, self._delay_s)]),
            (
                "okno_sockets",
                "Open connections",
                "gauge",
                [({**me, "party": k}, v) for k, v in self._sockets().items()],
            ),
            ("okno_events_appended", "Events of the timeline committed", "counter", [(me, self._writer.events)]),
            ("okno_append_batches", "Transactions they were committed in", "counter", [(me, self._writer.batches)]),
            ("okno_events_pending", "Events that wait for their commit", "gauge", [(me, self._writer.pending)]),
            (
                "okno_handler_lag_seconds",
                "Age of the oldest news a handler has not done",
                "gauge",
                _by(measured.lags_s),
            ),
            ("okno_handler_parked", "News a handler could not do: okno bus parked", "gauge", _by(measured.parked)),
            ("okno_jobs", "Jobs by status", "gauge", [({"status": k}, v) for k, v in measured.jobs.items()]),
            ("okno_letters_waiting", "System mail that is not sent yet", "gauge", [({}, waiting)]),
            ("okno_letters_given_up", "System mail the server refused for good", "gauge", [({}, given_up)]),
            ("okno_queue_waiting", "Conversations in a queue", "gauge", [(labels, n) for labels, n, _ in lines]),
            (
                "okno_queue_oldest_seconds",
                "How long the oldest waits",
                "gauge",
                [(labels, s) for labels, _, s in lines],
            ),
        ]


def _by(values: Mapping[str, float]) -> list[tuple[Mapping[str, str], float]]:
    return [({"handler": name}, value) for name, value in values.items()]


def render(figures: Iterable[Figure]) -> bytes:
    """The text format 0.0.4 of Prometheus."""
    from prometheus_client import generate_latest  # noqa: PLC0415 - seldom asked for, and a start is not to wait for it
    from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415
    from prometheus_client.registry import Collector  # noqa: PLC0415

    class Read(Collector):
        def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
            for name, meaning, sort, values in figures:
                names = list(values[0][0]) if values else []
                family = (CounterMetricFamily if sort == "counter" else GaugeMetricFamily)(name, meaning, labels=names)
                for labels, value in values:
                    family.add_metric([labels[one] for one in names], value)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Read())
    return generate_latest(registry)


@get("/metrics", include_in_schema=False)
async def get_metrics(request: Request[None, None, State], metrics: Metrics) -> Response[bytes]:
    """404 for whoever has not the token of OKNO_METRICS_TOKEN: nobody learns that it is there."""
    if not metrics.allows(request.headers.get("authorization", "")):
        raise NotFound("there is no such page")
    body = render(await metrics.read())
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8", headers={"cache-control": "no-store"})
