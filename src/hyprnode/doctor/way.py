"""The way to the API, step by step: its name, its addresses, TLS, and what it says to this node's token."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hyprnode import dial, route
from hyprnode.answer import Answer, Fault
from hyprnode.client import Client, job_path, reason
from hyprnode.clock import seconds
from hyprnode.config import Config
from hyprnode.doctor.check import Check, broken, to_mend, well
from hyprnode.duties import about_host
from hyprnode.host import Host
from hyprnode.pulse import heartbeat
from hyprnode.route import Route
from hyprnode.vitals import Linux
from hyprwire import FindingReport, RunningJob

CONNECT_SECONDS = 5
SOON = 14  # days
SKEW = 30  # seconds
NO_JOB = "doctor"  # that no job is called so is what we ask to hear


class Stopped(Exception):
    """What comes behind on the way cannot be looked at."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.text)
        self.check = check


def look(config: Config, host: Host) -> Iterator[Check]:
    way = route.plan(config)
    try:
        if way.proxy is not None:
            yield well("proxy", f"the API is asked through {way.proxy.host}:{way.proxy.port}")
        yield from tcp(addresses(way))
        if way.context is not None:
            yield tls(way)
        yield from endpoints(config, Client(config, way), host)
    except Stopped as stop:
        yield stop.check


def addresses(way: Route) -> list[dial.Address]:
    name, port = way.dialer.host, way.dialer.port
    try:
        return dial.resolve(name, port)
    except (OSError, UnicodeError) as error:
        raise Stopped(broken("dns", f"{name} has no address: {error}")) from None


def tcp(found: list[dial.Address]) -> Iterator[Check]:
    yield well("dns", ", ".join(str(address[0]) for _, address in found))
    failed = []
    for family, address in found:
        begun = time.monotonic()
        if (why := refusal(family, address)) is None:
            yield well("tcp", f"{address[0]} port {address[1]} answers in {(time.monotonic() - begun) * 1000:.0f} ms")
        else:
            failed.append(f"{address[0]} port {address[1]}: {why}")
    if len(failed) == len(found):
        raise Stopped(broken("tcp", "; ".join(failed)))
    yield from (to_mend("tcp", f"{one}; another address is used") for one in failed)


def refusal(family: int, address: Any) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(CONNECT_SECONDS)
            line.connect(address)
    except OSError as error:
        return reason(error)
    return None


def tls(way: Route) -> Check:
    try:
        with way.open() as line:
            assert isinstance(line, ssl.SSLSocket)
            return certificate(line.getpeercert() or {}, str(line.version()), time.time())
    except ssl.SSLCertVerificationError as error:
        raise Stopped(
            broken("tls", f"the certificate of {way.host} is not trusted: {error.verify_message}; see HYPRBOX_CA_FILE")
        ) from None
    except OSError as error:
        raise Stopped(broken("tls", f"no TLS with {way.host}: {reason(error)}")) from None


def certificate(peer: dict[str, Any], version: str, now: float) -> Check:
    issuer = {name: value for part in peer.get("issuer", ()) for name, value in part}
    by = issuer.get("organizationName") or issuer.get("commonName") or "nobody known"
    days = (end_of(peer["notAfter"]) - now) / 86400
    text = f"{version}, trusted, issued by {by}, ends in {days:.0f} days"
    return well("tls", text) if days >= SOON else to_mend("tls", text)


def end_of(text: str) -> float:
    """Of `Nov 30 12:00:00 2026 GMT`."""
    month, day, time_of_day, year, _ = text.split()
    return seconds(year, month, day, time_of_day)


@dataclass(frozen=True)
class Endpoint:
    name: str
    ask: Callable[[], Answer]
    fine: int = 200
    """The status that it is to answer with."""


def endpoints(config: Config, client: Client, host: Host) -> Iterator[Check]:
    """Nothing that is asked here takes a job away, also from an API that knows no offers."""
    beat = heartbeat(config, Linux(host).observe(), about_host(config))
    ping = job_path(NO_JOB, "ping")
    for endpoint in (
        Endpoint("heartbeat", lambda: client.post("/api/heartbeat", beat)),
        Endpoint("findings", lambda: client.post("/api/findings", FindingReport(nodeId=config.node_id, findings=[]))),
        Endpoint("jobs", lambda: client.post(ping, RunningJob()), fine=404),
    ):
        answer = asked(endpoint, config)
        yield well(endpoint.name, f"the API answers this node as it should ({answer.status})")
        if endpoint.name == "heartbeat" and (told := answer.get("serverTime")):
            yield clock(told, datetime.now(UTC))


def asked(endpoint: Endpoint, config: Config) -> Answer:
    try:
        answer = endpoint.ask()
    except Fault as fault:
        raise Stopped(broken(endpoint.name, refused(fault.status, config.node_id) or str(fault))) from None
    if answer.status not in (endpoint.fine, 200):
        detail = answer.get("detail")
        raise Stopped(broken(endpoint.name, f"the API answers {answer.status}: {detail}; is it HyprBox?"))
    return answer


def refused(status: int | None, node_id: str) -> str | None:
    renew = f"`hyprbox token create --node {node_id}` makes a new one"
    if status == 401:
        return f"401: the token is missing, unknown, expired or revoked; {renew}"
    if status == 403:
        return f"403: the token is of another node than {node_id}, or of the fleet while the node has its own; {renew}"
    return None


def clock(told: object, now: datetime) -> Check:
    try:
        skew = (now - datetime.fromisoformat(str(told))).total_seconds()
    except (ValueError, TypeError):
        return to_mend("clock", f"the API says that it is {told!r}, expected a time")
    if abs(skew) > SKEW:
        ahead = "ahead of" if skew > 0 else "behind"
        return to_mend("clock", f"this host's clock is {abs(skew):.0f} s {ahead} the API's")
    return well("clock", f"within {SKEW} s of the API's")
