"""The page of a fix says how far it has come, and calls nothing proven that no scan has seen."""

from datetime import timedelta

import pytest

from hyprbox.findings.model import Finding
from hyprbox.jobs.model import Job
from hyprbox.jobs.phases import phases
from tests.cast import NOON

FIXING = Finding(id="f", state="FIXING", fix_job="j")
OTHERS = Finding(id="f", state="FIXING", fix_job="another")
OPEN = Finding(id="f", state="OPEN")
GONE = Finding(id="f", state="RESOLVED", resolved_how="verified")


def job(state, **said):
    about = {"preset": "certbot-renew", "exit_code": 0, "cancel_asked_at": None, "claimed_at": NOON} | said
    ended = NOON + timedelta(seconds=30) if state not in ("QUEUED", "RUNNING") else None
    about |= {"node_id": "eu-1", "created_at": NOON, "finished_at": ended, "timeout_seconds": 900, "rescan": ["tls"]}
    return Job(id="j", state=state, **about)


@pytest.mark.parametrize(
    ("state", "finding", "proven", "tones", "last"),
    [
        ("RUNNING", FIXING, "", ["ok", "act", "", ""], "Proven"),
        ("SUCCEEDED", FIXING, "", ["ok", "ok", "act", ""], "Proven"),
        ("SUCCEEDED", GONE, "f", ["ok", "ok", "ok", "ok"], "Verified fixed"),
        ("SUCCEEDED", OPEN, "", ["ok", "ok", "ok", "crit"], "Not fixed"),
        ("SUCCEEDED", GONE, "", ["ok", "ok", "ok", "crit"], "Not fixed"),
        ("FAILED", OPEN, "", ["ok", "crit", "", "crit"], "Not fixed"),
        ("FAILED", OTHERS, "", ["ok", "crit", "", "crit"], "Not fixed"),
        ("FAILED", GONE, "", ["ok", "crit", "", "crit"], "Not fixed"),  # another job has fixed it since
    ],
)
def test_how_far_a_fix_has_come(state, finding, proven, tones, last):
    steps = phases(job(state), [finding], set(proven), NOON)
    assert [step.sign.tone for step in steps] == tones
    assert steps[-1].name == last


def test_what_waits_to_be_fetched():
    steps = phases(job("QUEUED", claimed_at=None), [FIXING], (), NOON)
    assert [step.sign.tone for step in steps] == ["act", "", "", ""]


def test_what_is_to_fix_nothing_has_no_phases():
    assert phases(job("RUNNING"), [], (), NOON) == []
