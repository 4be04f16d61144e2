"""A run goes on while it goes well, stops where it must, and waits for what is not known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hyprbox.db import Database
from hyprbox.errors import Conflict, Invalid
from hyprbox.findings import reports
from hyprbox.jobs import ending, handing
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.nodes import store as nodes
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.model import State as NodeState
from hyprbox.nodes.model import Status
from hyprbox.presets import catalogue
from hyprbox.remediations import store as remediations
from hyprbox.runs import going, store
from hyprbox.runs.batches import CANARY, check, sizes
from hyprbox.runs.model import Step, Target
from hyprbox.runs.spec import Spec
from hyprbox.runs.targets import plan
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, FindingReport, Reason, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from tests.cast import NOON, beat_of

PRESETS = catalogue.load_all()


@pytest.mark.parametrize(
    ("total", "batches", "expected"),
    [
        (150, CANARY, [1, 8, 38, 103]),
        (1, CANARY, [1]),
        (3, CANARY, [1, 1, 1]),
        (25, ("10",), [10, 10, 5]),
        (10, ("2", "3"), [2, 3, 3, 2]),
    ],
)
def test_batches_are_cut(total, batches, expected):
    assert sizes(total, batches) == expected


@pytest.mark.parametrize("batches", [(), ("0",), ("5 %",), ("101%",), ("x",), ("1",) * 21])
def test_what_cuts_no_batches_is_refused(batches):
    with pytest.raises(Invalid, match="batches has"):
        check(batches)


def fleet(session, number, now=NOON):
    record(session, [Beat(beat_of(f"eu-{n:03}"), now) for n in range(number)])
    session.flush()


def begin(session, **spec):
    return store.begin(session, NOON, "ada", PRESETS, Spec(**{"q": "eu-", "script": "true", **spec}))


def at_work(session, run):
    session.flush()
    rows = session.query(Target).filter_by(run_id=run.id, state=Step.GOING).order_by(Target.place)
    return [target.node_id for target in rows]


def finish(session, run, *node_ids, now=NOON, **said):
    """The nodes fetch their jobs and say how they ended."""
    for node_id in node_ids:
        target = session.get(Target, (run.id, node_id))
        badge = Badge("t", node_id)
        handing.accept(session, badge, target.job_id, "r", now)
        end = Completion(**{"exitCode": 0, "reason": Reason.EXIT, "runId": "r", **said})
        ending.complete(session, badge, target.job_id, end, now)
    going.advance(session, now, PRESETS, run.id)
    session.flush()


def counted(session, run):
    return store.count(session, [run.id])[run.id]


def test_batch_after_batch_until_all_are_done(session):
    fleet(session, 12)
    run = begin(session, batches=("1", "25%", "100%"))
    assert at_work(session, run) == ["eu-000"]
    finish(session, run, "eu-000")
    assert at_work(session, run) == ["eu-001", "eu-002", "eu-003"]
    finish(session, run, "eu-001", "eu-002")
    assert at_work(session, run) == ["eu-003"]
    finish(session, run, "eu-003")
    assert len(at_work(session, run)) == 8
    finish(session, run, *at_work(session, run))
    assert (run.state, counted(session, run)) == ("FINISHED", {Step.DONE: 12})


def test_no_more_at_once_than_is_said(session):
    fleet(session, 5)
    run = begin(session, batches=("100%",), concurrency=2)
    assert at_work(session, run) == ["eu-000", "eu-001"]
    finish(session, run, "eu-001")
    assert at_work(session, run) == ["eu-000", "eu-002"]


def test_one_failure_more_than_allowed_stops_it_and_takes_back_what_nobody_fetched(session):
    fleet(session, 6)
    run = begin(session, batches=("4", "2"), maxFailures=1)
    finish(session, run, "eu-000", exitCode=3)
    assert run.state == "RUNNING"
    handing.accept(session, Badge("t", "eu-002"), session.get(Target, (run.id, "eu-002")).job_id, "r", NOON)

    finish(session, run, "eu-001", exitCode=3)
    assert (run.state, run.note) == ("STOPPED", "2 failed, 1 allowed")
    assert at_work(session, run) == ["eu-002"]
    assert counted(session, run) == {Step.FAILED: 2, Step.GOING: 1, Step.WAITING: 3}
    assert {job.state for job in jobs.page(session, "eu-003", None, None, 9)} == {"CANCELLED"}


def test_only_the_failed_are_tried_again_and_then_it_goes_on(session):
    fleet(session, 4)
    run = begin(session, batches=("2", "2"))
    finish(session, run, "eu-000")
    finish(session, run, "eu-001", exitCode=1)
    assert run.state == "STOPPED"

    store.retry(session, NOON, "ada", PRESETS, run.id)
    assert at_work(session, run) == ["eu-001"]
    finish(session, run, "eu-001")
    assert at_work(session, run) == ["eu-002", "eu-003"]
    finish(session, run, "eu-002", "eu-003")
    assert run.state == "FINISHED"
    assert session.query(Job).count() == 5
    with pytest.raises(Conflict, match="nothing to try again"):
        store.retry(session, NOON, "ada", PRESETS, run.id)


def test_what_is_not_known_holds_it_until_a_person_says_what_that_means(session):
    fleet(session, 2)
    run = begin(session, batches=("1",))
    finish(session, run, "eu-000", exitCode=None, reason=Reason.AGENT_LOST)
    assert (run.state, run.note) == ("HELD", "of 1 it is not known how it ended")
    assert at_work(session, run) == []

    store.resume(session, NOON, "ada", PRESETS, run.id)
    assert at_work(session, run) == ["eu-001"]
    finish(session, run, "eu-001")
    assert (run.state, counted(session, run)) == ("FINISHED", {Step.PASSED: 1, Step.DONE: 1})


def test_a_lost_job_that_ended_well_after_all_lets_it_go_on_by_itself(session):
    fleet(session, 2)
    run = begin(session, batches=("1",))
    target = session.get(Target, (run.id, "eu-000"))
    handing.accept(session, Badge("t", "eu-000"), target.job_id, "r", NOON)
    jobs.end(session, NOON, jobs.get(session, target.job_id), "LOST", "gone")
    going.advance(session, NOON, PRESETS, run.id)
    assert run.state == "HELD"

    ending.complete(
        session, Badge("t", "eu-000"), target.job_id, Completion(exitCode=0, reason=Reason.EXIT, runId="r"), NOON
    )
    going.advance(session, NOON, PRESETS, run.id)
    assert at_work(session, run) == ["eu-001"]


def test_offline_nodes_come_last_and_wait_until_the_run_expires(session):
    fleet(session, 3)
    session.get_one(NodeState, "eu-000").status = Status.OFFLINE
    session.flush()
    run = begin(session, batches=("1", "100%"), expiresSeconds=3600)
    assert at_work(session, run) == ["eu-001"]
    finish(session, run, "eu-001")
    finish(session, run, "eu-002")
    assert (run.state, at_work(session, run)) == ("RUNNING", ["eu-000"])

    later = NOON + timedelta(hours=2)
    jobs.expire(session, later)
    going.advance(session, later, PRESETS, run.id)
    assert (run.state, counted(session, run)[Step.UNKNOWN]) == ("EXPIRED", 1)


def test_paused_it_lets_nothing_new_begin(session):
    fleet(session, 2)
    run = begin(session, batches=("1",))
    store.pause(session, NOON, "ada", run.id)
    finish(session, run, "eu-000")
    assert (run.state, at_work(session, run)) == ("PAUSED", [])
    store.resume(session, NOON, "ada", PRESETS, run.id)
    assert at_work(session, run) == ["eu-001"]
    store.stop(session, NOON, "ada", run.id)
    assert (run.state, at_work(session, run)) == ("STOPPED", [])


def test_moving_it_on_twice_begins_nothing_twice(session):
    fleet(session, 5)
    run = begin(session, batches=("100%",))
    for _ in range(3):
        going.advance(session, NOON, PRESETS, run.id)
    assert session.query(Job).count() == 5


def test_its_nodes_are_those_of_its_beginning(session):
    fleet(session, 2)
    run = begin(session)
    fleet(session, 4)
    nodes.delete_node(session, NOON, "ada", "eu-001")
    finish(session, run, "eu-000")
    assert (run.state, counted(session, run)) == ("FINISHED", {Step.DONE: 1})


def report(session, *seen, seq, proves=None, node_id="eu-000"):
    run = ScannerRun(name="all", types=["updates.stale_lists", "updates.security"])
    scan = Scan(id=f"s{seq}", seq=seq, scanners=[run])
    reports.record(session, FindingReport(nodeId=node_id, findings=list(seen), scan=scan), NOON, proves)
    remediations.settle(session, NOON, node_id, {"id": f"s{seq}"})


STALE = Seen(type="updates.stale_lists", key="apt", severity=Severity.WARN, message="old")


def test_exit_code_0_of_a_fix_is_not_enough_a_scan_has_to_prove_it(session):
    fleet(session, 2)
    for n in range(2):
        report(session, STALE, seq=1, node_id=f"eu-00{n}")
    run = begin(session, script=None, preset="apt-refresh", batches=("1",))
    job_id = session.get(Target, (run.id, "eu-000")).job_id
    finish(session, run, "eu-000")
    assert at_work(session, run) == ["eu-000"]

    report(session, seq=2, proves=job_id)
    going.advance(session, NOON, PRESETS, run.id)
    assert at_work(session, run) == ["eu-001"]


def test_a_fix_that_did_not_fix_stops_it(session):
    fleet(session, 2)
    for n in range(2):
        report(session, STALE, seq=1, node_id=f"eu-00{n}")
    run = begin(session, script=None, preset="apt-refresh", batches=("1",))
    job_id = session.get(Target, (run.id, "eu-000")).job_id
    finish(session, run, "eu-000")
    report(session, STALE, seq=2, proves=job_id)
    going.advance(session, NOON, PRESETS, run.id)
    assert (run.state, session.get(Target, (run.id, "eu-000")).note) == ("STOPPED", "the scan after it sees it still")


def test_the_plan_says_what_would_happen_on_each_node_before_it_does(session):
    fleet(session, 3)
    report(session, STALE, seq=1)
    shown = plan(session, NOON, PRESETS, Spec(q="eu-", preset="apt-refresh", batches=("1", "100%")))
    assert [(each.nodeId, each.batch, each.what) for each in shown] == [
        ("eu-000", 1, "fixes updates.stale_lists apt"),
        ("eu-001", 2, "runs apt-refresh"),
        ("eu-002", 2, "runs apt-refresh"),
    ]
    assert session.query(Job).count() == 0


@pytest.mark.parametrize(
    ("spec", "match"),
    [
        ({"q": "nobody"}, "no node matches"),
        ({"q": " "}, "q is empty"),
        ({"q": "cpu=3"}, "expected cpu<80"),
        ({"preset": "apt-refresh"}, "either script or preset"),
        ({"script": None, "preset": "nothing"}, "preset nothing is not known"),
        ({"script": None, "preset": "apt-refresh", "params": {"x": "y"}}, "'x' is no parameter"),
        ({"concurrency": -1}, "concurrency is -1"),
        ({"expiresSeconds": 5}, "expiresSeconds is 5"),
        ({"script": ""}, "script is empty"),
    ],
)
def test_what_is_no_run_is_refused(session, spec, match):
    fleet(session, 1)
    with pytest.raises(Exception, match=match):
        begin(session, **spec)


def test_a_failure_of_the_node_itself_is_a_failure_and_a_silent_end_is_not(session):
    fleet(session, 2)
    run = begin(session, batches=("100%",), maxFailures=5)
    finish(session, run, "eu-000", exitCode=None, reason=Reason.REFUSED, errorMsg="locked")
    finish(session, run, "eu-001", exitCode=143, reason=Reason.TIMEOUT)
    assert counted(session, run) == {Step.FAILED: 2}
    assert session.get(Target, (run.id, "eu-000")).note == "locked"


def test_whoever_moves_it_on_at_the_same_time_begins_each_node_once(database_url):
    """As several replicas would."""
    dbs = [Database(database_url) for _ in range(3)]
    with dbs[0].session() as session:
        fleet(session, 40)
        run_id = begin(session, batches=("1", "100%")).id
        job_id = session.get(Target, (run_id, "eu-000")).job_id
        handing.accept(session, Badge("t", "eu-000"), job_id, "r", NOON)
        jobs.end(session, NOON, jobs.get(session, job_id), "SUCCEEDED", None)

    def move(db):
        with db.session() as session:
            going.advance(session, NOON, PRESETS, run_id)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(move, dbs * 4))
    with dbs[0].session() as session:
        assert session.query(Job).count() == 40
    for db in dbs:
        db.close()


def test_runs_go_when_their_jobs_do(session):
    fleet(session, 1)
    run = begin(session)
    assert store.drop_old(session, NOON + timedelta(days=400), 10) == 0  # it has not ended
    finish(session, run, "eu-000")
    assert store.drop_old(session, NOON, 10) == 0
    assert store.drop_old(session, NOON + timedelta(days=400), 10) == 1
    assert session.query(Target).count() == 0
