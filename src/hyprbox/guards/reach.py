"""A look at a node's sshd from where the control plane is.

An attacker may own the node, so this must not become a way to look into our own network: the address is the one from
which the agent called, or one that an admin set, always a number and never a name; nothing that is special is called;
what comes of it is one bit. Behind a router another machine may answer there, so sshd has to show one of the keys that
the node said it has.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

SECONDS = 5
TOOL = "ssh-keyscan"
TYPES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}
# Where clouds keep what is meant for the machine itself, beyond the link-local ones.
METADATA = [
    ip_network(net) for net in ("100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32", "fd00:ec2::254/128")
]


def may_be_called(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not _is_special(_inner(address)) and not _is_special(address)


def answers(address: str, doors: Mapping[str, Sequence[str]]) -> bool:
    """Every port that sshd has there shows one of its keys. False as well where nothing can be said."""
    if not doors or not may_be_called(address) or shutil.which(TOOL) is None:
        return False
    return all(_shows_a_key(address, port, keys) for port, keys in doors.items())


def _shows_a_key(address: str, port: str, keys: Sequence[str]) -> bool:
    kinds = {_kind(key) for key in keys}
    words = [TOOL, "-T", str(SECONDS), "-p", port, "-t", ",".join(sorted(kinds)), "--", address]
    try:
        ran = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS * 3)
    except (OSError, subprocess.TimeoutExpired):
        return False
    shown = {" ".join(line.split()[1:3]) for line in ran.stdout.decode("utf-8", "replace").splitlines()}
    return bool(shown & set(keys))


def _kind(key: str) -> str:
    name = key.split()[0]
    return TYPES.get(name, "ecdsa" if name.startswith("ecdsa-") else "ed25519")


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """What an IPv6 address wraps is where the packets end."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (address, address))[1]


def _is_special(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
        or address.is_reserved or any(address in network for network in METADATA)
    )  # fmt: skip
