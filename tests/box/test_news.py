"""What is new of a job comes to who follows it along with the word that there is something."""

import pytest

from hyprbox.jobs import ending, handing, output, store
from hyprbox.jobs.news import READ_AT_ONCE, told
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, Output
from tests.cast import BEAT, NOON

EU_1 = Badge("t1", "eu-1")


@pytest.fixture
def job(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])
    job = store.queue(session, NOON, "ada", Order(node_id="eu-1", script="true", max_output_bytes=4096))
    handing.accept(session, EU_1, job.id, "r1", NOON)
    session.flush()
    session.refresh(job)
    return job


def say(session, job, text, offset):
    output.append(session, EU_1, job.id, Output(output=text, offset=offset, runId="r1"), NOON)
    return session.info["found"]["job", job.id]


def test_what_a_job_printed_is_told_to_who_is_just_there(session, job):
    news = say(session, job, "one", 0)

    assert told(news, 0).data == b"one"
    assert told(news, 3) is None
    assert told(None, 0) is None


def test_only_what_is_kept_is_told(session, job):
    much = "x" * 4094
    say(session, job, much, 0)
    assert say(session, job, much, 0).data == b""
    news = say(session, job, much + " and more", 0)

    assert (news.offset, news.data) == (4094, b"\n[")
    assert news.end == job.output_bytes == 4096


def test_of_very_much_at_once_nothing_is_told(session, job):
    """Who follows reads it piece by piece: painting it as one would keep all others waiting."""
    job.max_output_bytes = 4 * READ_AT_ONCE

    assert len(say(session, job, "x" * READ_AT_ONCE, 0).data) == READ_AT_ONCE
    output.append(session, EU_1, job.id, Output(output="y" * READ_AT_ONCE * 2, runId="r1"), NOON)
    assert ("job", job.id) not in session.info["found"]


def test_its_end_comes_with_its_last_words(session, job):
    ending.complete(session, EU_1, job.id, Completion(exitCode=3, output="bye", offset=0, runId="r1"), NOON)
    news = told(session.info["found"]["job", job.id], 0)

    assert (news.data, news.job.exit_code, news.job.has_ended) == (b"bye", 3, True)


def test_that_it_runs_is_told_to_who_has_read_all_of_it(session, job):
    news = session.info["found"]["job", job.id]

    assert (told(news, 0).job.state, told(news, 0).data) == ("RUNNING", b"")
    say(session, job, "one", 0)
    store.tell(session, job)
    assert told(session.info["found"]["job", job.id], 0) is None
