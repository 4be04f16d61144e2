"""What is said of a node."""

from hyprbox.nodes.model import Node, Status
from hyprbox.sign import Sign

SIGNS = {
    Status.ONLINE: Sign("ok", "online", "Online"),
    Status.OFFLINE: Sign("crit", "offline", "Offline"),
}


def sign(node: Node) -> Sign:
    return SIGNS[Status(node.state.status)]


def sign_of(status: str) -> Sign:
    return SIGNS[Status(status)]
