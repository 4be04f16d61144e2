"""What somebody suppresses is acknowledged wherever it comes up, until it becomes worse, is lifted, or ends."""

from dataclasses import replace

import pytest

from hyprbox.errors import Conflict, Invalid
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding, State
from hyprbox.nodes import beats
from hyprbox.suppressions import store
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from tests.cast import NOON, beat_of, minutes

PORT = Seen(type="port.exposed", key="tcp/5432", severity=Severity.WARN, message="PostgreSQL listens")
OTHER = replace(PORT, key="tcp/23")


@pytest.fixture
def fleet(session):
    """eu-1 and eu-2 with the same two findings."""
    for node in ("eu-1", "eu-2"):
        beats.record(session, [beats.Beat(beat_of(node), NOON)])
        report(session, node, 1, PORT, OTHER)
    return session


def report(session, node, seq, *seen, now=NOON):
    run = ScannerRun(name="port", types=[PORT.type])
    scan = Scan(id=f"{node}{seq}", seq=seq, scanners=[run])
    reports.record(session, FindingReport(nodeId=node, findings=list(seen), scan=scan), now)
    store.apply_to_node(session, now, node)


def suppress(session, **more):
    wanted = {"type": PORT.type, "key": "", "q": "", "ceiling": Severity.WARN, "reason": "behind a VPN", "until": None}
    made = store.make(session, NOON, "ada", **(wanted | more))
    while store.apply(session, NOON, made.id):
        pass
    return made


def held(session):
    rows = session.query(Finding).filter_by(state=State.ACKNOWLEDGED)
    return sorted(f"{row.node_id} {row.key}" for row in rows)


def test_a_key_is_suppressed_everywhere(fleet):
    made = suppress(fleet, key=PORT.key)

    assert held(fleet) == ["eu-1 tcp/5432", "eu-2 tcp/5432"]
    one = fleet.query(Finding).filter_by(node_id="eu-1", key=PORT.key).one()
    assert (one.held_by, one.held_why, one.suppression) == ("ada", "behind a VPN", made.id)
    assert findings.events(fleet, one.id)[-1].note == "suppressed: behind a VPN"
    assert store.held(fleet, [made]) == {made.id: 2}


def test_a_query_says_on_which_nodes(fleet):
    suppress(fleet, q="node=eu-2")
    assert held(fleet) == ["eu-2 tcp/23", "eu-2 tcp/5432"]


def test_a_query_alone_is_for_every_type(fleet):
    suppress(fleet, type="", q="node=eu-1")
    assert held(fleet) == ["eu-1 tcp/23", "eu-1 tcp/5432"]


def test_a_subject_is_not_listened_to_on_some_nodes(fleet):
    suppress(fleet, type="port.*", q="node=eu-1")
    suppress(fleet, type="por.*")
    suppress(fleet, type="port%.*")
    assert held(fleet) == ["eu-1 tcp/23", "eu-1 tcp/5432"]


def test_what_comes_up_later_is_suppressed_at_once(session):
    beats.record(session, [beats.Beat(beat_of("eu-1"), NOON)])
    suppress(session, key=PORT.key, q="node=eu-1")
    report(session, "eu-1", 1, PORT, OTHER)
    assert held(session) == ["eu-1 tcp/5432"]


def test_what_becomes_worse_is_open(fleet):
    suppress(fleet)
    report(fleet, "eu-1", 2, replace(PORT, severity=Severity.CRITICAL), OTHER)
    assert held(fleet) == ["eu-1 tcp/23", "eu-2 tcp/23", "eu-2 tcp/5432"]


def test_one_that_goes_was_not_fixed_by_anybody(fleet):
    suppress(fleet)
    report(fleet, "eu-1", 2, OTHER)
    gone = fleet.query(Finding).filter_by(node_id="eu-1", key=PORT.key).one()
    assert (gone.state, gone.resolved_how) == (State.RESOLVED, "absent")


def test_what_is_lifted_is_open_again(fleet):
    made, other = suppress(fleet, key=PORT.key), suppress(fleet, key=OTHER.key)
    store.lift(fleet, NOON, "bo", made.id)
    while store.open_again(fleet, NOON, "bo", made.id):
        pass

    assert held(fleet) == ["eu-1 tcp/23", "eu-2 tcp/23"]
    assert [one.id for one in store.page(fleet, NOON, None, 10)] == [other.id]
    report(fleet, "eu-1", 2, PORT, OTHER)
    assert held(fleet) == ["eu-1 tcp/23", "eu-2 tcp/23"]
    with pytest.raises(Conflict, match="was lifted already"):
        store.lift(fleet, NOON, "bo", made.id)


def test_what_somebody_holds_himself_stays_so_when_it_is_lifted(fleet):
    one = fleet.query(Finding).filter_by(node_id="eu-1", key=PORT.key).one()
    made = suppress(fleet)
    findings.take_up_again(fleet, NOON, "bo", one.id, State.ACKNOWLEDGED)
    findings.acknowledge(fleet, NOON, "bo", one.id, "mine", None)
    while store.open_again(fleet, NOON, "ada", made.id):
        pass
    assert held(fleet) == ["eu-1 tcp/5432"]


def test_it_ends_by_itself(fleet):
    suppress(fleet, until=NOON + minutes(60))
    findings.end_holds(fleet, NOON + minutes(61))
    assert held(fleet) == []
    report(fleet, "eu-1", 2, PORT, OTHER, now=NOON + minutes(62))
    assert held(fleet) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"type": ""}, "type and q are empty"),
        ({"type": "", "q": "node=x", "key": "a"}, "key is given without type"),
        ({"reason": " "}, "reason is empty"),
        ({"until": NOON}, "expected a time in the future"),
        ({"q": "cpu=x"}, "cpu"),
    ],
)
def test_what_makes_no_sense_is_refused(fleet, wrong, sentence):
    with pytest.raises((Invalid, ValueError), match=sentence):
        suppress(fleet, **wrong)
