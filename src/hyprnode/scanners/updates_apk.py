"""What waits on Alpine. It does not say which updates are for security; of a stable branch most are."""

import re
from collections.abc import Iterator
from datetime import datetime

from hyprnode.host import Host
from hyprnode.scanners.contract import Gap, Seen, unreadable
from hyprnode.scanners.pending import Manager, Update, security

INSTALLED, CACHE = "/lib/apk/db/installed", "/var/cache/apk"


def fetched(host: Host) -> datetime | None:
    return host.newest(indexes(host))


def state(host: Host) -> str:
    return host.state_of(INSTALLED, *indexes(host))


def indexes(host: Host) -> list[str]:
    return host.glob(f"{CACHE}/APKINDEX*")


def look(host: Host) -> Iterator[Seen]:
    ran = host.run(["apk", "list", "-u"])
    if ran.code != 0:
        yield from unreadable("updates", "apk", f"cannot be asked: {ran.why}")
        yield Gap()
        return
    yield from security("apk", list(upgradable(ran.output)))


def upgradable(output: str) -> Iterator[Update]:
    """musl-1.2.4-r3 x86_64 {musl} (MIT) [upgradable from: musl-1.2.4-r2]"""
    for offered, installed in re.findall(r"^(\S+) .*\[upgradable from: (\S+)\]$", output, re.M):
        name, version, release = offered.rsplit("-", 2)
        yield Update(name, installed.removeprefix(f"{name}-"), f"{version}-{release}")


MANAGER = Manager("apk", INSTALLED, fetched, state, look)
