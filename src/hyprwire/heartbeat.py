"""How a node says that it is alive, and how it is."""

from dataclasses import dataclass

from hyprwire.names import check_node_id

PERCENTAGES = ("cpu_percent", "ram_percent", "disk_percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Percentages are 0 to 100. The part with defaults is inventory: absent or null leaves what the API knows.

    `journal_seq` and `journal_head` are the head of the chained journal that the node keeps of what ran on it, and
    `exec_lock` says that somebody on the host allows no execution.
    """

    node_id: str
    hostname: str
    os: str
    cpu_percent: float
    ram_percent: float
    disk_percent: float
    agent_version: str
    status: str = "online"
    ip: str | None = None
    region: str | None = None
    kernel: str | None = None
    architecture: str | None = None
    boot_id: str | None = None
    machine_id_hash: str | None = None
    uptime_seconds: int | None = None
    labels: dict[str, str] | None = None
    journal_seq: int | None = None
    journal_head: str | None = None
    exec_lock: bool | None = None

    def __post_init__(self) -> None:
        check_node_id("node_id", self.node_id)
        if 0 <= self.cpu_percent <= 100 and 0 <= self.ram_percent <= 100 and 0 <= self.disk_percent <= 100:
            return
        for name in PERCENTAGES:
            value = getattr(self, name)
            if not 0 <= value <= 100:  # false for NaN as well
                raise ValueError(f"{name} is {value}, expected 0 to 100")
