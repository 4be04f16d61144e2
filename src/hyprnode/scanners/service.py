"""Services that still run what an update has replaced: the hole is closed on disk alone."""

import os
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.processes import processes, unit
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Severity

# Not what was never installed: memfds, what compilers make in /tmp, shared memory, and files of containers.
INSTALLED = ("/usr/", "/lib", "/bin/", "/sbin/", "/opt/")
GONE = " (deleted)"
URGENT = ("libssl", "libcrypto", "libc.so", "libc-", "libgnutls")

STALE_LIBS = FindingType(
    "service.stale_libs",
    "Services run with old libraries",
    "A service was not restarted since a program or library that it runs was replaced; WARN for TLS and libc.",
    (Severity.INFO, Severity.WARN),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Sessions of people are left out: those end by themselves."""
    stale: dict[str, set[str]] = {}
    closed = 0
    for pid in processes(host):
        try:
            files = replaced(host, pid)
        except PermissionError:
            closed += 1
            continue
        if files and (name := unit(host, pid)):
            stale.setdefault(name, set()).update(files)
    for name, files in stale.items():
        yield STALE_LIBS.found(name, severity_of(files), sentence(name, files), files=sorted(files))
    if closed and os.geteuid() != 0:  # root is kept from what the kernel guards, such as its own helpers
        yield from unreadable("service", "/proc", f"does not show what {closed} processes run; only root may look")
        yield Gap()


def replaced(host: Host, pid: int) -> set[str]:
    """What it runs and is not there any more. PermissionError."""
    try:
        with open(f"{host.path('/proc')}/{pid}/maps", "rb") as maps:
            text = maps.read()
    except PermissionError:
        raise
    except OSError:  # it has ended
        return set()
    if b"(deleted)" not in text:
        return set()
    return set(gone_files(text.decode("utf-8", "replace")))


def gone_files(maps: str) -> Iterator[str]:
    """7f3a-7f3b r-xp 00001000 fe:01 1234  /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)"""
    for line in maps.splitlines():
        if line.endswith(GONE):
            _, mode, _, _, _, path = line.split(None, 5)
            if "x" in mode and path.startswith(INSTALLED):
                yield path.removesuffix(GONE)


def severity_of(files: set[str]) -> Severity:
    return Severity.WARN if any(os.path.basename(path).startswith(URGENT) for path in files) else Severity.INFO


def sentence(name: str, files: set[str]) -> str:
    some = sorted({os.path.basename(path) for path in files}, key=lambda file: (not file.startswith(URGENT), file))
    return f"{name} still runs what was replaced: {', '.join(some[:3])}{' and others' if len(some) > 3 else ''}"


SCANNER = Scanner("service", scan, (STALE_LIBS,))
