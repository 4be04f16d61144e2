"""The loop that never dies: when it calls again, after success and after each kind of failure."""

from threading import Event

import pytest

from hyprnode.again import Backoff
from hyprnode.answer import Fault
from hyprnode.rhythm import Failure, Rhythm, phase_of


def rhythm(*outcomes, interval=300, phase=0.4):
    """Each call takes the next outcome: an exception is raised."""
    remaining = iter(outcomes)

    def act():
        outcome = next(remaining)
        if isinstance(outcome, Exception):
            raise outcome

    return Rhythm("heartbeat", act, interval, Event(), patience=60, phase=phase)


def test_the_second_call_comes_at_the_nodes_own_place_and_then_every_interval():
    beats = rhythm(None, None, None)

    assert beats.step() == 300 * 0.4
    assert 270 <= beats.step() <= 330
    assert 270 <= beats.step() <= 330


def test_after_failures_it_backs_off_up_to_a_minute(capsys):
    beats = rhythm(*[Fault("connection refused")] * 12)
    pauses = [beats.step() for _ in range(12)]

    assert all(pause <= min(60, 2**number) for number, pause in enumerate(pauses))
    assert max(pauses) > 6


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_tried_again_within_a_minute(capsys, status):
    assert rhythm(Fault(f"API returned {status}", status)).step() == 60
    assert capsys.readouterr().err == f"heartbeat error: API returned {status} again_in=60.0s\n"


def test_an_api_that_names_a_time_is_left_alone_for_that_long(capsys):
    assert 30 <= rhythm(Fault("API returned 503", 503, retry_after=30)).step() <= 36


def test_after_a_success_it_starts_from_the_first_pause_again(capsys):
    beats = rhythm(*[Fault("timed out")] * 6, None, Fault("timed out"))
    for _ in range(7):
        beats.step()

    assert beats.step() <= 1


def test_a_bug_costs_one_line_and_not_the_rhythm(capsys):
    beats = rhythm(ZeroDivisionError("division by zero"))

    assert beats.step() <= 1
    line = capsys.readouterr().err
    assert line.startswith("heartbeat error: ZeroDivisionError: division by zero (test_rhythm.py:")


def test_a_failure_speaks_under_its_own_name(capsys):
    rhythm(Failure("collect", "no /proc")).step()

    assert capsys.readouterr().err.startswith("collect error: no /proc again_in=")


def test_it_stops_when_told_to():
    beats = rhythm(None)
    beats.stop.set()

    beats.run()
    assert beats.last_attempt is None


def test_it_knows_when_it_last_tried_and_last_succeeded(capsys):
    beats = rhythm(None, Fault("timed out"))
    beats.step()
    success = beats.last_success
    beats.step()

    assert beats.last_success == success
    assert beats.last_attempt > success


def test_a_fleet_is_spread_evenly():
    phases = [phase_of(f"node-{number}") for number in range(1000)]

    assert phases[0] == phase_of("node-0")
    for tenth in range(10):
        assert 60 < len([phase for phase in phases if tenth / 10 <= phase < (tenth + 1) / 10]) < 140


def test_full_jitter_never_is_no_pause_at_all():
    backoff = Backoff()
    assert all(0.1 <= Backoff().pause() <= 1 for _ in range(100))
    assert all(backoff.pause() <= 60 for _ in range(100))
