"""What stands in the log, and how often."""

import pytest

from hyprnode.say import Trouble, say


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def lines(capsys):
    return capsys.readouterr().err.splitlines()


def test_a_line_ends_with_its_facts(capsys):
    say("started", node="eu-1", tries=3)

    assert lines(capsys) == ["started node=eu-1 tries=3"]


def test_what_comes_from_elsewhere_cannot_write_lines_of_its_own(capsys):
    say("error: \x1b[31mred\nAug 1 00:00:00 all is well\u202e", job="a\rb")

    assert lines(capsys) == ["error: \\x1b[31mred\\nAug 1 00:00:00 all is well\\u202e job=a\\rb"]


def test_a_trouble_is_said_once_then_every_five_minutes_with_a_count(capsys, clock):
    trouble = Trouble("heartbeat", clock)
    for _ in range(70):
        trouble.arose("API returned 503", again_in="10s")
        clock.now += 10

    assert lines(capsys) == [
        "heartbeat error: API returned 503 again_in=10s",
        "heartbeat error: API returned 503 times=31 again_in=10s",
        "heartbeat error: API returned 503 times=61 again_in=10s",
    ]


def test_another_trouble_is_said_at_once(capsys, clock):
    trouble = Trouble("heartbeat", clock)
    trouble.arose("API returned 503")
    trouble.arose("timed out")
    trouble.arose("API returned 503")

    assert lines(capsys) == ["heartbeat error: API returned 503", "heartbeat error: timed out"]


def test_its_end_is_said_once(capsys, clock):
    trouble = Trouble("heartbeat", clock)
    trouble.ended()
    trouble.arose("timed out")
    clock.now += 65
    trouble.arose("timed out")
    trouble.ended()
    trouble.ended()

    assert lines(capsys) == ["heartbeat error: timed out", "heartbeat works again errors=2 after=65s"]


def test_a_trouble_that_reads_differently_each_time_fills_no_memory(capsys, clock):
    trouble = Trouble("heartbeat", clock)
    for number in range(1000):
        trouble.arose(f"trouble {number}")

    assert len(trouble.spells) <= 20
