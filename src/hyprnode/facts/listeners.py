"""Who waits for connections, on which address, and which process that is."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from hyprnode.facts.processes import Process, processes
from hyprnode.host import Host, shared

Address = IPv4Address | IPv6Address

LISTENS = {"tcp": "0A", "udp": "07"}


@dataclass(frozen=True)
class Listener:
    protocol: str
    address: Address
    port: int
    inode: str

    @property
    def name(self) -> str:
        return f"{self.protocol}/{self.port}"


@shared
def listeners(host: Host) -> list[Listener]:
    return [one for table in ("tcp", "tcp6", "udp", "udp6") for one in read(host, table)]


def read(host: Host, table: str) -> Iterator[Listener]:
    """`net` is a process's own view of it; of another's /proc that of its first process is the host's."""
    process = "self" if host.sees_its_own_proc() else "1"
    try:
        with open(host.path(f"/proc/{process}/net/{table}")) as lines:
            yield from parse(table[:3], lines)
    except OSError:
        return


def parse(protocol: str, lines: Iterable[str]) -> Iterator[Listener]:
    """Listening TCP sockets come first: the thousands of connections of a busy server behind them are not read."""
    rows = iter(lines)
    next(rows, None)
    for row in rows:
        fields = row.split()
        if fields[3] == LISTENS[protocol]:
            address, _, port = fields[1].partition(":")
            yield Listener(protocol, decoded(address), int(port, 16), fields[9])
        elif protocol == "tcp":
            return


def decoded(digits: str) -> Address:
    """Each group of four bytes is a number in this machine's order. ::ffff:1.2.3.4 is 1.2.3.4."""
    groups = (int(digits[at : at + 8], 16) for at in range(0, len(digits), 8))
    address = ip_address(b"".join(group.to_bytes(4, sys.byteorder) for group in groups))
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


@shared
def from_outside(host: Host) -> list[Listener]:
    """Those that another machine can reach at all."""
    return [one for one in listeners(host) if not one.address.is_loopback and not one.address.is_link_local]


@shared
def owners(host: Host) -> dict[str, Process]:
    """By inode. Only root may know them all."""
    wanted = {one.inode for one in listeners(host)}
    found: dict[str, Process] = {}
    for process in processes(host).values():
        if wanted <= found.keys():
            break
        for inode in sockets(host, process.pid) & wanted:
            found.setdefault(inode, process)
    return found


def sockets(host: Host, pid: int) -> set[str]:
    """Inodes of those that it has open."""
    there = f"{host.path('/proc')}/{pid}/fd"
    found: set[str] = set()
    try:
        names = os.listdir(there)
    except OSError:  # it has ended, or is none of ours
        return found
    for name in names:
        with suppress(OSError):
            target = os.readlink(f"{there}/{name}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found
