"""The agent itself: who else may read its token, and who may listen when it sends it."""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Finding, Severity

SETTINGS = "/etc/hyprbox/hyprnode.env"

TOKEN_EXPOSED = FindingType(
    "agent.token_exposed",
    "The node's token can be read by others",
    "The file with the agent's token is open to other users, who can speak for this node with it.",
    (Severity.CRITICAL,),
)
PLAIN_HTTP = FindingType(
    "agent.plain_http",
    "The agent talks to its control plane without TLS",
    "HYPRBOX_API_URL begins with http:// and leads to another machine: whoever is on the way reads the token, and may "
    "send jobs.",
    (Severity.CRITICAL,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    for path in (SETTINGS, *([str(config.token_file)] if config.token_file else [])):
        if finding := exposed(host, path):
            yield finding
    url = urlsplit(config.api_url)
    if url.scheme == "http" and not is_here(url.hostname or ""):
        message = f"The agent talks to {config.api_url} without TLS, expected https://"
        yield PLAIN_HTTP.found("HYPRBOX_API_URL", Severity.CRITICAL, message, apiUrl=config.api_url)


def exposed(host: Host, path: str) -> Finding | None:
    """A group may have been given it on purpose; everybody has not."""
    status = host.status(path)
    if status is None or not stat.S_ISREG(status.st_mode) or not status.st_mode & 0o006:
        return None
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    message = f"{path} has mode {mode}, expected 0600: others may read the node's token"
    return TOKEN_EXPOSED.found(path, Severity.CRITICAL, message, mode=mode)


def is_here(name: str) -> bool:
    """This very machine: nobody is on the way."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


SCANNER = Scanner("agent", scan, (TOKEN_EXPOSED, PLAIN_HTTP))
