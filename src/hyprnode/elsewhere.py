"""How the host is where it is not Linux, through psutil. Only heartbeats work there; jobs and scans are for Linux."""

import platform
import time

import psutil

from hyprnode.vitals import Vitals


def observe() -> Vitals:
    return Vitals(
        cpu_percent=psutil.cpu_percent(interval=0.15),
        ram_percent=psutil.virtual_memory().percent,
        disk_percent=psutil.disk_usage("/").percent,
        os=f"{platform.system()} {platform.release()}",
        kernel=platform.release(),
        architecture=platform.machine(),
        uptime_seconds=int(time.time() - psutil.boot_time()),
    )
