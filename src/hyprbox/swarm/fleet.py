"""The nodes of a simulated fleet: the same seed makes the same fleet."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from hyprwire import Finding, Heartbeat, Severity

KERNELS = ("6.1.0-28-amd64", "6.8.0-49-generic", "5.14.0-503.el9.x86_64", "6.6.58-0-lts")
WRONG = {"tls.expiring": "/etc/letsencrypt/live/{}/fullchain.pem", "updates.security": "apt", "disk.full": "/var"}


@dataclass(slots=True)
class Node:
    """`random` is its own, so that what one node does never changes what another one does."""

    node_id: str
    os: str
    kernel: str
    boot_id: str
    random: random.Random
    load: float
    seq: int = 0
    wrong: tuple[str, ...] | None = None

    def heartbeat(self) -> Heartbeat:
        self.load = min(max(self.load + self.random.uniform(-5, 5), 0), 100)
        return Heartbeat(
            node_id=self.node_id, hostname=f"{self.node_id}.example", os=self.os, kernel=self.kernel,
            architecture="x86_64", cpu_percent=round(self.load, 1), ram_percent=round(40 + self.load / 3, 1),
            disk_percent=round(20 + self.load / 2, 1), agent_version="0.1.0", boot_id=self.boot_id,
            ip=f"10.{self.random.randrange(256)}.0.1" if self.seq == 0 else None,
        )  # fmt: skip

    def findings(self, churn: float) -> list[Finding]:
        """What its scanners see this time: what they saw last time, but for a share of `churn`."""
        if self.wrong is None or self.random.random() < churn:
            self.wrong = tuple(type_ for type_ in WRONG if self.random.random() < 0.3)
        return [
            Finding(
                type=type_, key=key.format(self.node_id), severity=Severity.WARN, message=f"{type_} on {self.node_id}"
            )
            for type_, key in WRONG.items()
            if type_ in self.wrong
        ]


def make(number: int, seed: int, distros: Mapping[str, int]) -> list[Node]:
    chance = random.Random(seed)
    systems = chance.choices(list(distros), list(distros.values()), k=number)
    return [_node(place, system, chance) for place, system in enumerate(systems)]


def _node(place: int, system: str, chance: random.Random) -> Node:
    return Node(
        node_id=f"swarm-{place:06}", os=system, kernel=chance.choice(KERNELS), boot_id=f"{chance.getrandbits(64):016x}",
        random=random.Random(chance.getrandbits(64)), load=chance.uniform(0, 60),
    )  # fmt: skip
