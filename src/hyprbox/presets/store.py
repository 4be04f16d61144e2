"""Running presets: on a node because somebody wants to, or on a finding because the preset answers it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.guards import store as guards
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.jobs.order import Preset as Ran
from hyprbox.nodes import store as nodes
from hyprbox.presets.catalogue import Confirm, Preset, Risk, answering
from hyprbox.presets.form import BadValues, prefill, validate
from hyprbox.presets.render import Mode, render
from hyprbox.remediations import store as remediations

Catalogue = Mapping[str, Preset]
CHANGE = (
    Mode.APPLY,
    Mode.REVERT,
    Mode.STATUS,
)  # after these there may be something else to see; a guard may have acted


def known(catalogue: Catalogue, preset_id: str) -> Preset:
    if preset_id not in catalogue:
        raise Missing(f"preset {preset_id} is not known")
    return catalogue[preset_id]


def recommended(catalogue: Catalogue, finding: Finding) -> Preset | None:
    """The least risky one that answers its type; among equals the one that was made for what the finding says."""
    risks = ["low", "medium", "high"]
    answers = [preset for preset in answering(catalogue.values(), finding.type) if _suits(preset, finding)]
    return min(answers, key=lambda preset: (risks.index(preset.risk), not preset.when, preset.id), default=None)


def _suits(preset: Preset, finding: Finding) -> bool:
    return all(finding.details.get(name) == value for name, value in preset.when.items())


def answer(session: Session, catalogue: Catalogue, finding_id: str, preset_id: str | None) -> Preset:
    """The one that was chosen, or else the recommended one; Conflict when there is none."""
    finding = findings.get(session, finding_id)
    preset = known(catalogue, preset_id) if preset_id else recommended(catalogue, finding)
    if preset is None:
        raise Conflict(f"no preset answers {finding.type}")
    return preset


def run(
    session: Session, now: datetime, actor: str, preset: Preset, node_id: str, given: Mapping[str, object],
    expires_at: datetime | None = None, rerun_of: str | None = None,
) -> Job:  # fmt: skip
    """Queues its script, rendered for this very job."""
    job_id = ids.new()
    try:
        values = validate(preset, given)
    except BadValues as error:
        raise Invalid(str(error), parameters=error.complaints) from None
    order = Order(
        node_id=node_id, script=render(preset, values, Mode.APPLY, job_id), timeout_seconds=preset.timeout_seconds,
        rescan=list(preset.rescan), wait_for=list(preset.waits_for), expires_at=expires_at, rerun_of=rerun_of,
        preset=Ran(id=preset.id, version=preset.version, sha256=preset.sha256, params=values),
    )  # fmt: skip
    job = jobs.queue(session, now, actor, order, job_id)
    if preset.lockout:
        guards.expect(session, now, job, preset.lockout, preset.guard_seconds, preset.confirm == Confirm.HUMAN)
    return job


def run_other(
    session: Session, now: datetime, actor: str, preset: Preset, node_id: str, given: Mapping[str, object], mode: Mode,
    of_job: str | None = None,
) -> Job:  # fmt: skip
    """Its script in another mode than apply, such as plan; `of_job` is the job that applied what this is about."""
    try:
        values = validate(preset, given)
        script = render(preset, values, mode, of_job or ids.new())
    except BadValues as error:
        raise Invalid(str(error), parameters=error.complaints) from None
    except ValueError as error:
        raise Invalid(str(error)) from None
    order = Order(
        node_id=node_id, script=script, timeout_seconds=preset.timeout_seconds, called=f"{preset.id}: {mode}",
        rescan=list(preset.rescan) if mode in CHANGE else [],
    )  # fmt: skip
    return jobs.queue(session, now, actor, order)


def take_back(session: Session, now: datetime, actor: str, catalogue: Catalogue, job_id: str) -> Job:
    """Reverts what a job of a preset has changed. The node refuses when its files are no longer what that job left."""
    job = jobs.get(session, job_id)
    if job.preset is None:
        raise Conflict(f"job {job_id} ran a script, expected one that ran a preset: only those know their way back")
    if not job.has_ended:
        raise Conflict(f"job {job_id} is {job.state}, expected one that has ended")
    preset = known(catalogue, job.preset)
    audit.record(session, now, actor, "job.take_back", job_id, node=job.node_id)
    return run_other(session, now, actor, preset, job.node_id, job.params, Mode.REVERT, job.id)


def ask_guard(session: Session, now: datetime, catalogue: Catalogue, job_id: str) -> None:
    """The next step of a guard, where one is due."""
    guard = guards.locked(session, job_id)
    preset, what = catalogue.get(guard.preset), guards.wants(session, now, guard)
    if preset is not None and what is not None:
        job = run_other(session, now, "hyprbox", preset, guard.node_id, guard.params, Mode(what), guard.job_id)
        guards.ask(guard, what, job)


def run_again(session: Session, now: datetime, actor: str, catalogue: Catalogue, job: Job) -> Job:
    """With the same parameters, as the preset is now."""
    preset = known(catalogue, job.preset or "")
    return run(session, now, actor, preset, job.node_id, job.params, rerun_of=job.id)


def fix(
    session: Session, now: datetime, actor: str, catalogue: Catalogue, finding_id: str, preset_id: str | None,
    given: Mapping[str, object], expires_at: datetime | None = None,
) -> Job:  # fmt: skip
    """Runs the preset that answers the finding; what nobody gave is taken from the finding itself."""
    finding = findings.waiting(session, finding_id)
    preset, values = with_values(session, catalogue, finding, preset_id, given)
    job = run(session, now, actor, preset, finding.node_id, values, expires_at)
    findings.start_fix(session, now, actor, finding_id, job.id)
    remediations.start(session, now, actor, finding, job, guarded=bool(preset.lockout))
    return job


def safe_fixes(session: Session, catalogue: Catalogue, node_id: str) -> list[tuple[Finding, Preset]]:
    """Open findings of a node that a preset of low risk answers by itself, the worst first."""
    open_ones = select(Finding).where(Finding.node_id == node_id, Finding.state == FindingState.OPEN)
    found = []
    for finding in session.scalars(open_ones.order_by(Finding.severity.desc(), Finding.id)):
        preset = recommended(catalogue, finding)
        if preset is not None and preset.risk == Risk.LOW and _needs_nothing(preset, finding):
            found.append((finding, preset))
    return found


def fix_node(session: Session, now: datetime, actor: str, catalogue: Catalogue, node_id: str) -> list[Job]:
    """Everything that is safe, one after another. Findings that one run answers together get one job."""
    nodes.get(session, node_id)
    nodes.lock(session, node_id)
    started: dict[tuple[str, str], Job] = {}
    for finding, preset in safe_fixes(session, catalogue, node_id):
        values = prefill(preset, finding.key, finding.details)
        same = preset.id, repr(sorted(values.items()))
        if same not in started:
            started[same] = fix(session, now, actor, catalogue, finding.id, preset.id, {})
    return list(started.values())


def _needs_nothing(preset: Preset, finding: Finding) -> bool:
    try:
        validate(preset, prefill(preset, finding.key, finding.details))
    except BadValues:
        return False
    return True


def plan(
    session: Session, now: datetime, actor: str, catalogue: Catalogue, finding_id: str, preset_id: str | None,
    given: Mapping[str, object],
) -> Job:  # fmt: skip
    """What the fix would do, said by the node itself."""
    finding = findings.get(session, finding_id)
    preset, values = with_values(session, catalogue, finding, preset_id, given)
    return run_other(session, now, actor, preset, finding.node_id, values, Mode.PLAN)


def with_values(
    session: Session, catalogue: Catalogue, finding: Finding, preset_id: str | None, given: Mapping[str, object]
) -> tuple[Preset, dict[str, object]]:
    """The preset for a finding, with what the finding says of its parameters and what somebody gave."""
    preset = answer(session, catalogue, finding.id, preset_id)
    if finding.type not in preset.resolves:
        raise Conflict(f"preset {preset.id} answers {', '.join(preset.resolves)}, this finding is {finding.type}")
    return preset, prefill(preset, finding.key, finding.details) | dict(given)
