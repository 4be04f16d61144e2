"""What happened lately, in one list: nodes that came and went, findings, jobs, and what people changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.audit.model import Entry
from hyprbox.findings import words as finding_words
from hyprbox.findings.model import Event, Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.findings.titles import title
from hyprbox.jobs import words as job_words
from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.nodes import store as nodes
from hyprbox.nodes.model import Change, Status
from hyprbox.nodes.words import sign_of
from hyprbox.remediations import store as remediations
from hyprbox.sign import Sign
from hyprbox.words import count
from hyprwire import Severity

LOOKED_AT = 60
KEY = Sign("idle", "key", "")
PERSON = Sign("idle", "people", "")


@dataclass(frozen=True, slots=True)
class Activity:
    """Reads `before` name `after`; the name is a link."""

    at: datetime
    sign: Sign
    before: str
    name: str
    link: str
    after: str


def lately(session: Session, now: datetime, most: int, may_read: bool) -> list[Activity]:
    """Newest first. `may_read` scripts: only then are jobs called by their first line."""
    everything = [
        *map(_change, nodes.changes(session, most)),
        *_findings(session),
        *_jobs(session, now, most, may_read),
        *_people(audit.page(session, None, LOOKED_AT)),
    ]
    return sorted(everything, key=lambda activity: activity.at, reverse=True)[:most]


def _change(change: Change) -> Activity:
    after = "came online" if change.status == Status.ONLINE else "went offline"
    return Activity(
        change.at, sign_of(change.status), "", change.node_id, f"/dashboard/nodes/{quote(change.node_id)}", after
    )


def _findings(session: Session) -> Iterator[Activity]:
    """The same thing on many nodes, one after the other, is one activity. That a fix began, its job tells."""
    worth = [(event, finding) for event, finding in _newest(session) if _is_worth_it(event, finding)]
    for _, group in groupby(worth, key=lambda row: (row[1].type, row[0].was, row[0].became, row[0].actor)):
        yield _finding(list(group))


def _is_worth_it(event: Event, finding: Finding) -> bool:
    return finding.severity != Severity.INFO and event.became != FindingState.FIXING


def _newest(session: Session) -> list[tuple[Event, Finding]]:
    """In two steps: asked for both together, PostgreSQL joins all there is before it looks for the newest."""
    events = session.scalars(select(Event).order_by(Event.id.desc()).limit(LOOKED_AT)).all()
    wanted = select(Finding).where(Finding.id.in_({event.finding_id for event in events}))
    findings = {finding.id: finding for finding in session.scalars(wanted)}
    return [(event, findings[event.finding_id]) for event in events if event.finding_id in findings]


def _finding(rows: Sequence[tuple[Event, Finding]]) -> Activity:
    (event, finding), number = rows[0], len({finding.node_id for _, finding in rows})
    sign, what = finding_words.happened(event)
    if event.became == FindingState.OPEN and event.was is None:
        sign = finding_words.severity(finding)
    where = f"on {finding.node_id}" if number == 1 else f"on {count(number, 'node')}"
    only = f"/dashboard/findings/{finding.id}" if len(rows) == 1 else f"/dashboard/findings?type={quote(finding.type)}"
    return Activity(event.at, sign, "", title(finding.type), only, f"{where}: {what[:1].lower()}{what[1:]}")


def _jobs(session: Session, now: datetime, most: int, may_read: bool) -> Iterator[Activity]:
    """Of a fix that has ended well the finding tells: whether it helped."""
    jobs = session.scalars(select(Job).order_by(Job.id.desc()).limit(most)).all()
    fixes = remediations.jobs_among(session, [job.id for job in jobs if job.state == JobState.SUCCEEDED])
    for job in jobs:
        if job.id in fixes:
            continue
        what = job_words.ending(job, now).title if job.has_ended else job_words.sign(job).word
        at = job.finished_at or job.claimed_at or job.created_at
        after = f"on {job.node_id}: {what[:1].lower()}{what[1:]}"
        name = job_words.name(job, may_read)
        yield Activity(at, job_words.sign(job), "", name, f"/dashboard/jobs/{job.id}", after)


def _people(entries: Iterable[Entry]) -> Iterator[Activity]:
    """Only what the other sources do not tell."""
    for entry in entries:
        if said := SAID.get(entry.action):
            sign, before, link = said
            yield Activity(entry.at, sign, f"{entry.actor} {before}", _named(entry), link, "")


def _named(entry: Entry) -> str:
    return str(entry.diff.get("name") or entry.diff.get("node") or entry.target)


TOKENS, KEYS, PEOPLE = (f"/dashboard/settings/{page}" for page in ("tokens", "keys", "people"))

SAID = {
    "token.mint": (KEY, "made the token", TOKENS),
    "token.revoke": (KEY, "revoked the token", TOKENS),
    "key.create": (KEY, "made the API key", KEYS),
    "key.revoke": (KEY, "revoked the API key", KEYS),
    "person.create": (PERSON, "invited", PEOPLE),
    "person.disable": (PERSON, "disabled", PEOPLE),
    "node.rename": (PERSON, "renamed a node to", "/dashboard/nodes"),
    "node.delete": (PERSON, "deleted the node", "/dashboard/nodes"),
}
