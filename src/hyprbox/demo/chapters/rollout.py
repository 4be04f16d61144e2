"""A run over many nodes has just begun; the servers of the present work it off, batch after batch."""

from hyprbox.demo.past import ADA, Past
from hyprbox.runs import store as runs
from hyprbox.runs.spec import Spec

SPEC = Spec(
    q="role=web node=web-ams-*", preset="apt-security-upgrade",
    title="Security updates of the web servers in Amsterdam",
    batches=("2", "50%"), maxFailures=1,
)  # fmt: skip


def tell(past: Past) -> None:
    past.does("20s", runs.begin, ADA, past.catalogue, SPEC)
