"""When the scanners of a node have looked last, and what of it did not come: their silence is no good news."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings import off, room
from hyprbox.findings.model import ScannerState
from hyprbox.words import count, listed, relative


def scanned(session: Session, node_id: str, now: datetime) -> str:
    said = session.scalars(select(ScannerState).where(ScannerState.node_id == node_id)).all()
    if not said:
        return "No scan has come yet."
    failing = sorted(each.scanner for each in said if each.error)
    looked = sum(not each.off and not each.error for each in said)
    by = f"{count(looked, 'scanner')} looked" if all(each.scanner for each in said) else "A scan came"
    last = relative(max(each.seen_at for each in said), now)
    more = [_failed(failing), _switched_off(session, node_id, now), _left_out(session, node_id)]
    return " ".join([f"{by}, last {last}.", *filter(None, more)])


def _failed(names: list[str]) -> str:
    return f"{listed(names)} could not look, or not tell." if names else ""


def _switched_off(session: Session, node_id: str, now: datetime) -> str:
    names = off.scanners(session, node_id)
    if not names:
        return ""
    by = off.by_whom(session, now, node_id, names)
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} switched off by {by}."


def _left_out(session: Session, node_id: str) -> str:
    if not room.is_full(session, node_id):
        return ""
    return f"{room.MOST_FINDINGS:,} findings are all that is kept of a node: what is beyond them is not shown."
