"""Running presets: on a node because somebody wants to, or on a finding because the preset answers it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.jobs.order import Preset as Ran
from hyprbox.presets.catalogue import Preset, answering
from hyprbox.presets.form import BadValues, prefill, validate
from hyprbox.presets.render import Mode, render
from hyprbox.remediations import store as remediations

Catalogue = Mapping[str, Preset]


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
    return jobs.queue(session, now, actor, order, job_id)


def run_again(session: Session, now: datetime, actor: str, catalogue: Catalogue, job: Job) -> Job:
    """With the same parameters, as the preset is now."""
    preset = known(catalogue, job.preset or "")
    return run(session, now, actor, preset, job.node_id, job.params, rerun_of=job.id)


def fix(
    session: Session, now: datetime, actor: str, catalogue: Catalogue, finding_id: str, preset_id: str | None,
    given: Mapping[str, object], expires_at: datetime | None = None,
) -> Job:  # fmt: skip
    """Runs the preset that answers the finding; what nobody gave is taken from the finding itself."""
    finding = findings.get(session, finding_id)
    preset = answer(session, catalogue, finding_id, preset_id)
    if finding.type not in preset.resolves:
        raise Conflict(f"preset {preset.id} answers {', '.join(preset.resolves)}, this finding is {finding.type}")
    values = prefill(preset, finding.key, finding.details) | dict(given)
    job = run(session, now, actor, preset, finding.node_id, values, expires_at)
    findings.start_fix(session, now, actor, finding_id, job.id)
    remediations.start(session, now, actor, finding, job)
    return job
