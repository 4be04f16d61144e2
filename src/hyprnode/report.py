"""Reports what a scan saw: in parts when it is much, in smaller ones when the API takes less than we thought."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hyprnode.answer import Answer
from hyprnode.say import say
from hyprwire import Finding, FindingReport, Scan, ScannerRun, codec

FINDINGS = 2000
LARGEST_FINDING = 16 * 1024
LONGEST_MESSAGE = 1000

Post = Callable[[FindingReport], Answer]


def tell(node_id: str, findings: Sequence[Finding], scan: Scan | None, post: Post) -> None:
    telling = Telling(post)
    for report in reports(node_id, findings, scan):
        telling.send(report)


def reports(node_id: str, findings: Sequence[Finding], scan: Scan | None) -> Iterator[FindingReport]:
    """The last is final. Without a scan to speak of, as with the original: silence when there is nothing."""
    if scan is None and not findings:
        return
    fitting = [fit(finding) for finding in findings]
    whole = FindingReport(nodeId=node_id, findings=fitting, scan=scan)
    yield from parts(whole, FINDINGS)


def fit(finding: Finding) -> Finding:
    if len(codec.encode(finding)) <= LARGEST_FINDING:
        return finding
    return replace(finding, message=finding.message[:LONGEST_MESSAGE], metadata={"leftOut": "too large"})


def parts(report: FindingReport, size: int) -> Iterator[FindingReport]:
    count = max(1, len(report.findings))
    for start in range(0, count, size):
        scan = report.scan and replace(report.scan, final=report.scan.final and start + size >= count)
        yield replace(report, findings=report.findings[start : start + size], scan=scan)


@dataclass
class Telling:
    """One scan on its way. A type of which something was not taken proves nothing by its absence any more."""

    post: Post
    dropped: Counter[str] = field(default_factory=Counter)
    why: str = ""

    def send(self, report: FindingReport) -> None:
        answer = self.post(self._as_it_is(report))
        if answer.is_good:
            return
        if answer.status == 413 and len(report.findings) > 1:
            for part in parts(report, (len(report.findings) + 1) // 2):
                self.send(part)
            return
        self._drop(report, answer)
        if answer.status == 413 and report.findings and report.scan and report.scan.final:
            self.send(replace(report, findings=[]))  # without its last part the scan would never end

    def _drop(self, report: FindingReport, answer: Answer) -> None:
        self.why = f"API returned {answer.status}"
        self.dropped.update(finding.type for finding in report.findings)
        say(f"findings dropped: {self.why}", count=len(report.findings), detail=answer.get("detail"))

    def _as_it_is(self, report: FindingReport) -> FindingReport:
        if not self.dropped or report.scan is None:
            return report
        return replace(report, scan=replace(report.scan, scanners=[self._judged(run) for run in report.scan.scanners]))

    def _judged(self, run: ScannerRun) -> ScannerRun:
        lost = sum(self.dropped[name] for name in run.types)
        if not lost:
            return run
        return replace(run, ok=False, error=run.error or f"{lost} of what it saw was not taken: {self.why}")
