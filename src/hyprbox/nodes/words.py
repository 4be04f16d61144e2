"""What is said of a node."""

from hyprbox.nodes.model import Node, Status
from hyprbox.sign import Sign

SIGNS = {
    Status.ONLINE: Sign("ok", "online", "Online"),
    Status.OFFLINE: Sign("crit", "offline", "Offline"),
}


SILENT = Sign("warn", "lost", "No contact")
LOCKED = Sign("warn", "refused", "Locked")


def sign(node: Node) -> Sign:
    state = node.state
    if state.status == Status.ONLINE and state.silent_since is not None:
        return SILENT
    if state.status == Status.ONLINE and state.exec_lock:
        return LOCKED
    return SIGNS[Status(state.status)]


def sign_of(status: str) -> Sign:
    return SIGNS[Status(status)]
