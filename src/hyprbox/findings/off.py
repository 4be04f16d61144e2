"""Scanners that somebody has switched off on a node: which, and by whom. What they found is out of sight, not fixed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings.model import ScannerState
from hyprbox.thresholds import store as thresholds
from hyprwire.thresholds import OFF


def scanners(session: Session, node_id: str) -> list[str]:
    """As its agent said last."""
    mine = ScannerState.node_id == node_id, ScannerState.off
    return sorted(session.scalars(select(ScannerState.scanner).where(*mine)))


def by_whom(session: Session, now: datetime, node_id: str, names: Iterable[str]) -> str:
    """The threshold that says so of all of them, or else the node itself, where a variable does."""
    settings = {each.name: each for each in thresholds.on_node(session, now, node_id).settings}
    said = settings[OFF]
    if said.rule and not said.own and isinstance(said.value, list) and set(names) <= set(said.value):
        return f"the threshold {said.rule}"
    return "the node's own settings"


def why(session: Session, now: datetime, node_id: str, scanner: str) -> str:
    """What is written into the history of each of its findings."""
    by = by_whom(session, now, node_id, [scanner])
    return f"the scanner {scanner} is switched off by {by}: nobody knows whether it is still there"
