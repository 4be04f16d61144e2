"""Where a request comes from, and whether one of our own pages has sent it."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request

from hyprbox.config import Network
from hyprbox.errors import Forbidden

OUR_OWN = ("same-origin", "none")  # none: the person has sent it again with the browser's own button


def address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The last one in the chain of proxies that is none of ours: what stands before it anybody can have written."""
    chain = [*(part.strip() for part in forwarded_for.split(",") if part.strip()), peer]
    return next((each for each in reversed(chain) if not _is_trusted(each, trusted)), chain[0])


def address_of(request: Request[Any, Any, Any]) -> str:
    """Path and query as they were sent: a name in them may hold anything, "?" and "#" too."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def check_own_page(headers: Mapping[str, str]) -> None:
    """Forbidden when another site made the browser send this. For forms of people who have no session yet."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    ours = site in OUR_OWN if site else origin is None or urlsplit(origin).netloc == headers.get("host")
    if not ours:
        raise Forbidden("this form was sent by another site, open the sign-in page and try again")


def _is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ip_address(text)
    except ValueError:
        return False
    return any(found in network for network in trusted)
