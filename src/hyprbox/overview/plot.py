"""The load of a node as curves: positions in per cent of the plot, so that it scales and text in it does not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hyprbox.nodes.samples import Point

HEIGHT = 100.0
WIDTH = 1000.0
GAP = 3  # steps without a sample after which the line is broken
ZOOM_ABOVE = 50  # what never falls below is shown larger
HIGHEST_FOOT = 90  # of a plot that would else have no height: 100 % all the time


@dataclass(frozen=True, slots=True)
class Range:
    """How far back, in steps of how many seconds; where the time axis has its marks and what they say."""

    name: str
    label: str
    length: timedelta
    step: int
    tick: timedelta
    shows: str

    @property
    def average_of(self) -> str:
        return f"{self.step} s" if self.step < 60 else f"{self.step // 60} min"


RANGES = {
    each.name: each
    for each in (
        Range("1h", "1 h", timedelta(hours=1), 30, timedelta(minutes=10), "%H:%M"),
        Range("24h", "24 h", timedelta(hours=24), 300, timedelta(hours=4), "%H:%M"),
        Range("7d", "7 d", timedelta(days=7), 1800, timedelta(days=1), "%a"),
        Range("30d", "30 d", timedelta(days=30), 7200, timedelta(days=5), "%-d %b"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`average` and `highest` are SVG paths; `low` is the value at the foot of the plot."""

    name: str
    low: int
    average: str
    highest: str
    peak: float


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Where something becomes critical: `y` is from the top, in per cent; None where the plot does not reach it."""

    percent: int
    y: float | None


class Window:
    """A stretch of time, and where in it something lies."""

    def __init__(self, end: datetime, range: Range) -> None:
        self.start, self.end, self.range = end - range.length, end, range

    def x(self, moment: datetime) -> float:
        """In per cent of the width, at its edges when it is outside."""
        part = (moment - self.start) / self.range.length
        return round(min(max(part, 0), 1) * 100, 2)

    def ticks(self) -> list[Tick]:
        """At full hours, days and so on."""
        every = self.range.tick.total_seconds()
        first = int(-(-self.start.timestamp() // every) * every)
        moments = [datetime.fromtimestamp(at, UTC) for at in range(first, int(self.end.timestamp()), int(every))]
        return [Tick(self.x(at), at.strftime(self.range.shows)) for at in moments]


def curves(points: Sequence[Point], window: Window) -> list[Curve]:
    """CPU, RAM and disk, in this order."""
    return [
        _curve("CPU", points, window, lambda point: (point.cpu, point.cpuMax)),
        _curve("RAM", points, window, lambda point: (point.ram, point.ramMax)),
        _curve("Disk", points, window, lambda point: (point.disk, point.diskMax)),
    ]


def limit(curve: Curve, percent: int) -> Limit:
    y = HEIGHT - (percent - curve.low) / (100 - curve.low) * HEIGHT
    return Limit(percent, round(y, 1) if y <= HEIGHT else None)


def _curve(name: str, points: Sequence[Point], window: Window, of: Callable[[Point], tuple[float, float]]) -> Curve:
    lowest = min((of(point)[0] for point in points), default=0)
    low = min(int(lowest // 10 * 10), HIGHEST_FOOT) if lowest > ZOOM_ABOVE else 0
    pieces = [[_place(point, window, low, of) for point in piece] for piece in _unbroken(points, window.range.step)]
    return Curve(
        name=name,
        low=low,
        average=" ".join(_line((x, average) for x, average, _ in piece) for piece in pieces),
        highest="" if low else " ".join(map(_area, pieces)),
        peak=max((of(point)[1] for point in points), default=0),
    )


def _unbroken(points: Sequence[Point], step: int) -> Iterator[list[Point]]:
    """The stretches between which the node was silent."""
    piece: list[Point] = []
    for point in points:
        if piece and point.ts - piece[-1].ts > GAP * max(step, 300):
            yield piece
            piece = []
        piece.append(point)
    if piece:
        yield piece


Place = tuple[float, float, float]


def _place(point: Point, window: Window, low: int, of: Callable[[Point], tuple[float, float]]) -> Place:
    """x, and the heights of average and maximum, from the top."""
    x = (point.ts - window.start.timestamp()) / window.range.length.total_seconds() * WIDTH
    average, highest = (HEIGHT - (value - low) / (100 - low) * HEIGHT for value in of(point))
    return round(x, 1), round(average, 1), round(highest, 1)


def _line(places: Iterator[tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:g},{y:g}" for x, y in places)


def _area(piece: list[Place]) -> str:
    there = [(x, highest) for x, _, highest in piece]
    back = [(x, average) for x, average, _ in reversed(piece)]
    return _line(iter([*there, *back])) + "Z"
