"""A node's page says when its scanners looked, and what of it did not come."""

import pytest

from hyprbox.findings import reports, room
from hyprbox.nodes.beats import Beat, record
from hyprbox.overview.scanned import scanned
from hyprbox.thresholds import store as thresholds
from hyprbox.words import NBSP
from hyprwire import Finding, FindingReport, Scan, ScannerRun, Severity
from tests.cast import BEAT, NOON, minutes

CERT = Finding(type="tls.expiring", key="/a.pem", severity=Severity.CRITICAL, message="5 days left")
LOOKED = ScannerRun(name="tls", types=["tls.expiring"])


@pytest.fixture(autouse=True)
def eu_1(session):
    record(session, [Beat(BEAT, NOON)])


def scan(session, *runs, seq=1, findings=()):
    block = Scan(id=f"s{seq}", seq=seq, scanners=list(runs))
    reports.record(session, FindingReport(nodeId="eu-1", findings=list(findings), scan=block), NOON)


def said(session, after=5):
    return scanned(session, "eu-1", NOON + minutes(after)).replace(NBSP, " ")


def test_nobody_has_looked_yet(session):
    assert said(session) == "No scan has come yet."


def test_those_that_looked_are_counted_and_the_others_named(session):
    scan(session, LOOKED, ScannerRun(name="disk"), ScannerRun(name="lynis", ok=False, error="it is not installed"))

    assert said(session) == "2 scanners looked, last 5 min ago. lynis could not look, or not tell."


def test_a_scanner_that_is_off_has_not_looked_and_it_is_said_who_wants_that(session):
    off = ScannerRun(name="disk", off=True)
    scan(session, LOOKED, off)
    assert said(session) == "1 scanner looked, last 5 min ago. disk is switched off by the node's own settings."

    thresholds.put(session, NOON, "ada", "quiet", "node=eu-1", {"scannersOff": ["disk", "smart"]})
    scan(session, LOOKED, off, ScannerRun(name="smart", off=True), seq=2)
    assert said(session).endswith(" disk and smart are switched off by the threshold quiet.")


def test_what_is_seen_beyond_the_room_of_a_node_is_not_passed_over(session, monkeypatch):
    scan(session, LOOKED, findings=[CERT])
    assert said(session) == "1 scanner looked, last 5 min ago."

    monkeypatch.setattr(room, "MOST_FINDINGS", 1)
    assert said(session).endswith(" 1 findings are all that is kept of a node: what is beyond them is not shown.")
