"""What is said of a finding, its states and its history."""

from hyprbox.findings.model import UNPROVEN, Event, Finding, State
from hyprbox.findings.titles import title
from hyprbox.sign import Sign
from hyprwire import Severity

SEVERITIES = {
    Severity.CRITICAL: Sign("crit", "critical", "Critical"),
    Severity.WARN: Sign("warn", "warning", "Warning"),
    Severity.INFO: Sign("idle", "info", "Info"),
}
STATES = {
    State.ACKNOWLEDGED: Sign("idle", "ack", "Acknowledged"),
    State.SNOOZED: Sign("idle", "snoozed", "Snoozed"),
    State.FIXING: Sign("act", "running", "Being fixed"),
}
HOW = {
    "verified": Sign("ok", "verified", "Verified fixed"),
    "absent": Sign("ok", "done", "Gone"),
    "stale": Sign("idle", "cancelled", "Not seen any more"),
    "manual": Sign("idle", "done", "Resolved by hand"),
    "off": Sign("idle", "cancelled", "Not looked at any more"),
}
RISEN = {severity.value: severity for severity in Severity}
RESOLVED = Sign("idle", "done", "Resolved")


def sign(finding: Finding) -> Sign:
    """Of its state; an open one is shown by its severity."""
    if finding.state == State.OPEN:
        return SEVERITIES[finding.severity]
    if finding.state == State.RESOLVED:
        return HOW.get(finding.resolved_how or "", RESOLVED)
    return STATES[State(finding.state)]


def severity(finding: Finding) -> Sign:
    return SEVERITIES[finding.severity]


def severity_word(name: str) -> str:
    """WARN is "Warning"."""
    return SEVERITIES[Severity(name)].word


def headline(finding: Finding) -> str:
    return title(finding.type)


def happened(event: Event) -> tuple[Sign, str]:
    """The sign and the heading of one step of its history."""
    became = State(event.became)
    if became == State.FIXING:
        return Sign("act", "jobs", ""), f"Fix started by {event.actor}"
    if became == State.RESOLVED:
        how = event.how or ("verified" if event.job_id else "absent")  # older ones do not say
        return HOW.get(how, RESOLVED), _resolved(event, how)
    if event.how == UNPROVEN:
        return Sign("idle", "lost", ""), "Fix not proven"
    if became in STATES:
        return STATES[became], f"{STATES[became].word} by {event.actor}"
    if event.was is None:
        return Sign("warn", "seen", ""), "Seen"
    if event.was == State.FIXING:
        return Sign("crit", "failed", ""), "Not fixed"
    if severity := risen(event):
        return SEVERITIES[severity], f"Became {severity.lower()}"
    return Sign("warn", "seen", ""), "Open again"


def risen(event: Event) -> Severity | None:
    """To which severity, where that has ended an acknowledgement or a snooze."""
    return RISEN.get(event.how or "")


def _resolved(event: Event, how: str) -> str:
    if how == "verified":
        return "Resolved, verified fixed"
    if how == "off":
        return "Not looked at any more"
    return "Resolved" if event.actor in ("agent", "sweeper", "hyprbox") else f"Resolved by {event.actor}"
