"""Findings that the control plane makes itself, of what no single node can see."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings import reports
from hyprbox.findings.model import Finding, State
from hyprbox.nodes.filling import Filling
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity

SCANNER = "hyprbox"
DUPLICATE = "agent.duplicate_identity"
JOURNAL = "agent.journal_broken"
OUTDATED = "agent.outdated"
EXPIRING = "agent.token_expiring"
FILLING = "disk.filling"
TYPES = {
    DUPLICATE: ("CRITICAL", "Two machines use one node id in turns. Neither is handed a job until that is settled."),
    JOURNAL: (
        "WARN",
        "The chained journal of what ran on the node became shorter or another one: it was changed, or an older state "
        "of the machine was restored. Resolved after a week.",
    ),
    OUTDATED: ("INFO", "The agent is older than the control plane. It never upgrades by itself."),
    FILLING: (
        "WARN or CRITICAL",
        "The disk is full within a week (two days: CRITICAL) if it goes on as now.",
    ),
    EXPIRING: ("WARN", "The token that speaks for this node alone expires within 14 days, and there is no later one."),
}
MOST_AT_ONCE = 500  # the whole fleet is outdated when the control plane has been upgraded


def note_duplicates(session: Session, now: datetime, contested: Sequence[str]) -> None:
    _note(session, now, DUPLICATE, {node_id: _duplicate() for node_id in contested})


def note_broken_journals(session: Session, now: datetime, broken: Sequence[str]) -> None:
    _note(session, now, JOURNAL, {node_id: _broken_journal() for node_id in broken})


def note_outdated(session: Session, now: datetime, outdated: Mapping[str, str], carried: str) -> None:
    """`outdated` is the version that each such node has."""
    _note(session, now, OUTDATED, {node_id: _outdated(version, carried) for node_id, version in outdated.items()})


def note_expiring(session: Session, now: datetime, expiring: Mapping[str, datetime]) -> None:
    _note(session, now, EXPIRING, {node_id: _expiring(at) for node_id, at in expiring.items()})


def note_filling(session: Session, now: datetime, filling: Mapping[str, Filling]) -> None:
    _note(session, now, FILLING, {node_id: _filling(each) for node_id, each in filling.items()})


def _filling(each: Filling) -> Seen:
    days = max(round(each.days), 1)
    when = "a day" if days == 1 else f"{days} days"
    return Seen(
        type=FILLING, key="/", severity=Severity.CRITICAL if each.days < 2 else Severity.WARN,
        message=f"The disk is {each.percent:.0f} % full and grows by {each.a_day:.1f} % a day: full in about {when}",
        metadata={"percentPerDay": round(each.a_day, 2), "daysLeft": round(each.days, 1)},
    )  # fmt: skip


def _duplicate() -> Seen:
    return Seen(
        type=DUPLICATE, key="node_id", severity=Severity.CRITICAL,
        message="Two machines use this node id in turns; no job is handed out until one of them has another id",
    )  # fmt: skip


def _broken_journal() -> Seen:
    return Seen(
        type=JOURNAL, key="journal", severity=Severity.WARN,
        message="The journal of what ran on this node is not the one that it was: it was changed, or restored",
    )  # fmt: skip


def _outdated(version: str, carried: str) -> Seen:
    return Seen(
        type=OUTDATED, key="hyprnode", severity=Severity.INFO,
        message=f"The agent is version {version}, this control plane carries {carried}",
        metadata={"version": version, "carried": carried},
    )  # fmt: skip


def _expiring(at: datetime) -> Seen:
    return Seen(
        type=EXPIRING, key="token", severity=Severity.WARN,
        message=f"The node's token expires on {at:%Y-%m-%d} and there is no later one; then the node is not let in",
        metadata={"expiresAt": at.isoformat()},
    )  # fmt: skip


def _note(session: Session, now: datetime, type_: str, wanted: Mapping[str, Seen]) -> None:
    """Opens what is new, changes what reads otherwise now, resolves what is over; what stays costs nothing."""
    rows = session.execute(
        select(Finding.node_id, Finding.message, Finding.fix_job).where(
            Finding.type == type_, Finding.state != State.RESOLVED
        )
    )
    there = {node_id: (message, job) for node_id, message, job in rows}
    over = [node_id for node_id in there if node_id not in wanted]
    new = [node_id for node_id, seen in wanted.items() if there.get(node_id, ("", None))[0] != seen.message]
    for node_id in [*over, *new][:MOST_AT_ONCE]:
        seen, job = wanted.get(node_id), there.get(node_id, ("", None))[1]
        _report(session, now, type_, node_id, seen, job)


def _report(session: Session, now: datetime, type_: str, node_id: str, seen: Seen | None, job: str | None) -> None:
    """Each type is a scanner of its own, for one that finds nothing resolves all of its types. That it is over proves
    the job that was to bring that about."""
    name = SCANNER if type_ == DUPLICATE else f"{SCANNER}.{type_}"
    run = ScannerRun(name=name, types=[type_])
    scan = Scan(id=SCANNER, seq=int(now.timestamp()), scanners=[run])
    report = FindingReport(nodeId=node_id, findings=[seen] if seen else [], scan=scan)
    reports.record(session, report, now, proves=None if seen else job, bounded=False)
