"""The control plane knows how it is itself: how long things took, since its start and of late."""

from hyprbox.health import Durations
from hyprbox.meter import BOUNDS, Meter
from hyprbox.overview.pages.server import figures
from hyprbox.vitals import Moment
from tests.cast import NOON


def moment(**said):
    usual = {"waiting": 0, "held": 2, "commits": 5, "commit": 1.5, "read": 2.0, "sweep": 0.0, "memory": 80.0}
    return Moment(at=NOON, **usual | said)


def test_what_took_how_long_is_counted_in_steps():
    meter = Meter()
    for seconds in (0.0005, 0.001, 0.3, 60):
        meter.add("commit", seconds)

    found = meter.all("commit")

    assert (found.counts[0], found.counts[BOUNDS.index(0.5)], found.counts[-1]) == (2, 1, 1)
    assert (found.number, found.worst) == (4, 60)


def test_what_was_of_late_is_told_once():
    meter = Meter()
    meter.add("read", 1)

    assert meter.take_late()["read"].number == 1
    assert meter.take_late() == {}
    assert meter.all("read").number == 1


def test_prometheus_is_told_in_growing_steps():
    meter = Meter()
    meter.add("sweep", 0.004)
    meter.add("sweep", 7)

    sweep = next(each for each in Durations(meter).collect() if each.name == "hyprbox_sweep_seconds")
    told = {sample.labels.get("le", sample.name): sample.value for sample in sweep.samples}

    assert (told["0.002"], told["0.005"], told["5.0"], told["+Inf"]) == (0, 1, 1, 2)


def test_a_figure_shows_now_and_the_worst():
    held = figures([moment(held=7), moment(held=3)])[0]

    assert (held.name, held.now, held.worst) == ("Held requests", 3, 7)
