"""Two processes at one finding, node, guard or person: the second does what it would have done had it come later.

On PostgreSQL alone: SQLite has one writer at a time.
"""

import threading
from dataclasses import replace
from functools import partial

import psycopg
import pytest

from hyprbox.audit.model import Entry
from hyprbox.db import Database
from hyprbox.errors import Conflict, Missing
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding
from hyprbox.guards import store as guards
from hyprbox.jobs import ending, handing
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats
from hyprbox.nodes import store as nodes
from hyprbox.nodes.model import Node
from hyprbox.people import store as people
from hyprbox.people.model import Role
from hyprbox.presets import catalogue
from hyprbox.presets import store as presets
from hyprbox.remediations import store as remediations
from hyprbox.remediations.model import Remediation
from hyprbox.suppressions import store as suppressions
from hyprbox.tokens.badge import Badge
from hyprbox.tokens.model import Tombstone
from hyprwire import Completion, FindingReport, Reason, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from tests.cast import BEAT, NOON, minutes
from tests.servers import wait_until

CATALOGUE = catalogue.load_all()
EU_1 = Badge("t", "eu-1")
LOOSE = Seen(type="perm.loose", key="/etc/shadow", severity=Severity.CRITICAL, message="open to all")
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def db(postgres_databases):
    url = postgres_databases.fresh()
    db = Database(url)
    with db.session() as session:
        beats.record(session, [beats.Beat(BEAT, NOON)])
        scan(session, 1, LOOSE)
    yield db
    db.close()
    postgres_databases.drop(url)


def scan(session, seq, *seen, proves=None, now=NOON):
    run = ScannerRun(name="perm", types=["perm.loose"])
    report = FindingReport(nodeId="eu-1", findings=list(seen), scan=Scan(id=f"s{seq}", seq=seq, scanners=[run]))
    reports.record(session, report, now, proves)
    suppressions.apply_to_node(session, now, "eu-1")
    remediations.settle(session, now, "eu-1", {"id": f"s{seq}"})


def fix(session):
    return presets.fix(session, NOON, "ada", CATALOGUE, the(session, Finding).id, None, {}).id


def the(session, model):
    return session.query(model).one()


def at_once(db, first, second):
    """`second` begins while `first` has done its work and not yet committed. What became of the second."""
    outcome = []

    def other():
        try:
            with db.session() as session:
                outcome.append(second(session))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=other)
    with db.session() as session:
        first(session)
        session.flush()
        thread.start()
        wait_until(lambda: outcome or waiting(db))
    thread.join(30)
    return outcome[0]


def waiting(db):
    with psycopg.connect(db.url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        return connection.execute(WAITS).fetchone()[0]


def test_two_order_a_fix_and_one_does(db):
    outcome = at_once(db, fix, fix)

    assert isinstance(outcome, Conflict)
    with db.session() as session:
        assert the(session, Finding).fix_job == the(session, Job).id == the(session, Remediation).job_id


def test_nothing_is_fixed_that_a_scan_has_just_seen_gone(db):
    outcome = at_once(db, lambda session: scan(session, 2), fix)

    assert isinstance(outcome, Conflict)
    with db.session() as session:
        assert the(session, Finding).state == "RESOLVED"
        assert session.query(Job).count() == 0


def test_a_scan_that_ends_while_a_fix_is_ordered_is_no_proof_of_it(db):
    at_once(db, fix, lambda session: scan(session, 2))

    with db.session() as session:
        assert the(session, Finding).state == "FIXING"
        assert the(session, Remediation).verdict is None


def test_a_scan_proves_a_fix_that_is_just_given_up_or_is_too_late_for_it(db):
    with db.session() as session:
        job = fix(session)
        handing.accept(session, EU_1, job, "r", NOON)
        ending.complete(session, EU_1, job, Completion(exitCode=0, reason=Reason.EXIT, runId="r"), NOON)

    def prove(session):
        scan(session, 2, proves=job, now=NOON + minutes(50))

    def give_up(session):
        ending.give_up_unproven(session, NOON + minutes(50), NOON - minutes(600))
        remediations.settle(session, NOON + minutes(50), "eu-1")

    at_once(db, prove, give_up)

    with db.session() as session:
        assert the(session, Finding).state == "RESOLVED"
        proven = the(session, Remediation)
        assert proven.verdict == "VERIFIED_FIXED"
        assert remediations.evidence(session, proven.after)["scan"] == {"id": "s2"}


def test_what_a_scan_sees_gone_does_not_come_back_because_its_rest_is_over(db):
    with db.session() as session:
        findings.snooze(session, NOON, "ada", the(session, Finding).id, "later", NOON + minutes(5))

    at_once(db, lambda session: scan(session, 2), lambda session: findings.end_holds(session, NOON + minutes(6)))

    with db.session() as session:
        assert the(session, Finding).state == "RESOLVED"


def test_what_a_scan_sees_gone_is_not_suppressed(db):
    with db.session() as session:
        made = suppressions.make(
            session, NOON, "ada", type=LOOSE.type, key="", q="", ceiling=Severity.CRITICAL, reason="known", until=None
        )

    def suppress(session):
        return suppressions.apply(session, NOON, made.id)

    assert at_once(db, lambda session: scan(session, 2), suppress) == 0
    with db.session() as session:
        assert the(session, Finding).state == "RESOLVED"


def test_what_is_just_suppressed_is_known_as_such_by_the_fix_of_it(db):
    """And is so again when the fix comes to nothing."""
    with db.session() as session:
        made = suppressions.make(
            session, NOON, "ada", type=LOOSE.type, key="", q="", ceiling=Severity.CRITICAL, reason="known", until=None
        )

    at_once(db, lambda session: suppressions.apply(session, NOON, made.id), fix)

    with db.session() as session:
        assert the(session, Finding).state_before_fix == "ACKNOWLEDGED"
        told = [(event.was, event.became) for event in findings.events(session, the(session, Finding).id)]
        assert told == [(None, "OPEN"), ("OPEN", "ACKNOWLEDGED"), ("ACKNOWLEDGED", "FIXING")]


@pytest.mark.parametrize("leave", [nodes.delete_node, partial(nodes.rename, new_id="eu-2")], ids=["deleted", "renamed"])
def test_nothing_that_a_report_adds_is_left_of_a_node_that_is_gone(db, leave):
    other = replace(LOOSE, key="/etc/gshadow")
    at_once(
        db,
        lambda session: scan(session, 2, LOOSE, other),
        lambda session: leave(session, NOON, "ada", node_id="eu-1"),
    )

    with db.session() as session:
        assert session.query(Finding).filter_by(node_id="eu-1").count() == 0
        assert session.query(Finding).filter_by(node_id="eu-2").count() in (0, 2)


@pytest.mark.parametrize("leave", [nodes.delete_node, partial(nodes.rename, new_id="eu-3")], ids=["deleted", "renamed"])
def test_a_node_that_was_just_renamed_is_not_there_to_be_renamed_or_deleted(db, leave):
    """Or the audit log would tell of what never was, and a tombstone stand for a node that lives on."""
    outcome = at_once(
        db,
        lambda session: nodes.rename(session, NOON, "ada", "eu-1", "eu-2"),
        lambda session: leave(session, NOON, "bo", node_id="eu-1"),
    )

    assert isinstance(outcome, Missing)
    with db.session() as session:
        assert the(session, Node).node_id == "eu-2"
        assert session.query(Tombstone).count() == 0
        assert [(entry.actor, entry.action) for entry in session.query(Entry)] == [("ada", "node.rename")]


def test_two_proofs_that_come_together_both_count(db):
    with db.session() as session:
        job = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="true"))
        guard = guards.expect(session, NOON, job, ["ssh"], 300, needs_human=False)
        guard.state, guard.until = guards.State.ARMED, NOON + minutes(5)

    at_once(
        db,
        lambda session: guards.confirm(session, NOON, "ada", job.id),
        lambda session: guards.reached(session, NOON, job.id),
    )

    with db.session() as session:
        assert set(guards.get(session, job.id).proofs) == {"human", "reach"}


def test_two_admins_who_disable_each_other_leave_one(db):
    with db.session() as session:
        for name in ("ada", "bo"):
            people.create(session, NOON, "root", name, Role.ADMIN)

    outcome = at_once(
        db,
        lambda session: people.disable(session, NOON, "bo", "ada"),
        lambda session: people.disable(session, NOON, "ada", "bo"),
    )

    assert isinstance(outcome, Conflict)
    with db.session() as session:
        assert [person.name for person in people.everyone(session) if person.disabled_at is None] == ["bo"]
