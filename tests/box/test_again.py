"""A report that says nothing new is noted with many others, exactly as it would have been by itself."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from hyprbox.findings import again, reports
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding, ScannerState
from hyprbox.hot.beats import MORE
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats
from hyprbox.remediations import store as remediations
from hyprbox.remediations.model import Verdict
from hyprbox.suppressions import store as suppressions
from hyprbox.thresholds import store as thresholds
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from hyprwire.thresholds import Taken
from tests.cast import NOON, beat_of, minutes

CERT = Seen(type="tls.expiring", key="/etc/a.pem", severity=Severity.WARN, message="12 days", metadata={"daysLeft": 12})
TLS = ScannerRun(name="tls", types=["tls.expiring"])
DISK = ScannerRun(name="disk", types=["disk.full"], error="/srv: Permission denied")
OFF = ScannerRun(name="log", off=True)
LOOKS_BY = Taken(digest="d", own=["tlsWarnDays", "scannersOff"])
LATER = NOON + minutes(15)


def report(node="eu-1", *, seq=1, seen=(CERT,), runs=(TLS, DISK, OFF), **more):
    scan = Scan(id=f"{node} {seq}", seq=seq, scanners=list(runs), **more)
    return FindingReport(nodeId=node, findings=list(seen), scan=scan)


@pytest.fixture
def fleet(session):
    """eu-1 and eu-2, which have reported the same."""
    for node in ("eu-1", "eu-2"):
        beats.record(session, [beats.Beat(beat_of(node), NOON)])
        reports.record(session, report(node, seq=5), NOON)
        thresholds.told(session, NOON, node, LOOKS_BY)
    session.flush()
    return session


def noted(session, *said, now=LATER):
    session.flush()
    done = again.note(session, [(each, now) for each in said], MORE)
    session.expire_all()
    return done


def states(session, node):
    rows = session.scalars(select(ScannerState).where(ScannerState.node_id == node).order_by(ScannerState.scanner))
    return [
        (row.scanner, row.seen_at, row.last_ok, row.error, row.digest, row.seq, row.interval_seconds, row.off)
        for row in rows
    ]


@pytest.mark.parametrize("seq", [3, 9])
def test_it_leaves_what_the_long_way_leaves(fleet, seq):
    reports.record(fleet, report("eu-1", seq=seq), LATER)
    assert noted(fleet, report("eu-2", seq=seq)) == [True]

    assert states(fleet, "eu-2") == states(fleet, "eu-1")
    assert states(fleet, "eu-2")[0][1] == LATER


def test_a_scanner_that_fails_as_before_is_not_called_well(fleet):
    failed = replace(TLS, ok=False, error="no openssl")
    for node in ("eu-1", "eu-2"):
        reports.record(fleet, report(node, seq=6, runs=[failed]), NOON)
    reports.record(fleet, report("eu-1", seq=7, runs=[failed]), LATER)
    assert noted(fleet, report("eu-2", seq=7, runs=[failed])) == [True]

    assert states(fleet, "eu-2") == states(fleet, "eu-1")


def test_who_says_something_new_takes_the_long_way_and_nobody_else(fleet):
    news = report("eu-1", seq=6, seen=[replace(CERT, message="11 days")])
    assert noted(fleet, news, report("eu-2", seq=6), report("eu-3")) == [False, True, False]

    reports.record(fleet, news, LATER)
    fleet.flush()
    assert fleet.scalars(select(Finding.message).order_by(Finding.node_id)).all() == ["11 days", "12 days"]


@pytest.mark.parametrize(
    "said",
    [
        report(seen=[]),
        report(runs=[TLS, DISK, OFF, ScannerRun(name="new")]),
        report(runs=[TLS, DISK, replace(OFF, off=False)]),
        report(runs=[replace(TLS, unexamined=["/etc/b.pem"]), DISK, OFF]),
        report(settings=replace(LOOKS_BY, digest="e")),
        report(settings=replace(LOOKS_BY, own=[])),
        report(settings=replace(LOOKS_BY, refused="no")),
    ],
    ids=["gone", "new scanner", "on again", "cannot look", "other settings", "own settings", "refused settings"],
)
def test_news_is(fleet, said):
    assert noted(fleet, report(settings=LOOKS_BY)) == [True]
    assert noted(fleet, said) == [False]


def test_who_says_two_things_at_once_is_heard_in_order(fleet):
    assert noted(fleet, report(seq=6), report(seq=7), report("eu-2", seq=6)) == [False, False, True]


@pytest.mark.parametrize(
    "said",
    [
        FindingReport(nodeId="eu-1", findings=[CERT]),
        report(final=False),
        report(jobId="j"),
        report(seen=[CERT, replace(CERT, type="odd")]),
    ],
    ids=["of a plain agent", "a part", "a proof", "of no scanner"],
)
def test_only_whole_scans_of_named_scanners_may_be_noted(said):
    assert again.may_be(report())
    assert not again.may_be(said)


@pytest.mark.parametrize(
    ("wanted", "done"),
    [
        ({"type": "tls.*"}, False),
        ({"q": "node=eu-1"}, False),
        ({"type": CERT.type, "key": CERT.key}, False),
        ({"type": "tl*"}, True),
        ({"type": CERT.type, "key": "/etc/b.pem"}, True),
        ({"ceiling": Severity.INFO}, True),
        ({"until": NOON + minutes(1)}, True),
    ],
)
def test_what_a_suppression_may_hold_back_is_looked_at(fleet, wanted, done):
    usual = {"type": CERT.type, "key": "", "q": "", "ceiling": Severity.WARN, "reason": "known", "until": None}
    made = suppressions.make(fleet, NOON, "ada", **(usual | ({"type": ""} if "q" in wanted else {}) | wanted))
    assert noted(fleet, report()) == [done]

    suppressions.lift(fleet, NOON, "ada", made.id)
    assert noted(fleet, report()) == [True]


def test_a_fix_waits_for_its_verdict(fleet):
    finding = fleet.scalars(select(Finding).where(Finding.node_id == "eu-1")).one()
    job = jobs.queue(fleet, NOON, "ada", Order(node_id="eu-1", script="true"))
    fix = remediations.start(fleet, NOON, "ada", finding, job)
    assert noted(fleet, report(), report("eu-2")) == [False, True]

    fix.verdict, fix.ended_at = Verdict.VERIFIED_FIXED, NOON
    assert noted(fleet, report()) == [False]  # it came back
    assert noted(fleet, report(), now=NOON + remediations.REGRESSION) == [True]

    findings.resolve_by_hand(fleet, NOON, "ada", finding.id, "gone")
    findings.forget_report(fleet, finding)
    assert noted(fleet, report()) == [False]  # and is to be opened again
