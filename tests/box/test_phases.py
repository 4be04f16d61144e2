"""The page of a fix says how far it has come, and calls nothing proven that no scan has seen."""

from datetime import timedelta

import pytest

from hyprbox.findings.model import Finding
from hyprbox.jobs.model import Job
from hyprbox.jobs.phases import phases
from tests.cast import NOON

FIXING = Finding(state="FIXING", resolved_how=None)
OPEN = Finding(state="OPEN", resolved_how=None)
VERIFIED = Finding(state="RESOLVED", resolved_how="verified")
OTHERWISE = Finding(state="RESOLVED", resolved_how="manual")


def job(state, **said):
    about = {"preset": "certbot-renew", "exit_code": 0, "cancel_asked_at": None, "claimed_at": NOON} | said
    ended = NOON + timedelta(seconds=30) if state not in ("QUEUED", "RUNNING") else None
    about |= {"node_id": "eu-1", "created_at": NOON, "finished_at": ended, "timeout_seconds": 900, "rescan": ["tls"]}
    return Job(state=state, **about)


@pytest.mark.parametrize(
    ("state", "finding", "tones", "last"),
    [
        ("RUNNING", FIXING, ["ok", "act", "", ""], "Proven"),
        ("SUCCEEDED", FIXING, ["ok", "ok", "act", ""], "Proven"),
        ("SUCCEEDED", VERIFIED, ["ok", "ok", "ok", "ok"], "Verified fixed"),
        ("SUCCEEDED", OPEN, ["ok", "ok", "ok", "crit"], "Not fixed"),
        ("SUCCEEDED", OTHERWISE, ["ok", "ok", "ok", "crit"], "Not fixed"),
        ("FAILED", OPEN, ["ok", "crit", "", "crit"], "Not fixed"),
    ],
)
def test_how_far_a_fix_has_come(state, finding, tones, last):
    steps = phases(job(state), [finding], NOON)
    assert [step.sign.tone for step in steps] == tones
    assert steps[-1].name == last


def test_what_waits_to_be_fetched():
    assert [step.sign.tone for step in phases(job("QUEUED", claimed_at=None), [FIXING], NOON)] == ["act", "", "", ""]


def test_what_is_to_fix_nothing_has_no_phases():
    assert phases(job("RUNNING"), [], NOON) == []
