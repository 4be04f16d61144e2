"""Has a scan child look at the host and hears it out, for as long as it may take, even if it dies of what it sees."""

import json
import os
import select
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hyprnode.config import Config
from hyprnode.memory import in_memory
from hyprnode.nursery import Nursery
from hyprwire import Finding, ScannerRun, Severity
from hyprwire.codec import convert

SECONDS = 120  # for all scanners together; each keeps its own time besides
LARGEST = 64 * 1024 * 1024


@dataclass
class Sight:
    """What a scan saw, and how each scanner fared."""

    findings: list[Finding] = field(default_factory=list)
    runs: list[ScannerRun] = field(default_factory=list)
    unfinished: str | None = None


def look(nursery: Nursery, config: Config, scanners: Sequence[str] = (), seconds: float = SECONDS) -> Sight:
    """All scanners look when none is named. OSError: there is no room for another process."""
    order = in_memory("order", json.dumps({"given": dict(config.given), "scanners": list(scanners)}).encode())
    listening, speaking = os.pipe()
    try:
        child = nursery.bear("scan", [order, speaking])
    finally:
        os.close(order)
        os.close(speaking)
    words, why = hear(listening, time.monotonic() + seconds)
    if why:
        end(child)
    return sight(words.splitlines(), why or "its process died")


def hear(listening: int, until: float) -> tuple[bytes, str | None]:
    """Everything said, and why no more was waited for."""
    poll = select.poll()
    poll.register(listening, select.POLLIN)
    words = bytearray()
    with open(listening, "rb", buffering=0) as pipe:
        while poll.poll(max(0, until - time.monotonic()) * 1000):
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
