"""The load of a node is drawn where it belongs."""

from datetime import timedelta

from hyprbox.nodes.samples import Point
from hyprbox.overview.plot import RANGES, Window, curves, limit
from tests.cast import NOON

DAY = Window(NOON, RANGES["24h"])


def point(hours_ago, cpu, disk=10.0):
    ts = int((NOON - timedelta(hours=hours_ago)).timestamp())
    return Point(ts=ts, cpu=cpu, cpuMax=cpu + 5, ram=50, ramMax=50, disk=disk, diskMax=disk)


def test_time_goes_from_left_to_right_and_load_from_bottom_to_top():
    cpu = curves([point(24, 0), point(23.9, 25), point(23.8, 100)], DAY)[0]
    assert cpu.average == "M0,100 4.2,75 8.3,0"
    assert cpu.peak == 105


def test_the_line_is_broken_where_the_node_was_silent():
    cpu = curves([point(24, 0), point(12, 50), point(11.9, 50)], DAY)[0]
    assert cpu.average == "M0,100 M500,50 504.2,50"


def test_a_scale_that_does_not_begin_at_zero_has_no_area():
    disk = curves([point(2, 5, disk=92), point(1.9, 5, disk=96)], DAY)[2]
    assert (disk.low, disk.highest) == (90, "")
    assert disk.average.startswith("M916.7,80 ")


def test_what_is_full_all_the_time_is_a_line_at_the_top():
    cpu, _, disk = curves([point(2, 100, disk=100), point(1.9, 100, disk=100)], DAY)
    assert (cpu.low, disk.low) == (90, 90)
    assert disk.average == "M916.7,0 920.8,0"


def test_what_is_critical_begins_at_its_height_on_a_scale_that_reaches_it():
    half, full = (curves([point(1, 0, disk=disk)], DAY)[2] for disk in (20, 92))
    assert (limit(half, 95).y, limit(full, 95).y, limit(full, 80).y) == (5, 50, None)


def test_nothing_known_is_an_empty_plot():
    assert [(curve.average, curve.peak) for curve in curves([], DAY)] == [("", 0), ("", 0), ("", 0)]


def test_the_time_axis_is_marked_at_full_hours():
    assert [tick.text for tick in DAY.ticks()] == ["12:00", "16:00", "20:00", "00:00", "04:00", "08:00"]
    assert DAY.ticks()[3].x == 50


def test_what_lies_outside_is_drawn_at_the_edge():
    assert DAY.x(NOON - timedelta(days=9)) == 0
    assert DAY.x(NOON + timedelta(days=9)) == 100
