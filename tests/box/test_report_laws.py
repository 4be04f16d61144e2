"""A report that says nothing new is not looked at in full, and that makes no difference, whatever came before it."""

from random import Random

import pytest
from sqlalchemy import select, update

from hyprbox.errors import Conflict
from hyprbox.findings import again, reports, store
from hyprbox.findings.model import Finding, ScannerState
from hyprbox.hot.beats import MORE
from hyprbox.nodes import beats
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from tests.cast import NOON, beat_of, minutes

TYPES = {"tls": ["tls.expiring", "tls.unreadable"], "disk": ["disk.full"]}
KEYS = ["a", "b"]
SEVERITIES = [Severity.WARN, Severity.WARN, Severity.CRITICAL]


@pytest.mark.parametrize("seed", [3, 7, 15, 32, 47])  # each of these has found a difference once
def test_what_is_left_out_changes_nothing(session, seed):
    """eu-1 is spared what says nothing new; of eu-2 everything is looked at."""
    _live(session, Random(seed), mixed=0)


@pytest.mark.parametrize("seed", [31, 45, 46, 77])  # as these
def test_nor_where_an_agent_that_describes_no_scans_takes_turns_with_one_that_does(session, seed):
    _live(session, Random(seed), mixed=0.4)


def _live(session, chance, mixed):
    beats.record(session, [beats.Beat(beat_of(node), NOON) for node in ("eu-1", "eu-2")])
    content = [], []
    for step in range(1, 26):
        if chance.random() < 0.3:
            _change(session, chance, step)
        elif chance.random() < 0.7:
            content = _made_up(chance)
        _report(session, chance, step, mixed, *content)
        assert _known(session, "eu-1") == _known(session, "eu-2")


def _made_up(chance):
    """What both scanners may say: with gaps, failures, switched off, or not there."""
    runs, found = [], []
    for name, types in TYPES.items():
        if chance.random() < 0.15:
            continue
        blind = [key for key in KEYS if chance.random() < 0.15]
        complete, ok, off = (chance.random() < often for often in (0.9, 0.85, 0.1))
        runs.append(ScannerRun(name=name, ok=ok, types=types if complete else [], unexamined=blind, off=off))
        names = [(type_, key) for type_ in types for key in KEYS if not off and key not in blind]
        for type_, key in names:
            if chance.random() < 0.35:
                found.append(Seen(type=type_, key=key, severity=chance.choice(SEVERITIES), message=chance.choice("xy")))
    return runs, found


def _report(session, chance, step, mixed, runs, found):
    late = 5 if chance.random() < 0.1 else 0
    fixing = sorted({job for *_, job in _known(session, "eu-1").values() if job})
    proves = chance.choice(fixing) if fixing and chance.random() < 0.3 else None
    now = NOON + minutes(15 * step)
    scan = Scan(id=f"s{step}", seq=100 + step - late, scanners=runs, jobId=proves)
    if mixed and chance.random() < mixed:  # an agent that does not describe its scans takes turns with one that does
        scan = proves = None
    spared, other = (FindingReport(nodeId=node, findings=found, scan=scan) for node in ("eu-1", "eu-2"))
    if not (again.may_be(spared) and again.note(session, [(spared, now)], MORE)[0]):
        session.expire_all()
        reports.record(session, spared, now, proves)
    session.execute(update(ScannerState).where(ScannerState.node_id == "eu-2").values(digest=""))
    reports.record(session, other, now, proves)


def _change(session, chance, step):
    """Somebody does something with a finding of both nodes, or a fix of it is given up."""
    names = sorted(_known(session, "eu-1"))
    what = chance.choice(["fix", "fix", "give up", "resolve", "acknowledge"])
    type_, key = chance.choice(names) if names else ("", "")
    for row in session.scalars(select(Finding).where(Finding.type == type_, Finding.key == key)).all():
        try:
            if what == "fix":
                store.start_fix(session, NOON, "ada", row.id, f"j{step}")
            elif what == "give up" and row.fix_job:
                store.give_up_fix(session, NOON, row.fix_job, "lost")
            elif what == "resolve":
                store.resolve_by_hand(session, NOON, "ada", row.id, "gone")
            elif what == "acknowledge":
                store.acknowledge(session, NOON, "ada", row.id, "known", None)
        except Conflict:
            pass


def _known(session, node):
    session.flush()
    session.expire_all()
    rows = session.scalars(select(Finding).where(Finding.node_id == node))
    return {
        (row.type, row.key): (row.state, row.resolved_how, row.severity, row.message, row.reopen_count, row.fix_job)
        for row in rows
    }
