"""When the machine started, and whoever counts from then."""

import os
import re

from hyprnode.host import Host, shared


@shared
def boot_time(host: Host) -> int | None:
    match = re.search(r"^btime (\d+)$", host.text("/proc/stat") or "", re.M)
    return int(match[1]) if match else None


def started_at(host: Host, ticks: int) -> float | None:
    """As a time of files."""
    began = boot_time(host)
    return None if began is None else began + ticks / os.sysconf("SC_CLK_TCK")
