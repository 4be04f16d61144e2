"""(node, type, key) is a finding for life. What a scan does not see any more is resolved, but only where it looked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hyprbox.errors import Conflict, Missing
from hyprbox.findings import off, own, reports, room, search, stale, store, words
from hyprbox.findings.model import Finding, ScannerState
from hyprbox.nodes import beats
from hyprbox.nodes import store as nodes
from hyprbox.nodes.model import State as NodeState
from hyprbox.thresholds import store as thresholds
from hyprbox.tokens import store as tokens
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from tests.cast import BEAT, NOON, minutes

LONG_AGO = NOON - minutes(600)
CERT = Seen(type="tls.expiring", key="/etc/a.pem", severity=Severity.WARN, message="12 days", metadata={"daysLeft": 12})
OTHER = replace(CERT, key="/etc/b.pem")


@pytest.fixture(autouse=True)
def eu_1(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])


def plain(session, *findings, now=NOON):
    reports.record(session, FindingReport(nodeId="eu-1", findings=list(findings)), now)


CLOCK = 1_795_000_000_000  # agents number their scans by it, from one to the next


def scan(session, *findings, seq=1, now=NOON, proves=None, final=True, scan_id=None, **run):
    tls = ScannerRun(name="tls", **({"types": ["tls.expiring", "tls.unreadable"]} | run))
    block = Scan(id=scan_id or f"s{seq}", seq=CLOCK + seq, final=final, scanners=[tls])
    reports.record(session, FindingReport(nodeId="eu-1", findings=list(findings), scan=block), now, proves)


def only(session):
    session.flush()
    session.expire_all()
    return session.scalars(select(Finding)).one()


def states(session):
    session.flush()
    session.expire_all()
    return dict(session.execute(select(Finding.key, Finding.state)).all())


def notes(session):
    return [(event.was, event.became) for event in store.events(session, only(session).id)]


def test_a_finding_seen_again_is_the_same_row(session):
    plain(session, CERT)
    plain(session, replace(CERT, message="11 days", metadata={"daysLeft": 11}), now=NOON + minutes(15))

    finding = only(session)
    assert (finding.state, finding.message, finding.details) == ("OPEN", "11 days", {"daysLeft": 11})
    assert store.last_seen(session, [finding])[finding.id] == NOON + minutes(15)


def test_an_unchanged_report_rewrites_no_finding(session):
    scan(session, CERT)
    before = only(session).seen_at
    scan(session, CERT, seq=2, now=NOON + minutes(15))

    finding = only(session)
    assert finding.seen_at == before
    assert store.last_seen(session, [finding])[finding.id] == NOON + minutes(15)


def test_findings_need_a_node(session):
    with pytest.raises(Missing, match="heartbeat first"):
        reports.record(session, FindingReport(nodeId="eu-7", findings=[CERT]), NOON)


def test_a_full_scan_resolves_what_it_does_not_see(session):
    scan(session, CERT, OTHER)
    scan(session, CERT, seq=2, now=NOON + minutes(15))

    assert states(session) == {"/etc/a.pem": "OPEN", "/etc/b.pem": "RESOLVED"}


@pytest.mark.parametrize(
    "half_blind",
    [{"ok": False}, {"types": ["tls.unreadable"]}, {"unexamined": ["/etc/a.pem"]}, {"seq": 0}, {"final": False}],
    ids=str,
)
def test_a_scan_that_did_not_look_resolves_nothing(session, half_blind):
    scan(session, CERT)
    scan(session, **({"seq": 2, "now": NOON + minutes(15)} | half_blind))

    assert only(session).state == "OPEN"


def test_a_scan_in_two_parts_is_judged_as_a_whole(session):
    scan(session, CERT, OTHER)
    scan(session, OTHER, seq=2, final=False, scan_id="s2")
    scan(session, seq=2, scan_id="s2")

    assert states(session) == {"/etc/a.pem": "RESOLVED", "/etc/b.pem": "OPEN"}


def test_what_comes_back_is_reopened_and_counted(session):
    scan(session, CERT)
    scan(session, seq=2)
    scan(session, CERT, seq=3)

    assert (only(session).state, only(session).reopen_count) == ("OPEN", 1)
    assert notes(session) == [(None, "OPEN"), ("OPEN", "RESOLVED"), ("RESOLVED", "OPEN")]


def test_an_acknowledged_one_stays_quiet_until_it_gets_worse(session):
    scan(session, CERT)
    store.acknowledge(session, NOON, "ada", only(session).id, "known", None)
    scan(session, replace(CERT, message="11 days"), seq=2)
    assert only(session).state == "ACKNOWLEDGED"

    scan(session, replace(CERT, severity=Severity.CRITICAL), seq=3)
    assert (only(session).state, only(session).held_by) == ("OPEN", None)
    assert words.happened(store.events(session, only(session).id)[-1])[1] == "Became critical"


def test_an_acknowledged_one_is_resolved_like_any_other(session):
    scan(session, CERT)
    store.acknowledge(session, NOON, "ada", only(session).id, "known", None)
    scan(session, seq=2)

    assert (only(session).state, only(session).resolved_how) == ("RESOLVED", "absent")


def test_a_snooze_ends_by_itself(session):
    scan(session, CERT)
    store.snooze(session, NOON, "ada", only(session).id, "later", NOON + minutes(60))
    store.end_holds(session, NOON + minutes(59))
    assert only(session).state == "SNOOZED"

    store.end_holds(session, NOON + minutes(60))
    assert only(session).state == "OPEN"


def test_what_a_person_resolved_comes_back_with_the_very_same_report(session):
    scan(session, CERT)
    store.resolve_by_hand(session, NOON, "ada", only(session).id, "gone, I think")
    scan(session, CERT, seq=2)

    assert only(session).state == "OPEN"


def test_only_the_scan_after_the_fix_ends_it(session):
    scan(session, CERT)
    store.start_fix(session, NOON, "ada", only(session).id, "j1")
    scan(session, seq=2)
    assert only(session).state == "FIXING"

    scan(session, seq=3, proves="j1")
    assert (only(session).state, only(session).resolved_how) == ("RESOLVED", "verified")


def test_a_fix_that_did_not_help_opens_it_again(session):
    scan(session, CERT)
    store.start_fix(session, NOON, "ada", only(session).id, "j1")
    scan(session, CERT, seq=2, proves="j1")

    assert only(session).state == "OPEN"
    assert store.events(session, only(session).id)[-1].note.startswith("not fixed")


def test_a_failed_fix_falls_back_to_what_it_was(session):
    scan(session, CERT)
    finding = store.acknowledge(session, NOON, "ada", only(session).id, "known", None)
    store.start_fix(session, NOON, "ada", finding.id, "j1")
    store.give_up_fix(session, NOON, "j1", "its job failed")

    assert (only(session).state, only(session).held_why) == ("ACKNOWLEDGED", "known")


def test_a_finding_is_fixed_by_one_job_at_a_time(session):
    scan(session, CERT)
    store.start_fix(session, NOON, "ada", only(session).id, "j1")
    with pytest.raises(Conflict, match="FIXING"):
        store.start_fix(session, NOON, "bo", only(session).id, "j2")


def stale_at(session, after, heard, since=LONG_AGO):
    beats.record(session, [beats.Beat(BEAT, NOON + heard)])
    session.flush()
    session.expire_all()
    stale.resolve_stale(session, NOON + after, since, minutes(45))
    return only(session).state


def test_a_plain_agents_finding_goes_when_it_was_not_seen_for_long_though_the_node_is_heard(session):
    plain(session, CERT)
    assert stale_at(session, minutes(44), heard=minutes(43)) == "OPEN"
    assert stale_at(session, minutes(47), heard=minutes(46)) == "RESOLVED"


@pytest.mark.parametrize(
    ("heard", "since"),
    [(minutes(30), LONG_AGO), (minutes(99), NOON + minutes(80))],
    ids=["the node was silent too", "nobody listened"],
)
def test_silence_proves_nothing_when(session, heard, since):
    plain(session, CERT)
    assert stale_at(session, minutes(100), heard, since) == "OPEN"


def test_a_slow_scanner_gets_three_of_its_own_intervals(session):
    for n in range(3):
        plain(session, replace(CERT, message=str(n)), now=NOON + timedelta(hours=2 * n))
    assert stale_at(session, timedelta(hours=9), heard=timedelta(hours=9)) == "OPEN"
    assert stale_at(session, timedelta(hours=10, minutes=2), heard=timedelta(hours=10, minutes=1)) == "RESOLVED"


def test_a_described_scan_is_never_resolved_by_silence(session):
    scan(session, CERT)
    assert stale_at(session, minutes(600), heard=minutes(599)) == "OPEN"


def test_the_node_counts_what_wants_attention(session):
    scan(session, CERT, replace(OTHER, severity=Severity.CRITICAL))
    state = nodes.get(session, "eu-1").state
    session.refresh(state)

    assert (state.open_critical, state.open_warn) == (1, 1)


def test_a_contested_name_is_a_critical_finding_until_it_is_settled(session):
    own.note_duplicates(session, NOON, ["eu-1"])
    assert (only(session).type, only(session).severity) == ("agent.duplicate_identity", Severity.CRITICAL)

    own.note_duplicates(session, NOON + minutes(40), [])
    assert only(session).state == "RESOLVED"


def test_the_list_is_worst_first_and_goes_on_where_it_stopped(session):
    several = [replace(CERT, key=f"/{n}", severity=list(Severity)[n % 3]) for n in range(9)]
    scan(session, *several)

    first = search.page(session, search.Filter(), None, 4)
    rest = search.page(session, search.Filter(), search.cursor(first[-1]), 10)
    severities = [finding.severity for finding in [*first, *rest]]
    assert len({finding.id for finding in [*first, *rest]}) == 9
    assert severities == sorted(severities, key=list(Severity).index, reverse=True)


def test_problems_are_grouped_by_type(session):
    scan(session, CERT, OTHER)
    newest = max(session.scalars(select(Finding.id)))
    assert search.groups(session) == [search.Group("tls.expiring", Severity.WARN, 2, 1, 0, newest)]


def test_an_agent_that_is_older_than_the_control_plane_is_outdated_until_it_is_upgraded(session):
    older = nodes.older_than(session, "0.2.0")
    own.note_outdated(session, NOON, older, "0.2.0")
    own.note_outdated(session, NOON + minutes(1), {}, "0.2.0")

    assert older == {"eu-1": "0.1.0"}
    (finding,) = session.scalars(select(Finding).where(Finding.type == "agent.outdated"))
    assert (finding.state, finding.resolved_how, finding.details["carried"]) == ("RESOLVED", "absent", "0.2.0")


def test_versions_are_compared_as_numbers_and_others_not_at_all(session):
    assert nodes.older_than(session, "0.1.0") == {}
    assert nodes.older_than(session, "0.0.9") == {}
    assert nodes.older_than(session, "0.10.0") == {"eu-1": "0.1.0"}
    for version in ("", "v0.0.1", "0.0.x"):
        beats.record(session, [beats.Beat(replace(BEAT, agent_version=version), NOON)])
        assert nodes.older_than(session, "9.0.0") == {}


def test_a_fix_of_an_outdated_agent_is_proved_by_its_new_version(session):
    own.note_outdated(session, NOON, {"eu-1": "0.1.0"}, "0.2.0")
    finding = session.scalar(select(Finding).where(Finding.type == "agent.outdated"))
    finding.state, finding.fix_job = "FIXING", "job-1"
    session.flush()

    own.note_outdated(session, NOON + minutes(1), {"eu-1": "0.1.0"}, "0.2.0")
    assert finding.state == "FIXING"
    own.note_outdated(session, NOON + minutes(2), {}, "0.2.0")
    assert (finding.state, finding.resolved_how) == ("RESOLVED", "verified")


def test_a_token_that_ends_soon_is_told_of_unless_a_later_one_is_there(session):
    soon = NOON + timedelta(days=10)
    tokens.mint(session, NOON, "ada", "eu-1", expires_at=soon)
    tokens.mint(session, NOON, "ada", None, expires_at=soon)
    expiring = tokens.expiring(session, NOON, NOON + timedelta(days=14))
    own.note_expiring(session, NOON, expiring)
    (finding,) = session.scalars(select(Finding).where(Finding.type == "agent.token_expiring"))
    tokens.mint(session, NOON, "ada", "eu-1")

    assert expiring == {"eu-1": soon}
    assert (finding.severity, soon.date().isoformat() in finding.message) == ("WARN", True)
    assert tokens.expiring(session, NOON, NOON + timedelta(days=14)) == {}


def test_what_a_scanner_found_that_is_switched_off_is_out_of_sight_and_not_fixed(session):
    scan(session, CERT)
    thresholds.put(session, NOON, "ada", "quiet", "node=eu-1", {"scannersOff": ["tls"]})
    scan(session, seq=2, off=True)

    assert (only(session).state, only(session).resolved_how) == ("RESOLVED", "off")
    *_, last = store.events(session, only(session).id)
    assert last.note == (
        "the scanner tls is switched off by the threshold quiet: nobody knows whether it is still there"
    )
    assert (words.happened(last)[1], words.sign(only(session)).word) == ("Not looked at any more",) * 2
    assert off.scanners(session, "eu-1") == ["tls"]


def test_a_scanner_that_the_node_itself_has_off_is_told_from_one_that_a_threshold_has(session):
    assert off.by_whom(session, NOON, "eu-1", ["tls"]) == "the node's own settings"
    thresholds.put(session, NOON, "ada", "quiet", "node=eu-1", {"scannersOff": ["smart", "tls"]})
    assert off.by_whom(session, NOON, "eu-1", ["tls"]) == "the threshold quiet"
    assert off.by_whom(session, NOON, "eu-1", ["tls", "oom"]) == "the node's own settings"


def test_what_is_seen_when_its_scanner_looks_again_has_not_come_back(session):
    scan(session, CERT)
    scan(session, seq=2, off=True)
    scan(session, CERT, seq=3)

    assert (only(session).state, only(session).reopen_count) == ("OPEN", 0)
    assert off.scanners(session, "eu-1") == []


def test_a_node_makes_up_no_more_scanners_than_there_is_room_for(session, monkeypatch):
    monkeypatch.setattr(room, "MOST_SCANNERS", 2)
    for number in range(4):
        run = ScannerRun(name=f"made-up-{number}")
        block = Scan(id=f"s{number}", seq=CLOCK + number, scanners=[run])
        reports.record(session, FindingReport(nodeId="eu-1", findings=[], scan=block), NOON + minutes(number))

    kept = session.scalars(select(ScannerState.scanner).order_by(ScannerState.scanner)).all()
    assert kept == ["made-up-2", "made-up-3"]


def test_the_longest_resolved_make_room_for_new_findings(session, monkeypatch):
    monkeypatch.setattr(room, "MOST_FINDINGS", 2)
    scan(session, CERT, OTHER)
    scan(session, CERT, seq=2)
    scan(session, CERT, replace(CERT, key="/etc/c.pem"), seq=3)

    assert states(session) == {"/etc/a.pem": "OPEN", "/etc/c.pem": "OPEN"}


def test_what_has_no_room_is_left_out_the_mildest_first_and_what_is_known_is_still_heard(session, monkeypatch):
    monkeypatch.setattr(room, "MOST_FINDINGS", 2)
    worse = replace(CERT, key="/etc/c.pem", severity=Severity.CRITICAL)
    scan(session, CERT)
    scan(session, replace(CERT, message="11 days"), OTHER, worse, seq=2)

    assert states(session) == {"/etc/a.pem": "OPEN", "/etc/c.pem": "OPEN"}
    assert session.scalar(select(Finding.message).where(Finding.key == "/etc/a.pem")) == "11 days"
    assert room.is_full(session, "eu-1")

    scan(session, OTHER, worse, seq=3)
    scan(session, OTHER, worse, seq=4)
    assert states(session) == {"/etc/b.pem": "OPEN", "/etc/c.pem": "OPEN"}


def test_a_part_of_a_scan_that_finds_no_room_lets_nothing_be_taken_for_mended(session, monkeypatch):
    monkeypatch.setattr(room, "MOST_FINDINGS", 2)
    scan(session, CERT, OTHER)
    scan(session, OTHER, replace(CERT, key="/etc/new.pem"), seq=2, final=False, scan_id="s2")
    scan(session, CERT, seq=2, scan_id="s2")

    assert states(session) == {"/etc/a.pem": "OPEN", "/etc/b.pem": "OPEN"}


def test_the_last_part_of_a_long_scan_alone_is_news_when_it_is_all_of_the_next(session):
    scan(session, CERT, seq=1, final=False, scan_id="s1")
    scan(session, OTHER, seq=1, scan_id="s1")
    scan(session, OTHER, seq=2)

    assert states(session) == {"/etc/a.pem": "RESOLVED", "/etc/b.pem": "OPEN"}


def test_a_node_that_is_full_hides_nothing_that_the_control_plane_finds_itself(session, monkeypatch):
    monkeypatch.setattr(room, "MOST_FINDINGS", 1)
    scan(session, CERT)
    own.note_duplicates(session, NOON, ["eu-1"])

    assert states(session) == {"/etc/a.pem": "OPEN", "node_id": "OPEN"}


def test_a_node_is_counted_once_a_report_however_much_is_in_it(session):
    many = [replace(CERT, key=f"/etc/{number}.pem") for number in range(300)]
    scan(session, *many)
    counted = session.get(NodeState, "eu-1")
    session.refresh(counted)
    assert counted.open_warn == 300

    scan(session, *many[:100], seq=2)
    session.refresh(counted)
    assert counted.open_warn == 100


def test_what_could_not_be_examined_and_then_could_is_news_though_nothing_is_seen_either_time(session):
    scan(session, CERT)
    scan(session, seq=2, unexamined=["/etc/a.pem"], error="/etc/a.pem: Permission denied")
    scan(session, seq=3)

    assert (only(session).state, only(session).resolved_how) == ("RESOLVED", "absent")


def test_a_scan_that_comes_too_late_does_not_make_the_next_one_old_news(session):
    scan(session, CERT, seq=3)
    scan(session, seq=2)
    assert only(session).state == "OPEN"

    scan(session, seq=4)
    assert only(session).state == "RESOLVED"


def test_what_went_away_during_a_fix_that_was_given_up_is_resolved_by_the_next_scan(session):
    scan(session, CERT)
    store.start_fix(session, NOON, "ada", only(session).id, "j1")
    scan(session, seq=2)
    store.give_up_fix(session, NOON, "j1", "its job ended as LOST")
    assert only(session).state == "OPEN"

    scan(session, seq=3)
    assert (only(session).state, only(session).resolved_how) == ("RESOLVED", "absent")


def test_what_no_scanner_claims_is_news_when_one_has_claimed_and_resolved_it_meanwhile(session):
    scan(session, CERT, types=[])
    scan(session, CERT, seq=2)
    scan(session, seq=3)
    assert only(session).state == "RESOLVED"

    scan(session, CERT, seq=4, types=[])
    assert (only(session).state, only(session).reopen_count) == ("OPEN", 1)


def test_what_a_plain_agent_sees_is_news_when_one_that_was_there_meanwhile_has_resolved_it(session):
    plain(session, CERT)
    scan(session, CERT)
    scan(session, seq=2)
    assert only(session).state == "RESOLVED"

    plain(session, CERT, now=NOON + minutes(60))
    assert (only(session).state, only(session).reopen_count) == ("OPEN", 1)
