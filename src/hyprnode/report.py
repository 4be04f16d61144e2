"""Reports what a scan saw: in parts when it is much, in smaller ones when the API takes less than we thought."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from hyprnode.answer import Answer
from hyprnode.say import say
from hyprwire import Finding, FindingReport, Scan, codec

FINDINGS = 2000
LARGEST_FINDING = 16 * 1024
LONGEST_MESSAGE = 1000

Post = Callable[[FindingReport], Answer]


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


def send(report: FindingReport, post: Post) -> None:
    answer = post(report)
    if answer.is_good:
        return
    if answer.status == 413 and len(report.findings) > 1:
        for part in parts(report, (len(report.findings) + 1) // 2):
            send(part, post)
        return
    say(f"findings dropped: API returned {answer.status}", count=len(report.findings), detail=answer.get("detail"))
    if answer.status == 413 and report.findings and report.scan and report.scan.final:
        send(replace(report, findings=[]), post)  # without its last part the scan would never end
