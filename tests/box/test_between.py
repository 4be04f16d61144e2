"""What another replica does between our look and our word is not written over. SQLite has one writer and no between."""

import pytest

from hyprbox.db import Database
from hyprbox.errors import Conflict
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding, State
from hyprbox.nodes import beats
from hyprbox.suppressions import store as suppressions
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from tests.cast import BEAT, NOON, minutes

CERT = Seen(type="tls.expiring", key="/etc/a.pem", severity=Severity.WARN, message="12 days")


@pytest.fixture
def db(postgres_databases):
    url = postgres_databases.fresh()
    db = Database(url)
    with db.session() as session:
        beats.record(session, [beats.Beat(BEAT, NOON)])
        scan(session, CERT, seq=1)
    yield db
    db.close()
    postgres_databases.drop(url)


def scan(session, *seen, seq):
    block = Scan(id=f"s{seq}", seq=seq, scanners=[ScannerRun(name="tls", types=["tls.expiring"])])
    reports.record(session, FindingReport(nodeId="eu-1", findings=list(seen), scan=block), NOON)


def only(db):
    with db.session() as session:
        return session.query(Finding).one()


def first(meanwhile, then):
    """As `then`, but another replica is quicker, once."""
    left = [meanwhile]

    def call(*args):
        if left:
            left.pop()()
        return then(*args)

    return call


@pytest.mark.parametrize(
    "say",
    [
        lambda session, finding: findings.acknowledge(session, NOON, "ada", finding, "known", None),
        lambda session, finding: findings.snooze(session, NOON, "ada", finding, "later", NOON + minutes(9)),
        lambda session, finding: findings.resolve_by_hand(session, NOON, "ada", finding, "done"),
    ],
    ids=["acknowledge", "snooze", "resolve"],
)
def test_what_a_scan_has_just_resolved_is_not_held_for_ever(db, monkeypatch, say):
    finding_id = only(db).id

    def another():
        with db.session() as session:
            scan(session, seq=2)

    monkeypatch.setattr(findings.nodes, "lock", first(another, findings.nodes.lock))
    with pytest.raises(Conflict, match="is RESOLVED"), db.session() as session:
        say(session, finding_id)
    assert only(db).state == State.RESOLVED


def test_what_is_lifted_while_it_is_applied_holds_nothing_back(db, monkeypatch):
    with db.session() as session:
        about = {"type": CERT.type, "key": "", "q": "", "ceiling": Severity.WARN, "reason": "known", "until": None}
        made = suppressions.make(session, NOON, "ada", **about).id

    def another():
        with db.session() as session:
            suppressions.lift(session, NOON, "ada", made)
        with db.session() as session:
            assert suppressions.open_again(session, NOON, "ada", made) == 0

    for apply in (
        lambda session: suppressions.apply(session, NOON, made),
        lambda session: suppressions.apply_to_node(session, NOON, "eu-1"),
    ):
        with monkeypatch.context() as patched, db.session() as session:
            patched.setattr(suppressions, "_open_ones", first(another, suppressions._open_ones))
            apply(session)
        assert only(db).state == State.OPEN
        with db.session() as session:
            session.get_one(suppressions.Suppression, made).lifted_at = None
