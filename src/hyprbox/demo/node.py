"""What the agent of a server knows, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hyprbox.demo.acts import Act
from hyprbox.demo.troubles import SCANNERS
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, Finding, FindingReport, Output, Reason, Rusage, Scan, ScannerRun

Name = tuple[str, str]  # type and key of a finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A job at work. `cures` are the findings that the scans after it do not see any more."""

    job_id: str
    run_id: str
    act: Act
    began: datetime
    rescan: Sequence[str] = ()
    cures: Sequence[Name] = ()

    @property
    def half(self) -> int:
        return len(self.act.lines) // 2

    def first_words(self) -> Output:
        """Half of what it has to say."""
        return Output(output=text(self.act.lines[: self.half]), offset=0, runId=self.run_id)

    def end(self, now: datetime) -> Completion:
        """With the other half."""
        act, seconds = self.act, (now - self.began).total_seconds()
        return Completion(
            exitCode=act.exit_code, runId=self.run_id, reason=act.reason, signal=act.signal, survivors=act.survivors,
            output=text(act.lines[self.half :]), startedAt=self.began.isoformat(), finishedAt=now.isoformat(),
            rusage=Rusage(cpuSeconds=round(seconds / 5, 1), maxRssBytes=41 << 20),
        )  # fmt: skip

    def stopped(self, now: datetime) -> Completion:
        return replace(self.end(now), exitCode=143, reason=Reason.CANCEL, signal=15)


@dataclass(slots=True)
class Node:
    token: str
    badge: Badge
    troubles: dict[Name, Finding] = field(default_factory=dict)
    scans: int = 0
    runs: int = 0
    running: Running | None = None

    def begin(self, job_id: str, act: Act, rescan: Sequence[str], cures: Sequence[Name], now: datetime) -> Running:
        self.runs += 1
        run_id = f"run-{self.runs}"
        self.running = Running(job_id=job_id, run_id=run_id, act=act, began=now, rescan=rescan, cures=cures)
        return self.running

    def see(self, *found: Finding) -> None:
        self.troubles |= {(each.type, each.key): each for each in found}

    def recover(self, running: Running) -> None:
        for name in running.cures:
            self.troubles.pop(name, None)

    def scan(self, node_id: str, scanner: str, job_id: str | None, now: datetime) -> FindingReport:
        self.scans += 1
        scan = Scan(
            id=f"scan-{self.scans}", seq=self.scans, jobId=job_id, startedAt=now.isoformat(),
            scanners=[ScannerRun(name=scanner, types=SCANNERS[scanner], ms=31)],
        )  # fmt: skip
        found = [each for each in self.troubles.values() if scanner_of(each.type) == scanner]
        return FindingReport(nodeId=node_id, findings=found, scan=scan)


def scanner_of(type: str) -> str:
    return type.partition(".")[0]


def text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
