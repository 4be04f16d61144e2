"""The servers of Nordhaven, a shop that sells lamps: forty in four cities."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hyprwire import Heartbeat, __version__

NIGHTLY_HOUR, NIGHTLY_HOURS = 2, 1.2  # when databases are dumped, and for how long


@dataclass(frozen=True, slots=True)
class System:
    name: str
    kernel: str
    packages: str


TRIXIE = System("Debian GNU/Linux 13 (trixie)", "6.12.48+deb13-amd64", "apt")
BOOKWORM = System("Debian GNU/Linux 12 (bookworm)", "6.1.0-28-amd64", "apt")
NOBLE = System("Ubuntu 24.04.3 LTS", "6.8.0-85-generic", "apt")
ROCKY = System("Rocky Linux 9.6 (Blue Onyx)", "5.14.0-570.el9.x86_64", "dnf")
ALPINE = System("Alpine Linux v3.22", "6.12.51-0-virt", "apk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Servers of one role: how many stand where, and around which load they swing."""

    role: str
    places: dict[str, int]
    system: System
    cpu: float
    ram: float
    disk: float


KINDS = [
    Kind(role="web", places={"fra": 7, "ams": 6, "hel": 2}, system=TRIXIE, cpu=15, ram=45, disk=57),
    Kind(role="shop", places={"ams": 2}, system=TRIXIE, cpu=22, ram=51, disk=47),
    Kind(role="db", places={"fra": 2, "ams": 2}, system=TRIXIE, cpu=24, ram=68, disk=62),
    Kind(role="cache", places={"fra": 2, "ams": 1}, system=TRIXIE, cpu=27, ram=84, disk=22),
    Kind(role="mail", places={"hel": 1}, system=BOOKWORM, cpu=7, ram=62, disk=84),
    Kind(role="edge", places={"ams": 3, "hel": 1}, system=ALPINE, cpu=4, ram=21, disk=18),
    Kind(role="ci", places={"hel": 4}, system=NOBLE, cpu=48, ram=66, disk=66),
    Kind(role="git", places={"hel": 1}, system=ROCKY, cpu=9, ram=56, disk=70),
    Kind(role="backup", places={"nbg": 2}, system=TRIXIE, cpu=5, ram=19, disk=72),
    Kind(role="legacy", places={"nbg": 4}, system=BOOKWORM, cpu=8, ram=38, disk=51),
]
BUSY = {"ci-hel-04": 88.0}
FILLING = {"db-fra-02": (96.2, 1.1), "ci-hel-04": (98.0, 2.4)}  # per cent now, and more of it every day
REGIONS = {"fra": "eu-fra", "ams": "eu-ams", "hel": "eu-hel", "nbg": "eu-nbg"}


@dataclass(slots=True, kw_only=True)
class Server:
    """`chance` is its own, so that what one does never changes what another one does."""

    node_id: str
    role: str
    place: str
    system: System
    ip: str
    boot_id: str
    booted: datetime
    now: datetime
    cpu: float
    ram: float
    disk: float
    filling: float
    chance: random.Random

    @property
    def labels(self) -> dict[str, str]:
        env = "legacy" if self.role == "legacy" else "test" if self.role == "ci" else "prod"
        return {"env": env, "role": self.role} | ({"tier": "1"} if self.role in ("db", "shop") else {})

    def heartbeat(self, at: datetime) -> Heartbeat:
        cpu, ram, disk = (min(max(round(value, 1), 0), 100) for value in self.load(at))
        return Heartbeat(
            node_id=self.node_id, hostname=f"{self.node_id}.nordhaven.example", os=self.system.name,
            kernel=self.system.kernel, architecture="x86_64", ip=self.ip, region=REGIONS[self.place],
            cpu_percent=cpu, ram_percent=ram, disk_percent=disk, agent_version=__version__, boot_id=self.boot_id,
            uptime_seconds=max(int((at - self.booted).total_seconds()), 0),
        )  # fmt: skip

    def load(self, at: datetime) -> tuple[float, float, float]:
        """People buy lamps in the evening, databases are dumped at night, disks fill slowly."""
        hour = at.hour + at.minute / 60
        evening = 0.5 + 0.5 * math.sin((hour - 11) / 24 * 2 * math.pi)
        cpu = self.cpu * (0.55 + 0.9 * evening) + self.chance.gauss(0, 1.5 + self.cpu / 12)
        if self.role == "db" and NIGHTLY_HOUR <= hour < NIGHTLY_HOUR + NIGHTLY_HOURS:
            cpu += 32
        days_ago = (self.now - at).total_seconds() / 86400
        ram = self.ram + 5 * evening + self.chance.gauss(0, 0.7)
        return cpu, ram, self.disk - days_ago * self.filling + self.chance.gauss(0, 0.05)


def make(seed: int, now: datetime) -> list[Server]:
    chance = random.Random(seed)
    return [_server(kind, place, node_id, now, chance) for kind, place, node_id in _names()]


def _names() -> Iterator[tuple[Kind, str, str]]:
    for kind in KINDS:
        for place, number in kind.places.items():
            for each in range(1, number + 1):
                yield kind, place, f"{kind.role}-{place}-{each:02}"


def _server(kind: Kind, place: str, node_id: str, now: datetime, chance: random.Random) -> Server:
    disk, filling = FILLING.get(node_id, (kind.disk + chance.uniform(-4, 4), chance.uniform(0, 0.06)))
    return Server(
        node_id=node_id, role=kind.role, place=place, system=kind.system, now=now,
        ip=f"10.{list(REGIONS).index(place) + 20}.{chance.randrange(1, 9)}.{chance.randrange(2, 250)}",
        boot_id=f"{chance.getrandbits(64):016x}", booted=now - timedelta(days=chance.uniform(6, 90)),
        cpu=BUSY.get(node_id, kind.cpu * chance.uniform(0.85, 1.15)), ram=kind.ram + chance.uniform(-3, 3),
        disk=disk, filling=filling, chance=random.Random(chance.getrandbits(64)),
    )  # fmt: skip
