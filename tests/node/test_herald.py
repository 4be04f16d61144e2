"""What systemd is told: that the agent is up, and that it lives for as long as each rhythm attempts on time."""

import math
import socket
import time
from threading import Event

import pytest

from hyprnode.herald import LATE, LONGEST_BEAT, Herald, herald, overdue
from hyprnode.rhythm import Rhythm


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(10)
        yield line


def rhythm(subject="heartbeat", **now):
    made = Rhythm(subject, lambda: None, 60, Event(), 60)
    for name, value in now.items():
        setattr(made, name, value)
    return made


def test_systemd_hears_that_the_agent_is_up_and_lives(systemd):
    Herald(systemd.getsockname(), 0.02).start([rhythm(due=time.monotonic() + 60)])

    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_a_rhythm_that_does_nothing_any_more_is_told_by_silence(systemd):
    Herald(systemd.getsockname(), 0.02).start([rhythm(due=time.monotonic() - LATE - 1)])

    assert systemd.recv(100) == b"READY=1"
    systemd.settimeout(0.2)
    with pytest.raises(TimeoutError):
        systemd.recv(100)


def test_who_attempts_is_on_time_also_when_nothing_succeeds():
    failing = rhythm(due=1000 + 60, last_attempt=1000.0)  # backing off from an API that has been away for hours

    assert overdue([failing], now=1000 + 59) == []


def test_a_beat_that_hangs_is_overdue_and_a_job_that_runs_for_hours_is_not():
    beat = rhythm(due=math.inf, last_attempt=1000.0)
    job = rhythm("[jobrunner] poll", due=math.inf, last_attempt=1000.0)

    assert overdue([beat, job], now=1000 + LONGEST_BEAT - 1) == []
    assert overdue([beat, job], now=1000 + LONGEST_BEAT + 1) == ["heartbeat"]


def test_a_step_says_when_the_next_is_due():
    stop = Event()
    seen = []
    made = Rhythm("heartbeat", lambda: seen.append(made.due) or stop.set(), 60, stop, 60)
    made.run()

    assert seen == [math.inf]
    assert made.due > time.monotonic()


def test_the_variables_are_taken_out_so_that_no_child_speaks_for_the_agent():
    environ = {"NOTIFY_SOCKET": "@abstract", "WATCHDOG_USEC": "300000000", "WATCHDOG_PID": "1", "PATH": "/bin"}

    made = herald(environ)

    assert environ == {"PATH": "/bin"}
    assert (made.address, made.every) == ("\0abstract", 0)  # the watchdog was meant for pid 1
    assert herald({}) is None
