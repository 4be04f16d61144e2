"""The fleet in numbers, and what happened lately in it."""

from dataclasses import replace

import pytest

from hyprbox.audit import store as audit
from hyprbox.findings import reports, search
from hyprbox.findings import store as findings
from hyprbox.findings.worklist import problems
from hyprbox.jobs import ending, handing
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order
from hyprbox.nodes import store as nodes
from hyprbox.nodes.beats import Beat, record
from hyprbox.overview import store
from hyprbox.overview.lately import lately
from hyprbox.overview.onenode import look_at
from hyprbox.overview.plot import RANGES
from hyprbox.thresholds import store as thresholds
from hyprbox.tokens import store as tokens
from hyprbox.tokens.badge import Badge
from hyprbox.words import NBSP
from hyprwire import Completion, FindingReport, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from hyprwire.thresholds import Taken
from tests.cast import NOON, beat_of, minutes

EU_1 = Badge("t1", "eu-1")
CERT = Seen(type="tls.expiring", key="/a.pem", severity=Severity.CRITICAL, message="5 days left")
LATER = NOON + minutes(30)


@pytest.fixture(autouse=True)
def fleet(session):
    for node_id in ("eu-1", "eu-2", "eu-3"):
        record(session, [Beat(beat_of(node_id), NOON)])


def scan(session, *seen, node_id="eu-1", seq=1, now=NOON, proves=None):
    run = ScannerRun(name="tls", types=["tls.expiring", "disk.full"])
    block = Scan(id=f"s{seq}", seq=seq, scanners=[run])
    reports.record(session, FindingReport(nodeId=node_id, findings=list(seen), scan=block), now, proves)
    session.flush()


def fixing(session, now=NOON):
    """A finding of eu-1 whose fix has ended well and waits for its proof."""
    scan(session, CERT)
    finding = search.page(session, search.Filter(node_id="eu-1"), None, 1)[0]
    job = jobs.queue(session, now, "ada", Order(node_id="eu-1", script="certbot renew"))
    findings.start_fix(session, now, "ada", finding.id, job.id)
    handing.accept(session, EU_1, job.id, "r1", now)
    ending.complete(session, EU_1, job.id, Completion(exitCode=0, runId="r1"), now)
    session.flush()
    return job.id


def said(session, most=20, may_read=True):
    session.flush()
    return [
        " ".join(filter(None, (each.before, each.name, each.after))).replace(NBSP, " ")
        for each in lately(session, LATER, most, may_read)
    ]


def test_the_numbers_of_the_fleet(session):
    scan(session, CERT, replace(CERT, type="disk.full", severity=Severity.WARN))
    jobs.queue(session, NOON, "ada", Order(node_id="eu-2", script="true"))
    session.flush()
    nodes.mark_silent(session, NOON + minutes(11), NOON - minutes(600), minutes(10))

    assert store.fleet(session) == store.Fleet(online=0, offline=3, affected=1, critical=1, warn=1, jobs=1)


def test_fixes_that_run_and_fixes_that_were_proven_are_counted_by_day(session):
    job_id = fixing(session)
    running = store.progress(session, LATER)
    assert (running.fixing, running.fixing_nodes, running.new_critical) == (1, 1, 1)

    scan(session, seq=2, now=NOON + minutes(5), proves=job_id)
    assert store.progress(session, LATER).verified == [0, 0, 0, 0, 0, 0, 1]
    assert store.progress(session, LATER + 3 * store.DAY).verified == [0, 0, 0, 1, 0, 0, 0]
    assert store.progress(session, LATER + 8 * store.DAY).verified == [0] * 7


def test_problems_come_worst_first_with_an_example_and_how_many_are_being_fixed(session):
    for node_id in ("eu-2", "eu-3"):
        warning = replace(CERT, type="disk.full", severity=Severity.WARN)
        scan(session, warning, replace(CERT, type="docker.group", severity=Severity.INFO), node_id=node_id)
    fixing(session)

    first, second = problems(session)  # what is only worth knowing is not among them
    assert (first.title, first.group.nodes, first.is_being_fixed) == ("Certificate expires", 1, True)
    assert (second.group.type, second.group.nodes, second.example.node_id) == ("disk.full", 2, "eu-3")


def test_nodes_are_not_counted_where_that_would_take_too_long(session, monkeypatch):
    monkeypatch.setattr(search, "MANY", 1)
    for node_id in ("eu-2", "eu-3"):
        scan(session, CERT, node_id=node_id)
    assert [(group.findings, group.nodes) for group in search.groups(session)] == [(2, None)]


def test_no_problem_is_an_empty_list(session):
    assert problems(session) == []


def test_lately_tells_one_story_of_nodes_findings_jobs_and_people(session):
    nodes.mark_silent(session, NOON + minutes(11), NOON - minutes(600), minutes(10))
    job_id = fixing(session, NOON + minutes(12))
    scan(session, seq=2, now=NOON + minutes(20), proves=job_id)
    tokens.mint(session, NOON + minutes(25), "ada", "eu-1", "backup")

    told = said(session)
    assert told[0] == "ada made the token backup"
    assert told[1] == "Certificate expires on eu-1: resolved, verified fixed"
    assert "certbot renew on eu-1: ended well after 0 s" in told
    assert "eu-1 went offline" in told


def test_the_same_on_many_nodes_is_told_once(session):
    for node_id in ("eu-1", "eu-2", "eu-3"):
        scan(session, CERT, node_id=node_id)
    assert said(session) == ["Certificate expires on 3 nodes: seen"]


def test_lately_is_for_what_matters(session):
    scan(session, replace(CERT, severity=Severity.INFO))
    audit.record(session, NOON, "ada", "person.sign-in", "ada", address="127.0.0.1")
    assert said(session) == []


def test_who_may_not_read_scripts_does_not_learn_them_here(session):
    jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="curl -H secret"))
    assert said(session, may_read=False) == ["A script on eu-1: queued"]


def test_one_node_is_told_apart_from_the_others(session):
    scan(session, CERT)
    scan(session, replace(CERT, type="disk.full"), node_id="eu-2")
    seen = look_at(session, LATER, "eu-1", RANGES["1h"], may_read=True)
    assert [finding.type for finding in seen.findings] == ["tls.expiring"]
    assert [(mark.text, mark.x) for mark in seen.marks] == [("Certificate expires", 50)]
    assert seen.curves[0].peak == 3.1


def test_the_disk_is_critical_from_where_people_say_unless_the_host_says_otherwise(session):
    def percent():
        full = look_at(session, LATER, "eu-1", RANGES["1h"], may_read=True).full
        return full and full.percent

    assert percent() == 95
    thresholds.put(session, NOON, "ada", "small", "node=eu-1", {"diskCriticalPercent": 90})
    assert percent() == 90
    thresholds.told(session, NOON, "eu-1", Taken(digest="", own=["diskCriticalPercent"]))
    session.flush()
    assert percent() is None


@pytest.mark.parametrize(("age", "shown"), [(59, "1h"), (61, "24h")])
def test_of_a_young_node_the_hour_is_shown_that_it_has_lived(session, age, shown):
    seen = look_at(session, NOON + minutes(age), "eu-1", None, may_read=True)
    assert seen.window.range.name == shown
