"""Whereto messages may go. Whoever may name an address must not reach with it what only this machine can reach.

It is checked where the connection is made, with the very address that is connected to: a name that leads somewhere else
the second time it is asked, a redirect, a number written in another way all come through here.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network
# Public by their numbers, but they lead on to IPv4 addresses that need not be.
TRANSLATED = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
)


class NotAllowed(OSError):
    """One sentence: the address, and which variable would allow it."""


def check(host: str, allowed: Sequence[Network]) -> None:
    """NotAllowed for every address that is not of the public Internet and in none of the networks."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return
    if not address.is_global or address.is_multicast or any(address in network for network in TRANSLATED):
        raise NotAllowed(f"{address} is no public address and not in HYPRBOX_NOTIFY_NETWORKS")


def install(allowed: Sequence[Network]) -> None:
    """For the whole process, so only for one that does nothing else."""

    class Guarded(socket.socket):
        def connect(self, address: Any) -> None:
            _check(self, address, allowed)
            super().connect(address)

        def connect_ex(self, address: Any) -> int:
            _check(self, address, allowed)
            return super().connect_ex(address)

        def sendto(self, data: Any, *rest: Any) -> int:
            _check(self, rest[-1], allowed)
            return super().sendto(data, *rest)

    socket.socket = Guarded  # type: ignore[misc]  # that is what it is for


def _check(sock: socket.socket, address: Any, allowed: Sequence[Network]) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        raise NotAllowed("only addresses of the Internet may be connected to")
    try:
        check(address[0], allowed)
    except ValueError:  # a name: which address it is nobody has seen yet
        raise NotAllowed(f"{address[0]!a} is no address") from None
