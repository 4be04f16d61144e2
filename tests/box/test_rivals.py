"""Two processes on one PostgreSQL, eight callers, one node, a few findings: whatever comes first, what is kept is one
story, in which every chapter follows from the one before."""

import asyncio
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import func, select

from hyprbox import config
from hyprbox.audit import store as audit
from hyprbox.db import Database
from hyprbox.errors import Refusal
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding
from hyprbox.hot.beats import _record
from hyprbox.hot.progress import _complete
from hyprbox.jobs import handing
from hyprbox.jobs.model import Job
from hyprbox.nodes import beats
from hyprbox.nodes.model import State as NodeState
from hyprbox.presets import catalogue
from hyprbox.presets import store as presets
from hyprbox.remediations import store as remediations
from hyprbox.remediations.model import Remediation
from hyprbox.suppressions import store as suppressions
from hyprbox.suppressions.model import Suppression
from hyprbox.sweep import sweep
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, FindingReport, Reason, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from tests.cast import BEAT, NOON, minutes

CATALOGUE = catalogue.load_all()
EU_1 = Badge("t", "eu-1")
TYPE, KEYS = "perm.loose", ["/etc/shadow", "/etc/gshadow"]
CALLERS, DEEDS = 8, 25


class Rival:
    """Does one thing after another, by chance, with what it finds."""

    def __init__(self, db, chance, seq):
        self.db, self.chance, self.seq = db, chance, seq

    async def live(self):
        deeds = [self.scan, self.scan, self.prove, self.fix, self.fix, self.accept, self.complete, self.hold, self.rest]
        for _ in range(DEEDS):
            with suppress(Refusal):  # somebody was there before
                await self.chance.choice([*deeds, self.suppress, self.lift, self.sweep])()

    async def scan(self, proves=None):
        self.seq["scan"] += 1
        now, number = self.now(), self.seq["scan"]
        severities = [Severity.WARN, Severity.CRITICAL]
        seen = [
            Seen(type=TYPE, key=key, severity=self.chance.choice(severities), message="open to all")
            for key in KEYS
            if self.chance.random() < 0.5
        ]
        run = ScannerRun(name="perm", types=[TYPE])
        scan = Scan(id=f"s{number}", seq=number, scanners=[run], jobId=proves)
        await self.db.write(_record, FindingReport(nodeId="eu-1", findings=seen, scan=scan), now)

    async def prove(self):
        await self.scan(proves=await self.any_of(Finding.fix_job, Finding.fix_job.is_not(None)))

    async def fix(self):
        await self.db.write(presets.fix, self.now(), "ada", CATALOGUE, await self.any_of(Finding.id), None, {})

    async def accept(self):
        if job := await self.db.read(handing.next_offer, "eu-1", self.now()):
            await self.db.write(handing.accept, EU_1, job.id, "r", self.now())

    async def complete(self):
        end = Completion(exitCode=self.chance.choice([0, 0, 1, 21]), reason=Reason.EXIT, runId="r", output="done")
        job = await self.any_of(Job.id, Job.state == "RUNNING")
        await self.db.write(_complete, EU_1, job or "none", end, self.now(), None)

    async def hold(self):
        await self.db.write(findings.acknowledge, self.now(), "ada", await self.any_of(Finding.id), "known", None)

    async def rest(self):
        until = self.now() + minutes(1)
        await self.db.write(findings.snooze, self.now(), "ada", await self.any_of(Finding.id), "later", until)

    async def suppress(self):
        wanted = {"type": TYPE, "key": "", "q": "", "ceiling": Severity.WARN, "reason": "known", "until": None}
        made = await self.db.write(lambda session: suppressions.make(session, self.now(), "ada", **wanted))
        while await self.db.write(suppressions.apply, self.now(), made.id):
            pass

    async def lift(self):
        found = await self.any_of(Suppression.id, Suppression.lifted_at.is_(None))
        await self.db.write(suppressions.lift, self.now(), "ada", found or "none")
        while await self.db.write(suppressions.open_again, self.now(), "ada", found):
            pass

    async def sweep(self):
        await self.db.write(sweep, self.now(), config.read({}))

    async def any_of(self, column, *where):
        found = await self.db.read(lambda session: session.scalars(select(column).where(*where).order_by(column)).all())
        return self.chance.choice(found) if found else None

    def now(self):
        self.seq["time"] += 1
        return NOON + minutes(self.seq["time"] / 4)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_two_processes_do_to_the_same_findings_is_one_story(postgres_databases, tmp_path, seed):
    url, seq = postgres_databases.fresh(), Counter()

    async def main():
        pair = [Database(url, key_file=tmp_path / "secret.key") for _ in range(2)]
        for db in pair:
            db.start(lambda topics, found: None)
        try:
            await pair[0].write(beats.record, [beats.Beat(BEAT, NOON)])
            await Rival(pair[0], Random(seed), seq).scan()
            await asyncio.gather(*(Rival(pair[n % 2], Random(f"{seed} {n}"), seq).live() for n in range(CALLERS)))
            return await pair[0].read(contradictions)
        finally:
            for db in pair:
                await db.stop()

    try:
        assert asyncio.run(main()) == []
    finally:
        postgres_databases.drop(url)


def contradictions(session):
    return [
        *(f"audit entry {seq}" for seq in [audit.first_broken(session)] if seq),
        *(each for finding in session.scalars(select(Finding)) for each in contradictions_of(session, finding)),
        *(each for fix in session.scalars(select(Remediation)) for each in unproven(session, fix)),
        *miscounted(session),
    ]


def contradictions_of(session, finding):
    told = findings.events(session, finding.id)
    for before, after in pairwise(told):
        if after.was != before.became:
            yield f"after {before.became} ({before.note}) came {after.was} to {after.became} ({after.note})"
    if told[-1].became != finding.state:
        yield f"it is {finding.state}, and its history ends with {told[-1].became}"
    if (finding.state == "RESOLVED") != (finding.resolved_how is not None):
        yield f"it is {finding.state}, and resolved: {finding.resolved_how}"
    its = Remediation.finding_id == finding.id, Remediation.verdict.is_(None)
    at_work = session.scalars(select(Remediation.job_id).where(*its)).all()
    if at_work != ([finding.fix_job] if finding.state == "FIXING" else []):
        yield f"it is {finding.state} by {finding.fix_job}, and at work are {at_work}"


def unproven(session, fix):
    if fix.verdict == "VERIFIED_FIXED" and not remediations.evidence(session, fix.after)["scan"]:
        yield f"{fix.id} is verified, and by no scan"


def miscounted(session):
    wants = Finding.state.in_(["OPEN", "FIXING"]), Finding.severity == Severity.CRITICAL
    counted, kept = session.scalar(select(func.count()).where(*wants)), session.get(NodeState, "eu-1").open_critical
    return [] if counted == kept else [f"{counted} are critical, and {kept} are said to be"]
