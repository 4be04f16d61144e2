"""Who plays in the tests: ada (admin), bo (viewer), the nodes eu-1 and eu-2, and stray, a token of another node."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hyprwire import Heartbeat

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEAT = Heartbeat(
    node_id="eu-1",
    hostname="web-3",
    os="Debian GNU/Linux 12",
    cpu_percent=3.1,
    ram_percent=41,
    disk_percent=62.5,
    agent_version="0.1.0",
)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def beat_of(node_id: str) -> Heartbeat:
    return replace(BEAT, node_id=node_id)
