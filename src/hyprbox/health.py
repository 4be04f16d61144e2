"""Is it ready, and how is it: for balancers and Prometheus."""

from collections.abc import Iterator
from itertools import accumulate

from litestar import MediaType, Router, get
from litestar.response import Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.orm import Session

from hyprbox.door import TheBox
from hyprbox.errors import Unavailable
from hyprbox.jobs import store as jobs
from hyprbox.meter import BOUNDS, Meter
from hyprbox.nodes import store as nodes
from hyprbox.vitals import memory


@get("/ready", media_type=MediaType.TEXT)
async def ready(box: TheBox) -> str:
    try:
        await box.db.read(_ask)
    except Exception as error:
        raise Unavailable("the database does not answer") from error
    return "ready\n"


@get("/metrics")
async def metrics(box: TheBox) -> Response[bytes]:
    """Numbers only: nothing in them names a node, since whoever can reach this port can read them."""
    by_status = await box.db.read(nodes.count_by_status)
    by_state = await box.db.read(jobs.count_by_state)
    registry = CollectorRegistry()
    fleet = Gauge("hyprbox_nodes", "Nodes by status", ["status"], registry=registry)
    for status, number in by_status.items():
        fleet.labels(status.lower()).set(number)
    work = Gauge("hyprbox_jobs", "Jobs that have not ended, by state", ["state"], registry=registry)
    for state, number in by_state.items():
        work.labels(state.lower()).set(number)
    Gauge("hyprbox_waiting_writes", "Writes in the queue", registry=registry).set(box.db.waiting)
    Gauge("hyprbox_waiting_requests", "Held polls, pings and readers", registry=registry).set(len(box.wake))
    Gauge("hyprbox_memory_mebibytes", "Resident memory of this process", registry=registry).set(memory())
    registry.register(Durations(box.db.meter))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")  # it adds the charset


class Durations(Collector):
    """How long this process's commits, reads and sweeps took since it started, as histograms."""

    WHAT = (
        ("commit", "Transactions that wrote, each for all that waited"),
        ("read", "Questions to the database"),
        ("sweep", "Looking for silent nodes, lost jobs and stale findings"),
    )

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        for what, sentence in self.WHAT:
            spread = self._meter.all(what)
            below = list(accumulate(spread.counts))
            buckets = [(str(bound), float(number)) for bound, number in zip((*BOUNDS, "+Inf"), below, strict=True)]
            yield HistogramMetricFamily(f"hyprbox_{what}_seconds", sentence, buckets, spread.seconds)


def _ask(session: Session) -> None:
    session.execute(text("SELECT 1"))


routes = Router("/", route_handlers=[ready, metrics], include_in_schema=False)
