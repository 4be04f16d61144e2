"""What runs by the clock, and the guard: time in which nobody could have been heard is not counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hyprbox import config
from hyprbox.facts import store as facts
from hyprbox.nodes import beats
from hyprbox.nodes import store as nodes
from hyprbox.sweep import Step, longest_gap, sweep
from tests.cast import BEAT, NOON, minutes

CONFIG = config.read({})


@pytest.fixture(autouse=True)
def eu_1(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])


def sweep_every_half_minute(session, start, end):
    now = start
    while now <= end:
        sweep(session, now, CONFIG)
        now += timedelta(seconds=30)


def status(session):
    session.flush()
    session.expire_all()
    return nodes.get(session, "eu-1").state.status


def test_a_silent_node_goes_offline(session):
    sweep_every_half_minute(session, NOON, NOON + minutes(10))
    assert status(session) == "ONLINE"
    sweep_every_half_minute(session, NOON + minutes(10.5), NOON + minutes(11))
    assert status(session) == "OFFLINE"


def test_after_an_outage_of_ours_everybody_has_the_whole_time_again(session):
    sweep_every_half_minute(session, NOON, NOON + minutes(5))
    back = NOON + minutes(60)
    sweep_every_half_minute(session, back, back + minutes(9.5))
    assert status(session) == "ONLINE"
    sweep_every_half_minute(session, back + minutes(10), back + minutes(11))
    assert status(session) == "OFFLINE"


@pytest.mark.parametrize("step", [minutes(60), -minutes(60)], ids=["forward", "back"])
def test_a_step_of_the_clock_makes_nobody_silent(session, step):
    sweep_every_half_minute(session, NOON, NOON + minutes(5))
    sweep(session, NOON + minutes(5.5) + step, CONFIG)
    assert status(session) == "ONLINE"


def test_a_step_that_the_process_itself_has_noticed_counts_too(session):
    sweep_every_half_minute(session, NOON, NOON + minutes(9.5))
    sweep(session, NOON + minutes(10.5), CONFIG, clock_stepped=True)
    assert status(session) == "ONLINE"
    assert facts.value(session, facts.SWEEPING_SINCE) > 0


def test_who_sweeps_a_little_behind_another_process_does_not_begin_anew(session):
    for half in range(22):
        now = NOON + half * minutes(0.5)
        sweep(session, now, CONFIG)
        sweep(session, now - timedelta(seconds=1), CONFIG)
    assert status(session) == "OFFLINE"


def test_the_step_is_wall_against_monotonic_time(monkeypatch):
    step = Step()
    assert not step.happened()
    monkeypatch.setattr("hyprbox.sweep.time.time", lambda: 1.0)
    assert step.happened()
    assert not step.happened()


def test_a_short_patience_has_a_short_gap():
    assert longest_gap(CONFIG) == minutes(2)
    assert longest_gap(replace(CONFIG, offline_after=minutes(3))) == timedelta(seconds=45)
