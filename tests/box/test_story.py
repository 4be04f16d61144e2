"""A finding's story is told in the order in which one thing came of the other."""

from datetime import timedelta

from hyprbox.findings.model import Event
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order
from hyprbox.nodes.beats import Beat, record
from hyprbox.presets.story import tell
from tests.cast import BEAT, NOON


def test_a_job_ends_before_what_came_of_it_whatever_its_nodes_clock_says(session):
    record(session, [Beat(BEAT, NOON)])
    job = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="false"))
    job.state, job.exit_code, job.finished_at = "FAILED", 1, NOON + timedelta(seconds=5)
    session.flush()
    steps = [(None, "OPEN", None), ("OPEN", "FIXING", job.id), ("FIXING", "OPEN", job.id)]
    events = [
        Event(was=was, became=became, actor="hyprbox", note="", job_id=job_id, at=NOON + timedelta(seconds=at))
        for at, (was, became, job_id) in enumerate(steps)
    ]

    told = tell(session, events, [])

    assert [step.heading for step in told] == ["Seen", "Fix started by hyprbox", "Job ended", "Not fixed"]
