"""How the host is and what it is: what a heartbeat says of it."""

import os
from dataclasses import dataclass, field

from hyprnode import host as files
from hyprnode.host import Host
from hyprnode.load import Cpu, disk_percent, ram_percent


@dataclass(frozen=True, kw_only=True)
class Vitals:
    cpu_percent: float
    ram_percent: float
    disk_percent: float
    os: str
    kernel: str
    architecture: str
    uptime_seconds: int | None = None
    boot_id: str | None = None
    machine_id_hash: str | None = None


@dataclass
class Linux:
    host: Host
    cpu: Cpu = field(init=False)

    def __post_init__(self) -> None:
        self.cpu = Cpu(self.host)

    def observe(self) -> Vitals:
        """OSError, ValueError, KeyError or IndexError when the kernel's counts cannot be had."""
        return Vitals(
            cpu_percent=self.cpu.percent(),
            ram_percent=ram_percent(self.host),
            disk_percent=disk_percent(self.host),
            os=files.os_name(self.host),
            kernel=os.uname().release,
            architecture=os.uname().machine,
            uptime_seconds=files.uptime(self.host),
            boot_id=files.boot_id(self.host),
            machine_id_hash=files.machine_id_hash(self.host),
        )
