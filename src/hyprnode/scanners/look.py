"""Lets scanners look, each guarded: one that fails or takes too long costs none of the others."""

import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.say import printable
from hyprnode.scanners.contract import Gap, Scanner, Seen
from hyprwire import Finding, ScannerRun, Severity

SECONDS = 10


class TookTooLong(Exception):
    pass


@dataclass
class Look:
    findings: list[Finding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    error: str | None = None
    ms: float = 0


def look(scanner: Scanner, host: Host, config: Config, seconds: float = SECONDS) -> tuple[list[Finding], ScannerRun]:
    begun = time.monotonic()
    seen = Look()
    try:
        with alarm(seconds):
            _sort(scanner.scan(host, config), seen)
    except Exception as error:  # the edge of each scanner
        seen.error = printable(f"{type(error).__name__}: {error}")
        seen.findings.append(failed(scanner.name, seen.error))
    seen.ms = round((time.monotonic() - begun) * 1000, 1)
    return seen.findings, run_of(scanner, seen)


def off(scanner: Scanner) -> tuple[list[Finding], ScannerRun]:
    """Whoever switched it off does not want to hear of what it found before, either."""
    return [], ScannerRun(name=scanner.name, types=scanner.type_names, off=True)


def _sort(found: Iterable[Seen], seen: Look) -> None:
    for one in found:
        if isinstance(one, Gap):
            seen.gaps.append(one)
        else:
            seen.findings.append(one)


def run_of(scanner: Scanner, seen: Look) -> ScannerRun:
    """No type was examined completely when it could not even be told what there was to examine."""
    is_complete = seen.error is None and all(gap.key is not None for gap in seen.gaps)
    return ScannerRun(
        name=scanner.name,
        ok=seen.error is None,
        types=scanner.type_names if is_complete else [],
        unexamined=[gap.key for gap in seen.gaps if gap.key is not None],
        ms=seen.ms,
        error=seen.error,
    )


def failed(scanner: str, why: str) -> Finding:
    return Finding(
        type=f"{scanner}.unreadable",
        key=scanner,
        severity=Severity.INFO,
        message=f"The scanner {scanner} could not do its work: {why}",
        metadata={"error": why},
    )


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """TookTooLong is raised in whatever the main thread does by then."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"took more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
