"""People are told what they want to know, once, and not of what comes and goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hyprbox.errors import Conflict
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.jobs import ending, handing
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order, Preset
from hyprbox.nodes import store as nodes
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.model import Status
from hyprbox.notices import sorting, store
from hyprbox.notices.model import Delivery, Happening, Matter
from hyprbox.notices.spec import RuleSpec, not_before
from hyprbox.remediations import store as remediations
from hyprbox.runs import going
from hyprbox.runs import store as runs
from hyprbox.runs.model import Target
from hyprbox.runs.spec import Spec
from hyprbox.tokens import store as tokens
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, FindingReport, Reason, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from tests.cast import NOON, beat_of, minutes

BOX = "https://box.example"


def rule(session, channel, *kinds, **more):
    spec = RuleSpec(**{"name": "ops", "kinds": kinds, "channels": (channel.id,), "groupSeconds": 0, **more})
    return store.put_rule(session, NOON, "ada", spec)


def beat(session, now, *node_ids):
    record(session, [Beat(beat_of(node_id), now) for node_id in node_ids])


def sweep(session, now):
    """Silent for ten minutes is OFFLINE; then what happened is sorted."""
    nodes.mark_silent(session, now, NOON - minutes(1000), minutes(10))
    session.flush()
    while sorting.sort(session, now, BOX):
        pass


def told(session):
    session.flush()
    return [row.title for row in session.query(Delivery).order_by(Delivery.id)]


def scan(session, *seen, seq, node_id="eu-1", now=NOON, off=False):
    run = ScannerRun(name="tls", types=["tls.expiring"], off=off)
    report = FindingReport(nodeId=node_id, findings=list(seen), scan=Scan(id=f"s{seq}", seq=seq, scanners=[run]))
    reports.record(session, report, now)
    session.flush()


CERT = Seen(type="tls.expiring", key="/a.pem", severity=Severity.CRITICAL, message="certificate ends tomorrow")


def test_a_silent_node_is_told_after_the_delay_and_once_again_when_it_is_back(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "node.offline", delaySeconds=300)
    sweep(session, NOON + minutes(11))
    assert told(session) == []
    sweep(session, NOON + minutes(16))
    sweep(session, NOON + minutes(17))
    assert told(session) == ["eu-1 is offline"]

    beat(session, NOON + minutes(30), "eu-1")
    sweep(session, NOON + minutes(30))
    sweep(session, NOON + minutes(31))
    assert told(session) == ["eu-1 is offline", "eu-1 is online again"]


def test_what_is_over_before_it_was_told_was_nothing(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "node.offline", delaySeconds=300)
    sweep(session, NOON + minutes(11))
    beat(session, NOON + minutes(14), "eu-1")
    for n in range(15, 24):
        sweep(session, NOON + minutes(n))
    assert told(session) == []


@pytest.mark.parametrize("period", [2, 6, 12, 20])
def test_a_node_that_flaps_for_an_hour_sends_three_messages_at_most(session, channel, period):
    beat(session, NOON, "eu-1")
    rule(session, channel, "node.offline", delaySeconds=60)
    for minute in range(60):
        now = NOON + minutes(minute)
        if minute and minute % period == 0:
            change = session.query(nodes.State).one()
            if change.status == Status.OFFLINE:
                beat(session, now, "eu-1")
            else:
                change.status = Status.OFFLINE
                session.add(nodes.Change(node_id="eu-1", at=now, status=Status.OFFLINE))
        session.flush()
        session.expire_all()
        while sorting.sort(session, now, BOX):
            pass
    assert len(told(session)) <= 3
    assert told(session) or period == 2  # so short that it is over before it is told


def test_what_belongs_together_is_one_message(session, channel):
    rule(session, channel, "finding", groupSeconds=30)
    for n in range(14):
        beat(session, NOON, f"eu-{n}")
        scan(session, CERT, seq=1, node_id=f"eu-{n}")
    sweep(session, NOON)
    sweep(session, NOON + minutes(1))
    assert told(session) == ["Certificate expires: 14 on 14 nodes"]
    assert session.query(Delivery).one().body.count(f"{BOX}/dashboard/findings/") == 14


def test_a_finding_is_told_when_it_opens_ends_and_comes_back(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "finding")
    for seq, seen in enumerate(([CERT], [], [CERT]), 1):
        scan(session, *seen, seq=seq)
        sweep(session, NOON + minutes(seq))
    assert told(session) == [
        "eu-1: certificate ends tomorrow",
        "eu-1: resolved, certificate ends tomorrow",
        "eu-1: again: certificate ends tomorrow"
        "; it comes and goes, so you hear of it again when it is steady for 30 min",
    ]


def test_what_a_scanner_sees_that_was_off_has_not_come_back(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "finding")
    for seq, (seen, off) in enumerate((([CERT], False), ([], True), ([CERT], False)), 1):
        scan(session, *seen, seq=seq, off=off)
        sweep(session, NOON + minutes(seq))
    opened, out_of_sight, seen_again = told(session)
    assert out_of_sight == "eu-1: not looked at any more, certificate ends tomorrow"
    assert seen_again.partition(";")[0] == opened == "eu-1: certificate ends tomorrow"


def test_what_a_node_writes_is_one_line_and_floods_nobody(session, channel):
    rule(session, channel, "finding")
    beat(session, NOON, "eu-1")
    scan(session, replace(CERT, message="ends\r\nBcc: all@example.com\u202e"), seq=1)
    sweep(session, NOON)
    assert told(session) == ["eu-1: ends Bcc: all@example.comU+202E"]

    seen = [replace(CERT, type=f"made.up{number}") for number in range(50)]
    reports.record(session, FindingReport(nodeId="eu-1", findings=seen), NOON)
    sweep(session, NOON)
    assert told(session)[1:] == ["Many things: 50"]


def test_a_rule_may_want_only_some_nodes_and_only_what_is_bad_enough(session, channel):
    for node_id in ("eu-1", "eu-2"):
        beat(session, NOON, node_id)
    rule(session, channel, "finding", q="node=eu-2")
    warning = Seen(type="tls.expiring", key="/b.pem", severity=Severity.WARN, message="in a month")
    scan(session, CERT, warning, seq=1)
    scan(session, CERT, warning, seq=1, node_id="eu-2")
    sweep(session, NOON)
    assert told(session) == ["eu-2: certificate ends tomorrow"]


def test_a_failed_job_is_told_without_its_script(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "job.failed")
    job = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="echo my-secret"))
    jobs.end(session, NOON, job, "FAILED", "it broke")
    session.flush()
    sweep(session, NOON)
    assert told(session) == ["eu-1: A script is FAILED"]
    assert "my-secret" not in session.query(Delivery).one().body


def test_a_fix_that_was_taken_back_is_told(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "fix.rolled_back")
    scan(session, CERT, seq=1)
    preset = Preset(id="certbot-renew", version=2, sha256="ab", params={})
    job = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="true", preset=preset))
    finding = session.query(remediations.Finding).one()
    findings.start_fix(session, NOON, "ada", finding.id, job.id)
    remediations.start(session, NOON, "ada", finding, job)
    handing.accept(session, Badge("t", "eu-1"), job.id, "r", NOON)
    end = Completion(exitCode=30, reason=Reason.EXIT, runId="r", output="hb: apply failed, taken back\n")
    ending.complete(session, Badge("t", "eu-1"), job.id, end, NOON)
    sweep(session, NOON)
    assert told(session) == []

    remediations.settle(session, NOON, "eu-1")
    sweep(session, NOON)
    assert told(session) == ["eu-1: certbot-renew was taken back, apply failed, taken back"]


def test_a_run_is_told_when_it_stops_and_when_it_ends(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "run", severity="INFO")
    run = runs.begin(session, NOON, "ada", {}, Spec(q="eu-1", script="echo my-secret"))
    sweep(session, NOON)
    assert told(session) == []

    for code, now in ((1, NOON), (0, NOON + minutes(5))):
        target = session.get(Target, (run.id, "eu-1"))
        handing.accept(session, Badge("t", "eu-1"), target.job_id, "r", now)
        end = Completion(exitCode=code, reason=Reason.EXIT, runId="r")
        ending.complete(session, Badge("t", "eu-1"), target.job_id, end, now)
        going.advance(session, now, {}, run.id)
        sweep(session, now)
        if code:
            runs.retry(session, now, "ada", {}, run.id)
    assert told(session) == ["Run a script is STOPPED: 1 failed, 0 allowed", "Run a script is FINISHED"]
    assert not any("my-secret" in row.body for row in session.query(Delivery))


def test_a_token_that_ends_soon_is_told_once(session, channel):
    rule(session, channel, "token.expiring")
    tokens.mint(session, NOON, "ada", None, "backup", NOON + timedelta(days=10))
    tokens.mint(session, NOON, "ada", None, "later", NOON + timedelta(days=90))
    session.flush()
    for n in range(3):
        sorting.note_expiring_tokens(session, NOON + minutes(n))
        sweep(session, NOON + minutes(n))
    assert told(session) == ["The token backup ends on 2026-12-02"]


def test_what_stays_bad_is_told_again_now_and_then(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "node.offline", delaySeconds=0, remindSeconds=3600)
    for hour in range(4):
        sweep(session, NOON + minutes(11 + 60 * hour))
    assert told(session) == ["eu-1 is offline", *["Still: eu-1 is offline"] * 3]


def test_a_digest_comes_once_a_day(session, channel):
    beat(session, NOON, "eu-1")
    rule(session, channel, "finding", digest="08:00", timeZone="Europe/Berlin", severity="INFO")
    scan(session, CERT, Seen(type="tls.expiring", key="/b", severity=Severity.WARN, message="b"), seq=1)
    sweep(session, NOON)
    sweep(session, datetime(2026, 11, 23, 6, 59, tzinfo=UTC))
    assert told(session) == []
    sweep(session, datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
    assert told(session) == ["The last day: 2 things"]


@pytest.mark.parametrize(
    ("moment", "severity", "then"),
    [
        ("2026-10-24T21:30:00+02:00", "WARN", "2026-10-24T21:30:00+02:00"),
        ("2026-10-24T22:30:00+02:00", "WARN", "2026-10-25T07:00:00+01:00"),  # the night the clocks go back
        ("2026-03-29T01:30:00+01:00", "WARN", "2026-03-29T07:00:00+02:00"),  # the night they go forward
        ("2026-03-29T01:30:00+01:00", "CRITICAL", "2026-03-29T01:30:00+01:00"),
        ("2026-06-01T07:00:00+02:00", "WARN", "2026-06-01T07:00:00+02:00"),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(moment, severity, then):
    spec = RuleSpec(name="n", kinds=("run",), channels=("c",), quiet="22:00-07:00", timeZone="Europe/Berlin")
    assert not_before(spec, datetime.fromisoformat(moment), severity) == datetime.fromisoformat(then)


def test_where_no_rule_is_nothing_is_noted(session):
    beat(session, NOON, "eu-1")
    scan(session, CERT, seq=1)
    assert session.query(Happening).count() == 0


def test_a_channel_that_a_rule_uses_stays(session, channel):
    made = rule(session, channel, "run")
    with pytest.raises(Conflict, match="used by the rule ops"):
        store.remove_channel(session, NOON, "ada", channel.id)
    store.remove_rule(session, NOON, "ada", made.id)
    store.remove_channel(session, NOON, "ada", channel.id)
    assert session.query(Matter).count() == 0
