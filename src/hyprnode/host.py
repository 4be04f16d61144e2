"""The host as its files tell it. All reading goes through Host(root=), so that a fixture tree is a host."""

import glob
import hashlib
import os
import socket
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from hyprnode import command
from hyprnode.dial import in_ascii
from hyprnode.kept import Kept

T = TypeVar("T")

MACHINE_ID_SALT = (
    b"hyprnode machine id v1\0"  # the raw id is confidential (machine-id(5)): other programs derive keys from it
)


LARGEST_FILE = 1024 * 1024


class Unreadable(Exception):
    """Why a file could not be read: the rest of a sentence that starts with its path."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def kernel_clock() -> tuple[bool, int]:
    """As syscalls.clock, which is imported here: what it takes for that is large, and the agent itself never asks."""
    from hyprnode import syscalls

    return syscalls.clock()


@dataclass(frozen=True)
class Host:
    root: Path = Path("/")
    proc: Path = Path("/proc")
    now: Callable[[], datetime] = utc_now
    run: Callable[[Sequence[str]], command.Ran] = command.run
    space: Callable[[Path], os.statvfs_result] = os.statvfs
    clock: Callable[[], tuple[bool, int]] = kernel_clock
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)
    memory: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def path(self, path: str) -> Path:
        """Where `path` of the host is; /proc may be kept elsewhere."""
        if path == "/proc" or path.startswith("/proc/"):
            return self.root / str(self.proc).lstrip("/") / path.removeprefix("/proc").lstrip("/")
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        """None when there is no such file or it cannot be read."""
        try:
            return self.path(path).read_text("utf-8", "replace")
        except OSError:
            return None

    def needed(self, path: str) -> str:
        return self.path(path).read_text("utf-8", "replace")

    def content(self, path: str, limit: int = LARGEST_FILE) -> bytes:
        """Of whatever somebody put at `path`: nothing waits here, and memory is safe. Unreadable."""
        there = self.path(path)
        try:
            _check_regular(there, os.stat(there), limit)
            with open(os.open(there, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                _check_regular(there, os.fstat(file.fileno()), limit)  # it may be another by now
                return file.read(limit)
        except OSError as error:
            raise Unreadable(_why(there, error)) from None

    def status(self, path: str, follow: bool = True) -> os.stat_result | None:
        try:
            return os.stat(self.path(path), follow_symlinks=follow)
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        return os.path.lexists(self.path(path))

    def newest(self, paths: Iterable[str]) -> datetime | None:
        """When the last of these files was changed; None without any."""
        times = [status.st_mtime for path in paths if (status := self.status(path))]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def state_of(self, *paths: str) -> str:
        """Changes whenever one of these files does, in whatever way. What is not there is a state, too."""
        parts = []
        for path in paths:
            status = self.status(path)
            about = status and (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode)
            parts.append(f"{path} {about}")
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def number(self, path: str) -> int | None:
        """None where there is none."""
        text = (self.text(path) or "").strip()
        return int(text) if text.removeprefix("-").isdecimal() else None

    def names(self, folder: str) -> list[str]:
        """What is in it, sorted; nothing when it cannot be listed."""
        try:
            return sorted(os.listdir(self.path(folder)))
        except OSError:
            return []

    def real_path(self, path: str) -> str:
        return os.path.realpath(self.path(path))

    def glob(self, pattern: str) -> list[str]:
        """As the host names them, sorted."""
        prefix = len(str(self.path("/")).rstrip("/"))
        return sorted(found[prefix:] for found in glob.glob(str(self.path(pattern))))

    def sees_its_own_proc(self) -> bool:
        """False in a container that was given the host's: it speaks for the host then, not for itself."""
        return self.proc == Path("/proc")


def shared(read: Callable[[Host], T]) -> Callable[[Host], T]:
    """What several scanners ask of a host is read once."""

    @wraps(read)
    def once(host: Host) -> T:
        if read not in host.memory:
            host.memory[read] = read(host)
        return host.memory[read]  # type: ignore[no-any-return]  # what this very function gave

    return once


def _check_regular(path: Path, status: os.stat_result, limit: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable("is a directory, expected a file")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("is not a regular file")
    if status.st_size > limit:
        raise Unreadable(f"has {status.st_size} bytes, expected at most {limit}")


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return f"is a link to {os.readlink(path)}, which does not exist"
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    return f"cannot be read: {error.strerror}"


def os_name(host: Host) -> str:
    text = host.text("/etc/os-release") or host.text("/usr/lib/os-release") or ""
    release = os_release(text)
    return release.get("PRETTY_NAME") or release.get("NAME") or os.uname().sysname


def os_release(text: str) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def boot_id(host: Host) -> str | None:
    return (host.text("/proc/sys/kernel/random/boot_id") or "").strip() or None


def machine_id_hash(host: Host) -> str | None:
    """Tells two machines under one name apart, and gives nothing away."""
    text = host.text("/etc/machine-id") or host.text("/var/lib/dbus/machine-id") or ""
    machine_id = text.strip()
    if not machine_id or machine_id == "uninitialized":
        return None
    return hashlib.sha256(MACHINE_ID_SALT + machine_id.encode()).hexdigest()


def machine(host: Host) -> str:
    """Another one on a clone, which often keeps the machine id; the same after a restart, also in a container."""
    hardware = (host.text("/sys/class/dmi/id/product_uuid") or "").strip()
    return hashlib.sha256((hardware or str(machine_id_hash(host))).encode()).hexdigest()[:32]


def uptime(host: Host) -> int | None:
    words = (host.text("/proc/uptime") or "").split()
    return int(float(words[0])) if words else None


def address_towards(api: str, port: int) -> str | None:
    """This host's own address on the way to the API, or to the world when the API is on this very machine."""
    for target in ((api, port), ("192.0.2.1", 9), ("2001:db8::1", 9)):
        address = _own_address(*target)
        if address and not address.startswith("127.") and address != "::1":
            return address
    return None


def _own_address(host: str, port: int) -> str | None:
    """Connecting a datagram socket sends nothing; it only asks the kernel for the route."""
    try:
        family, _, _, _, address = socket.getaddrinfo(in_ascii(host), port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError:
        return None
