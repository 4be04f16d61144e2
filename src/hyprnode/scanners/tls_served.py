"""A server shows an old certificate, though the new one is on disk: nobody told it."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta

from hyprnode.facts.clock import started_at
from hyprnode.facts.listeners import Listener, listeners, owners
from hyprnode.facts.processes import processes, unit
from hyprnode.host import Host, Unreadable
from hyprnode.scanners import x509
from hyprnode.scanners.certificate import Certificate
from hyprnode.scanners.tls_types import STALE_SERVED
from hyprwire import Finding, Severity

PORTS = {443, 465, 636, 853, 990, 993, 995, 5671, 8443, 9443}
SECONDS = 1
MOST = 20  # handshakes
SOON = timedelta(days=7)


def stale(host: Host, on_disk: Mapping[str, Certificate]) -> Iterator[Finding]:
    """Asked only of who has run for longer than the file is there: the others have read it."""
    asked = 0
    for listener in (one for one in listeners(host) if one.protocol == "tcp" and one.port in PORTS):
        for path, leaf in on_disk.items():
            for name in leaf.names if is_older(host, listener, path) else ():
                asked += 1
                shown = ask(listener, name) if asked <= MOST else None
                if shown and is_left_behind(shown, leaf, name):
                    yield found(host, listener, name, shown, path, leaf)


def is_older(host: Host, listener: Listener, path: str) -> bool:
    """A server that reloads keeps its first process, and starts others of the same name."""
    owner = owners(host).get(listener.inode)
    changed = host.status(path)
    if owner is None or changed is None:
        return changed is not None
    newest = max(one.started for one in processes(host).values() if one.name == owner.name)
    began = started_at(host, newest)
    return began is None or changed.st_mtime > began


def ask(listener: Listener, name: str) -> Certificate | None:
    """Nothing is believed: it is only looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((address_of(listener), listener.port), SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=name.replace("*", "hyprbox-looks")) as secure,
        ):
            return x509.parse(secure.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError, Unreadable):
        return None


def address_of(listener: Listener) -> str:
    if listener.address.is_unspecified:
        return "127.0.0.1" if listener.address.version == 4 else "::1"
    return str(listener.address)


def is_left_behind(shown: Certificate, leaf: Certificate, name: str) -> bool:
    """Another certificate for the same name; one that ends later was renewed by somebody else."""
    return shown.sha256 != leaf.sha256 and name in shown.names and shown.not_after < leaf.not_after


def found(host: Host, listener: Listener, name: str, shown: Certificate, path: str, leaf: Certificate) -> Finding:
    left = shown.not_after - host.now()
    owner = owners(host).get(listener.inode)
    who = owner.name if owner else "A server"
    return STALE_SERVED.found(
        f"{listener.port}/{name}",
        Severity.CRITICAL if left < SOON else Severity.WARN,
        f"{who} on port {listener.port} shows a certificate for {name} that ends {shown.not_after:%Y-%m-%d}; "
        f"{path} holds one until {leaf.not_after:%Y-%m-%d}",
        path=path,
        process=who,
        unit=unit(host, owner.pid) if owner else None,
        sha256Shown=shown.sha256,
        sha256OnDisk=leaf.sha256,
        daysLeft=left.days,
    )
