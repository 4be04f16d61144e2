"""A disk that fills is said before it is full."""

from datetime import timedelta

import pytest

from hyprbox.findings import own
from hyprbox.findings.model import Finding
from hyprbox.nodes import filling
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.history import HOUR
from hyprbox.nodes.model import Rollup
from tests.cast import NOON, beat_of

END = int(NOON.timestamp())


def hours(session, node_id, disk, count=72):
    """`disk` says how full it was, in tenths of a percent, in each of the last hours."""
    record(session, [Beat(beat_of(node_id), NOON)])
    load = {"cpu": 0, "cpu_max": 0, "ram": 0, "ram_max": 0}
    for n in range(count):
        full = round(disk(n))
        ts = END - (count - n) * HOUR
        session.add(Rollup(node_id=node_id, step=HOUR, ts=ts, disk=full, disk_max=full, **load))
    session.flush()


def predicted(session):
    return filling.predict(session, "", "~", END)


@pytest.mark.parametrize(
    ("disk", "days"),
    [
        (lambda n: 600 + n * 2, 5.3),  # 4.8 % a day, at 74.4 %
        (lambda n: 900 + n, 1.2),
        (lambda n: 600 + n * 2 + (n % 2) * 20, 5.1),  # it goes up and down a little
    ],
)
def test_a_disk_that_fills_steadily_is_full_when_the_line_says(session, disk, days):
    hours(session, "eu-1", disk)
    assert predicted(session)["eu-1"].days == pytest.approx(days, abs=0.15)


@pytest.mark.parametrize(
    "disk",
    [
        lambda n: 980,  # full, but it stays so: another finding says that
        lambda n: 900 - n,
        lambda n: 600 + n / 10,  # in half a year
        lambda n: 500 + 400 * (n % 24 > 12),  # a nightly dump
        lambda n: 600 if n < 71 else 800,  # one jump
    ],
)
def test_what_does_not_fill_is_not_said(session, disk):
    hours(session, "eu-1", disk)
    assert predicted(session) == {}


def test_a_few_hours_say_nothing(session):
    hours(session, "eu-1", lambda n: 900 + n, count=20)
    assert predicted(session) == {}


def test_it_is_a_finding_until_it_is_over(session):
    hours(session, "eu-1", lambda n: 900 + n)
    own.note_filling(session, NOON, predicted(session))
    finding = session.query(Finding).one()
    assert (finding.type, finding.severity, finding.state) == ("disk.filling", "CRITICAL", "OPEN")
    assert finding.message == "The disk is 97 % full and grows by 2.4 % a day: full in about a day"

    own.note_filling(session, NOON + timedelta(hours=1), {})
    assert finding.state == "RESOLVED"
