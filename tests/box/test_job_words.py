"""Why a job ended is said in words first, codes second."""

from datetime import timedelta

import pytest

from hyprbox.errors import Invalid
from hyprbox.jobs import handing, store, typed, words
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.jobs.typed import Typed, orders
from hyprbox.jobs.waiting import why
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.model import State
from hyprbox.tokens.badge import Badge
from hyprbox.words import NBSP
from tests.cast import NOON, beat_of, minutes

EU_1 = Badge("t1", "eu-1")


def ended(state, took=12, **said):
    start = NOON - timedelta(seconds=took)
    about = {"exit_code": None, "reason": None, "signal": None, "error_msg": None, "preset": None}
    about |= {"cancel_asked_by": None, "cancel_asked_at": None}
    return Job(state=state, timeout_seconds=1800, claimed_at=start, finished_at=NOON, **(about | said))


def title(job):
    return words.ending(job, NOON).title.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (ended("SUCCEEDED", exit_code=0), "Ended well after 12 s"),
        (ended("FAILED", exit_code=3), "Failed after 12 s"),
        (ended("FAILED", exit_code=137, signal=9), "Killed after 12 s"),
        (ended("FAILED", reason="spawn_error"), "It could not be started"),
        (ended("FAILED", reason="refused"), "It refused to start, nothing was changed"),
        (ended("FAILED", exit_code=21, preset="ssh-harden"), "It refused to start, nothing was changed"),
        (ended("FAILED", exit_code=30, preset="ssh-harden"), "It failed and was taken back"),
        (ended("FAILED", exit_code=32, preset="x"), "It failed, and what it had changed could not be taken back"),
        (ended("FAILED", exit_code=21), "Failed after 12 s"),
        (ended("TIMED_OUT", exit_code=137), "Stopped after 30 min, its time limit"),
        (ended("CANCELLED", cancel_asked_by="bo"), "Cancelled by bo after 12 s"),
        (ended("LOST", reason="reboot"), "The node was restarted while it ran"),
        (ended("LOST", reason="agent_lost"), "Nothing more was heard of it"),
        (ended("EXPIRED"), "It never started"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_it_ended(job, said):
    assert title(job) == said


def test_the_code_comes_second_with_the_name_of_its_signal():
    job = ended("TIMED_OUT", exit_code=137, signal=9, error_msg="two processes were killed")
    assert words.ending(job, NOON).text == "Two processes were killed. Exit code 137, by SIGKILL."
    assert words.signal_name(64_000) == "signal 64000"


def test_only_who_may_read_scripts_sees_their_first_line():
    assert words.name(Job(title="curl -H secret", preset=None), may_read=False) == "A script"
    assert words.name(Job(title="curl -H secret", preset=None), may_read=True) == "curl -H secret"
    assert words.name(Job(title="certbot-renew", preset="certbot-renew"), may_read=False) == "certbot-renew"


@pytest.fixture
def eu_1(session):
    record(session, [Beat(beat_of("eu-1"), NOON)])


def queue(session):
    return store.queue(session, NOON, "ada", Order(node_id="eu-1", script="true"))


def test_a_queued_job_says_what_it_waits_for(session, eu_1):
    first, second = queue(session), queue(session)
    assert why(session, first, NOON) == "eu-1 is online and has not fetched it yet."
    assert why(session, second, NOON) == "1 job on eu-1 was queued earlier."

    handing.accept(session, EU_1, first.id, "r1", NOON)
    assert why(session, second, NOON) == "Another job is running on eu-1."


def test_a_job_for_a_node_that_is_away_waits_for_it(session, eu_1):
    job = queue(session)
    session.get_one(State, "eu-1").status = "OFFLINE"
    session.flush()
    assert "eu-1 is offline, last heard 11" in why(session, job, NOON + minutes(11))


def test_a_job_for_two_machines_under_one_name_waits_until_that_is_settled(session, eu_1):
    job = queue(session)
    state = session.get_one(State, "eu-1")
    state.identity_flips, state.identity_flipped_at = 2, NOON
    session.flush()
    assert why(session, job, NOON).startswith("Two machines use the node id eu-1")


def test_a_form_becomes_one_order_for_each_node():
    made = orders(Typed(nodes=" eu-1  eu-2 eu-1 ", script="true", timeout="2h", env="A=b=c\n\n B=\n"))
    assert [(order.node_id, order.timeout_seconds, order.env) for order in made] == [
        ("eu-1", 7200, {"A": "b=c", "B": ""}),
        ("eu-2", 7200, {"A": "b=c", "B": ""}),
    ]


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ({"nodes": ""}, "nodes has 0 names"),
        ({"nodes": " ".join(map(str, range(typed.MOST_NODES + 1)))}, "nodes has 501 names"),
        ({"timeout": "soon"}, "time limit is 'soon'"),
        ({"env": "A"}, "environment has the line 'A'"),
        ({"env": "LD_PRELOAD=x"}, "LD_PRELOAD"),
        ({"script": " "}, "script is empty"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_form_that_makes_no_order_says_which_field(field, complaint):
    with pytest.raises(Invalid, match=complaint):
        orders(Typed(**({"nodes": "eu-1", "script": "true"} | field)))
