"""A job runs once, on one node, and its every byte is kept once."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hyprbox.errors import Conflict, Gone, Invalid, Missing, TooLarge, Unavailable
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding
from hyprbox.jobs import ending, handing, output, store
from hyprbox.jobs.model import Piece
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, FindingReport, Output, Reason, Severity
from hyprwire import Finding as Seen
from tests.cast import BEAT, NOON, minutes

LONG_AGO = NOON - minutes(600)
EU_1 = Badge("t1", "eu-1")
FLEET = Badge("t2", None)
STRAY = Badge("t3", "eu-2")


@pytest.fixture(autouse=True)
def eu_1(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])


def reread(session, job):
    session.flush()
    session.refresh(job)


def queue(session, script="true", **order):
    return store.queue(session, NOON, "ada", Order(node_id="eu-1", script=script, **order))


def running(session, run_id="r1", badge=EU_1, **order):
    job = queue(session, **order)
    handing.accept(session, badge, job.id, run_id, NOON)
    reread(session, job)
    return job


def say(session, job, text, offset=None, run_id="r1", badge=EU_1, now=NOON, left_out=0):
    return output.append(
        session, badge, job.id, Output(output=text, offset=offset, runId=run_id, leftOut=left_out), now
    )


def complete(session, job, run_id="r1", now=NOON, badge=EU_1, **said):
    ending.complete(session, badge, job.id, Completion(**({"exitCode": 0, "runId": run_id} | said)), now)
    reread(session, job)
    return job.state


def text(session, job):
    session.flush()
    return output.read(session, job, 0, 10_000_000).decode()


def test_jobs_are_offered_in_the_order_in_which_they_were_queued(session):
    first, _ = queue(session), queue(session)

    offered = handing.next_offer(session, "eu-1", NOON)
    assert offered is not None
    assert (offered.id, offered.leaseSeconds) == (first.id, 90)


def test_looking_takes_nothing_and_accepting_takes_once(session):
    job = queue(session)
    assert handing.next_offer(session, "eu-1", NOON) == handing.next_offer(session, "eu-1", NOON)

    handing.accept(session, EU_1, job.id, "r1", NOON)
    handing.accept(session, EU_1, job.id, "r1", NOON)  # its first answer was lost
    with pytest.raises(Conflict):
        handing.accept(session, EU_1, job.id, "r2", NOON)


def test_a_node_runs_one_job_at_a_time(session):
    first, second = queue(session), queue(session)
    handing.accept(session, EU_1, first.id, "r1", NOON)

    assert handing.next_offer(session, "eu-1", NOON) is None
    with pytest.raises(Conflict):
        handing.accept(session, EU_1, second.id, "r2", NOON)
    complete(session, first)
    assert handing.next_offer(session, "eu-1", NOON).id == second.id


def test_a_cancelled_job_is_gone_for_the_agent(session):
    job = queue(session)
    store.cancel(session, NOON, "ada", job.id)

    assert handing.next_offer(session, "eu-1", NOON) is None
    for badge in (EU_1, FLEET):
        with pytest.raises(Gone):
            handing.accept(session, badge, job.id, "r1", NOON)


def test_a_plain_agent_that_asks_again_has_left_its_job(session):
    first, second = queue(session), queue(session)
    assert handing.claim(session, EU_1, "eu-1", NOON).id == first.id
    assert handing.claim(session, EU_1, "eu-1", NOON).id == second.id

    reread(session, first)
    assert (first.state, second.state) == ("LOST", "RUNNING")
    assert handing.claim(session, EU_1, "eu-1", NOON) is None


def test_a_claim_never_takes_an_accepted_run_away(session):
    job = running(session)
    queue(session)
    assert handing.claim(session, EU_1, "eu-1", NOON) is None
    assert job.state == "RUNNING"


def test_a_job_exists_only_for_its_node_and_the_token_that_got_it(session):
    job = running(session, badge=FLEET)
    assert say(session, job, "a", badge=FLEET).nextOffset == 1
    assert say(session, job, "b", badge=EU_1).nextOffset == 2
    for badge in (STRAY, Badge("t4", None), Badge(None, None)):
        with pytest.raises(Missing):
            say(session, job, "c", badge=badge)


def test_every_byte_is_kept_once(session):
    job = running(session)
    assert say(session, job, "héllo", 0).nextOffset == 6
    assert say(session, job, "héllo", 0).nextOffset == 6
    assert say(session, job, "lo wörld", 4).nextOffset == 13
    with pytest.raises(Conflict) as gap:
        say(session, job, "!", 99)

    assert gap.value.extra == {"expectedOffset": 13}
    assert text(session, job) == "héllo wörld"


def test_what_the_node_has_lost_is_said(session):
    job = running(session)
    say(session, job, "head", 0)
    assert say(session, job, "tail", 1004, left_out=1000).nextOffset == 1008
    assert text(session, job) == "head\n[1000 bytes were left out: the node does not have them any more]\ntail"


def test_output_stops_at_the_limit_and_says_so(session):
    job = running(session, max_output_bytes=4096)
    assert say(session, job, "x" * 5000, 0).nextOffset == 5000
    assert say(session, job, "y" * 5000, 5000).nextOffset == 10_000

    kept = text(session, job)
    assert len(kept) == job.output_bytes == 4096
    assert "the rest was not kept" in kept


def test_reading_goes_on_at_any_offset_also_when_compacted(session):
    job = running(session)
    whole = "".join(f"line {n} ä\n" for n in range(3000))
    for start in range(0, len(whole), 700):
        say(session, job, whole[start : start + 700])
    complete(session, job)
    output.compact(session)

    reread(session, job)
    assert job.compacted
    data = whole.encode()
    assert [output.read(session, job, n, 50) for n in (0, 777, 20_000)] == [data[n : n + 50] for n in (0, 777, 20_000)]


def test_what_is_compacted_in_several_parts_is_whole(session, monkeypatch):
    monkeypatch.setattr(output, "COMPACT_SIZE", 1000)
    job = running(session)
    whole = "".join(f"line {n} ä\n" for n in range(500))
    for start in range(0, len(whole), 333):
        say(session, job, whole[start : start + 333])
    complete(session, job)
    output.compact(session)

    reread(session, job)
    assert text(session, job) == whole
    assert session.scalar(select(func.count()).select_from(Piece)) == -(-len(whole.encode()) // 1000)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"exitCode": 0, "reason": Reason.EXIT}, "SUCCEEDED"),
        ({"exitCode": 3, "reason": Reason.EXIT}, "FAILED"),
        ({"exitCode": 137, "reason": Reason.TIMEOUT}, "TIMED_OUT"),
        ({"exitCode": 143, "reason": Reason.CANCEL}, "CANCELLED"),
        ({"exitCode": None, "reason": Reason.SPAWN_ERROR, "errorMsg": "no /bin/bash"}, "FAILED"),
        ({"exitCode": None, "reason": Reason.AGENT_LOST}, "LOST"),
        ({"exitCode": 0}, "SUCCEEDED"),
        ({"exitCode": 1}, "FAILED"),
        ({"exitCode": None}, "FAILED"),
    ],
    ids=str,
)
def test_how_it_ended_decides_the_state(session, said, state):
    assert complete(session, running(session), **said) == state


def test_an_end_is_told_once_and_the_last_piece_with_it(session):
    job = running(session)
    say(session, job, "first ", 0)
    complete(session, job, output="last", offset=6)
    complete(session, job, output="last", offset=6, exitCode=1)

    assert (job.state, job.exit_code, text(session, job)) == ("SUCCEEDED", 0, "first last")
    assert say(session, job, "more", 10).nextOffset == 10


def test_an_end_with_a_gap_in_its_output_is_not_taken(session):
    job = running(session)
    with pytest.raises(Conflict):
        complete(session, job, output="last", offset=6)
    reread(session, job)
    assert job.state == "RUNNING"


def test_silence_for_the_lease_is_lost_and_a_late_end_corrects_it(session):
    job = running(session)
    assert ending.mark_lost(session, NOON + timedelta(seconds=149), LONG_AGO) == 0
    assert ending.mark_lost(session, NOON + timedelta(seconds=151), LONG_AGO) == 1
    assert job.state == "LOST"

    assert complete(session, job, now=NOON + minutes(60)) == "SUCCEEDED"


def test_time_in_which_nobody_listened_loses_no_job(session):
    running(session)
    assert ending.mark_lost(session, NOON + minutes(60), NOON + minutes(59)) == 0


def test_a_sign_of_life_brings_a_lost_job_back(session):
    job = running(session)
    ending.mark_lost(session, NOON + minutes(5), LONG_AGO)
    output.ping(session, EU_1, job.id, "r1", NOON + minutes(6))

    reread(session, job)
    assert (job.state, job.finished_at) == ("RUNNING", None)


def test_what_its_agent_said_is_lost_no_held_ping_brings_back(session):
    job = running(session)
    assert complete(session, job, reason=Reason.AGENT_LOST, exitCode=None) == "LOST"
    output.ping(session, EU_1, job.id, "r1", NOON + minutes(1))

    reread(session, job)
    assert (job.state, job.reason) == ("LOST", "agent_lost")
    assert complete(session, job, now=NOON + minutes(2)) == "SUCCEEDED"


def test_a_plain_agent_gets_its_time_limit_and_five_minutes(session):
    job = queue(session, timeout_seconds=600)
    handing.claim(session, EU_1, "eu-1", NOON)
    assert ending.mark_lost(session, NOON + minutes(14), LONG_AGO) == 0
    assert ending.mark_lost(session, NOON + minutes(16), LONG_AGO) == 1
    assert job.state == "LOST"


def test_an_expired_job_never_starts(session):
    job = queue(session, expires_at=NOON + minutes(5))
    assert handing.next_offer(session, "eu-1", NOON + minutes(6)) is None
    assert store.expire(session, NOON + minutes(6)) == 1
    with pytest.raises(Gone):
        handing.accept(session, EU_1, job.id, "r1", NOON + minutes(6))


def test_a_cancel_is_told_with_the_next_sign_of_life(session):
    job = running(session)
    assert not say(session, job, "a").cancel
    store.cancel(session, NOON, "ada", job.id)

    assert say(session, job, "b").cancel
    assert output.ping(session, EU_1, job.id, "r1", NOON).cancel
    assert complete(session, job, reason=Reason.CANCEL, exitCode=143) == "CANCELLED"


def test_a_plain_agents_job_cannot_be_cancelled_and_that_is_said(session):
    job = queue(session)
    handing.claim(session, EU_1, "eu-1", NOON)
    with pytest.raises(Conflict, match="cannot be told to stop"):
        store.cancel(session, NOON, "ada", job.id)


def test_a_rerun_is_a_new_job(session):
    job = running(session, script="echo 1", env={"A": "b"})
    complete(session, job, exitCode=1)
    again = store.rerun(session, NOON, "bo", job.id)

    assert (again.state, again.script, again.env, again.rerun_of) == ("QUEUED", "echo 1", {"A": "b"}, job.id)


def test_a_failed_fix_gives_its_finding_back(session):
    seen = Seen(type="tls.expiring", key="/a", severity=Severity.WARN, message="m")
    reports.record(session, FindingReport(nodeId="eu-1", findings=[seen]), NOON)
    finding = session.scalars(select(Finding)).one()
    job = running(session)
    findings.start_fix(session, NOON, "ada", finding.id, job.id)
    complete(session, job, exitCode=30)

    assert finding.state == "OPEN"


def test_the_nodes_clock_is_believed_only_where_it_can_be_right(session):
    job = running(session)
    complete(session, job, now=NOON + minutes(2), startedAt="2026-11-22T13:00:00Z", finishedAt="2026-11-22T13:01:00Z")

    assert (job.started_at, job.finished_at) == (NOON + minutes(1), NOON + minutes(2))


@pytest.mark.parametrize(
    ("order", "error"),
    [
        ({"script": ""}, Invalid),
        ({"script": "echo \0"}, Invalid),
        ({"script": "echo \ud800"}, Invalid),
        ({"script": "x" * (1024 * 1024 + 1)}, TooLarge),
        ({"script": "true", "env": {"A B": "c"}}, Invalid),
        *[
            ({"script": "true", "env": {name: "x"}}, Invalid)
            for name in ("LD_PRELOAD", "BASH_ENV", "PATH", "HB_MODE", "HYPRBOX_NODE_TOKEN", "SHELLOPTS")
        ],
        ({"script": "true", "timeout_seconds": 0}, Invalid),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_order_that_cannot_be_run_is_refused(order, error):
    with pytest.raises(error):
        Order(node_id="eu-1", **order)


def test_a_job_is_called_by_its_first_line_that_does_something():
    assert Order(node_id="eu-1", script="#!/bin/bash\nset -e\n\n  apt-get   update\n").title == "apt-get update"


def test_a_job_needs_a_node(session):
    with pytest.raises(Missing, match="eu-7"):
        store.queue(session, NOON, "ada", Order(node_id="eu-7", script="true"))


def test_what_a_copy_of_the_machine_says_is_lost_is_not_believed(session):
    job = running(session)
    for number, boot_id in enumerate("ababa"):
        beats.record(session, [beats.Beat(replace(BEAT, boot_id=boot_id), NOON + minutes(number / 60))])

    with pytest.raises(Unavailable, match="two machines"):
        complete(session, job, reason=Reason.REBOOT, now=NOON + minutes(1))
    assert job.state == "RUNNING"


def test_who_asked_and_what_must_not_be_locked_goes_along(session):
    queue(session, "apt-get update", wait_for=["dpkg"])
    offered = handing.next_offer(session, "eu-1", NOON)

    assert (offered.createdBy, offered.waitFor) == ("ada", ["dpkg"])
    assert offered.sha256 == hashlib.sha256(b"apt-get update").hexdigest()
