"""Has a scan child look at the host and hears it out, for as long as it may take, even if it dies of what it sees."""

import json
import os
import select
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hyprnode.config import Config
from hyprnode.memory import in_memory
from hyprnode.nursery import Nursery
from hyprwire import Finding, ScannerRun, Severity
from hyprwire.codec import convert
from hyprwire.inventory import Part

SECONDS = 120  # for all scanners together
EACH = 12  # a scanner ends itself after 10; one that hangs in the kernel does not
LARGEST = 64 * 1024 * 1024


@dataclass
class Sight:
    """What a scan saw, how each scanner fared, and what of the inventory is news."""

    findings: list[Finding] = field(default_factory=list)
    runs: list[ScannerRun] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    stock: list[Part] = field(default_factory=list)
    unfinished: str | None = None

    def add(self, other: "Sight") -> None:
        self.findings += other.findings
        self.runs += other.runs
        self.stock += other.stock

    @property
    def left(self) -> list[str]:
        """Who had no turn."""
        had = {run.name for run in self.runs}
        return [name for name in self.plan if name not in had]


def look(
    nursery: Nursery,
    config: Config,
    scanners: Sequence[str] = (),
    seconds: float = SECONDS,
    known: Mapping[str, str] | None = None,
) -> Sight:
    """All scanners look when none is named. OSError: there is no room for another process.

    `known` are the digests of the inventory by part; without it nobody asks for any.

    When one takes its process down, the others go on in another.
    """
    until = time.monotonic() + seconds
    seen = look_on(nursery, config, scanners, until, afresh=bool(scanners), known=known)
    left = seen.left
    while left:
        more = look_on(nursery, config, left, until, afresh=bool(scanners), known=known)
        seen.add(more)
        left = more.left if more.runs else []
    return seen


def look_on(
    nursery: Nursery,
    config: Config,
    scanners: Sequence[str],
    until: float,
    afresh: bool,
    known: Mapping[str, str] | None,
) -> Sight:
    """As far as one process gets."""
    terms = {
        "given": dict(config.given),
        "scanners": list(scanners),
        "afresh": afresh,
        "known": None if known is None else dict(known),
    }
    order = in_memory("order", json.dumps(terms).encode())
    listening, speaking = os.pipe()
    try:
        child = nursery.bear("scan", [order, speaking])
    finally:
        os.close(order)
        os.close(speaking)
    words, why = hear(listening, until)
    if why:
        end(child)
    return sight(words.splitlines(), why or "its process died")


def hear(listening: int, until: float, each: float = EACH) -> tuple[bytes, str | None]:
    """Everything said, and why no more was waited for."""
    poll = select.poll()
    poll.register(listening, select.POLLIN)
    words = bytearray()
    with open(listening, "rb", buffering=0) as pipe:
        while poll.poll(max(0, min(until - time.monotonic(), each)) * 1000):
            word = pipe.read(65536)
            if not word:
                return bytes(words), None
            words += word
            if len(words) > LARGEST:
                return b"", "it said too much"
    return bytes(words), "it took too long"


def end(child: int) -> None:
    """With all that it started: it leads a session. It cannot be another by now, for it still held the pipe."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def sight(lines: Iterable[bytes], why: str) -> Sight:
    """`why` is what became of a scanner that began and did not end."""
    seen = Sight()
    for line in lines:
        with suppress(ValueError):  # the last one may be cut off
            note(seen, json.loads(line))
    if seen.unfinished is not None:
        seen.runs.append(ScannerRun(name=seen.unfinished, ok=False, error=why))
        seen.findings.append(dead(seen.unfinished, why))
    return seen


def note(seen: Sight, said: dict[str, Any]) -> None:
    match said:
        case {"plan": plan}:
            seen.plan = plan
        case {"part": part}:
            seen.stock.append(convert(Part, part))
        case {"begin": scanner}:
            seen.unfinished = scanner
        case {"finding": finding}:
            seen.findings.append(convert(Finding, finding))
        case {"run": run}:
            seen.runs.append(convert(ScannerRun, run))
            seen.unfinished = None


def dead(scanner: str, why: str) -> Finding:
    return Finding(
        type=f"{scanner}.unreadable",
        key=scanner,
        severity=Severity.INFO,
        message=f"The scanner {scanner} did not finish: {why}",
        metadata={"error": why},
    )
