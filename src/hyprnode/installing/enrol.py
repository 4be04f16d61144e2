"""Exchanges an enrolment code for a token that is good for this node alone."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from hyprnode import config, route
from hyprnode.answer import Fault
from hyprnode.client import Client
from hyprnode.installing.orders import Refused

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class Exchange:
    code: str
    nodeId: str
    hostname: str


def exchange(code: str, settings: Mapping[str, str]) -> str:
    """The token. `settings` are those that the service will have: who cannot reach the API now could not then."""
    asking = config.load(settings)
    client = Client(asking, route.plan(asking))
    try:
        answer = client.post("/api/enrolment", Exchange(code, asking.node_id, socket.gethostname()))
    except Fault as fault:
        raise Refused(f"{asking.api_url} cannot be reached: {fault}") from None
    token = answer.get("token")
    if not answer.is_good or not isinstance(token, str):
        raise Refused(f"{asking.api_url} refuses the code: {answer.get('detail') or answer.status}")
    return token
