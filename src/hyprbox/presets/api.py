"""Presets over HTTP, and everything that queues a job: a script, a preset, the fix of a finding."""

from dataclasses import dataclass, field
from enum import StrEnum

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from hyprbox import fresh
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.clock import Moment
from hyprbox.door import TheBox, TheCaller, admin, operator, viewer
from hyprbox.errors import Forbidden, Invalid
from hyprbox.findings.model import Finding
from hyprbox.findings.views import Recommendation
from hyprbox.form import Form
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.jobs.views import JobView
from hyprbox.jobs.views import view as job_view
from hyprbox.paging import Page
from hyprbox.people.model import Role
from hyprbox.presets import own, store
from hyprbox.presets.catalogue import Preset
from hyprbox.presets.form import prefill
from hyprbox.presets.parameters import Parameter
from hyprbox.presets.render import Mode
from hyprbox.remediations.store import NO_RECORD, Record, record_of, records
from hyprbox.remediations.views import RecordView, record_view
from hyprwire.jobs import TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterView:
    name: str
    type: str
    description: str
    default: str | None
    values: list[str]
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetView:
    id: str
    version: int
    title: str
    description: str
    risk: str
    resolves: list[str]
    distros: list[str]
    timeoutSeconds: int
    sha256: str
    own: bool
    parameters: list[ParameterView]
    record: RecordView


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPreset:
    """The texts of `preset.toml` and `script.sh`; docs/howto/write-a-preset says what is in them."""

    toml: str
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Which preset answers a type of finding."""

    type: str
    preset: str
    title: str
    risk: str


class Rehearsal(StrEnum):
    """Nothing is changed in either."""

    CHECK = "check"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """Either `script` or `preset`. `mode` check says whether a preset has something to do, plan what it would do."""

    nodeId: str
    script: str | None = None
    preset: str | None = None
    params: dict[str, str | int | bool | list[str]] = field(default_factory=dict)
    mode: Rehearsal | None = None
    timeoutSeconds: int | None = None
    env: dict[str, str] = field(default_factory=dict)
    expiresAt: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFix:
    preset: str | None = None
    params: dict[str, str | int | bool | list[str]] = field(default_factory=dict)


@get("/presets", guards=[viewer])
async def index(box: TheBox) -> Page[PresetView]:
    fared = await box.db.read(records, list(box.presets))
    return Page([view(box, each, fared.get(each.id, NO_RECORD)) for each in box.presets.values()], None)


@get("/presets/{preset_id:str}", guards=[viewer])
async def show(preset_id: FromPath[str], box: TheBox) -> PresetView:
    preset = store.known(box.presets, preset_id)
    return view(box, preset, await box.db.read(record_of, preset_id))


@put("/presets/{preset_id:str}", guards=[admin])
async def put_own(preset_id: FromPath[str], data: JSONBody[NewPreset], box: TheBox, caller: TheCaller) -> PresetView:
    """One of your own. What it may do on a node it does as root, so it is for admins, like a script."""
    await fresh.require(box, caller, Form())
    what = box.presets, preset_id, data.toml, data.script
    preset = await box.db.write(own.put, box.clock.now(), caller.name, *what)
    await box.db.read(box.presets.refresh)
    return view(box, preset, await box.db.read(record_of, preset_id))


@delete("/presets/{preset_id:str}", guards=[admin])
async def remove_own(preset_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(own.remove, box.clock.now(), caller.name, preset_id)
    await box.db.read(box.presets.refresh)


@get("/recommendations", guards=[viewer])
async def recommendations(box: TheBox) -> Page[Answer]:
    answers = [
        Answer(type=type_, preset=preset.id, title=preset.title, risk=preset.risk)
        for preset in box.presets.values()
        for type_ in preset.resolves
    ]
    return Page(sorted(answers, key=lambda answer: (answer.type, answer.preset)), None)


@post("/jobs", guards=[operator])
async def queue(data: JSONBody[NewJob], box: TheBox, caller: TheCaller) -> JobView:
    return job_view(await start(box, caller, data))


@post("/jobs/{job_id:str}/rerun", guards=[operator])
async def rerun(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    return job_view(await run_again(box, caller, job_id, Form()))


@post("/findings/{finding_id:str}/fix", guards=[operator])
async def fix(finding_id: FromPath[str], data: JSONBody[NewFix], box: TheBox, caller: TheCaller) -> JobView:
    now = box.clock.now()
    preset = await box.db.read(store.answer, box.presets, finding_id, data.preset)
    await fresh.require_if_risky(box, caller, Form(), preset.id)
    return job_view(await box.db.write(store.fix, now, caller.name, box.presets, finding_id, data.preset, data.params))


@post("/nodes/{node_id:str}/fix", guards=[operator])
async def fix_node(node_id: FromPath[str], box: TheBox, caller: TheCaller) -> Page[JobView]:
    """Fixes everything on the node that a preset of low risk answers; each is proven by a scan of its own."""
    jobs = await box.db.write(store.fix_node, box.clock.now(), caller.name, box.presets, node_id)
    return Page([job_view(job) for job in jobs], None)


@post("/findings/{finding_id:str}/plan", guards=[operator])
async def plan(finding_id: FromPath[str], data: JSONBody[NewFix], box: TheBox, caller: TheCaller) -> JobView:
    """A job that shows what the fix would change, as differences, and changes nothing."""
    now = box.clock.now()
    return job_view(await box.db.write(store.plan, now, caller.name, box.presets, finding_id, data.preset, data.params))


@post("/jobs/{job_id:str}/reversal", guards=[operator])
async def reverse(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    """Takes back what a job of a preset has changed, as a new job."""
    return job_view(await take_back(box, caller, job_id, Form()))


async def start(box: Box, caller: Caller, wanted: NewJob) -> Job:
    """Operators run presets, only admins run scripts of their own."""
    if (wanted.script is None) == (wanted.preset is None):
        raise Invalid("expected either script or preset")
    now = box.clock.now()
    if wanted.preset is not None:
        preset = store.known(box.presets, wanted.preset)
        if wanted.mode is not None:
            mode = Mode(wanted.mode)
            return await box.db.write(store.run_other, now, caller.name, preset, wanted.nodeId, wanted.params, mode)
        await fresh.require_if_risky(box, caller, Form(), preset.id)
        return await box.db.write(store.run, now, caller.name, preset, wanted.nodeId, wanted.params, wanted.expiresAt)
    if not caller.may(Role.ADMIN):
        raise Forbidden(f"{caller.name} is {caller.role}, expected admin to run a script")
    await fresh.require_if_risky(box, caller, Form(), None)
    return await box.db.write(jobs.queue, now, caller.name, _order(wanted))


async def run_again(box: Box, caller: Caller, job_id: str, form: Form) -> Job:
    """What somebody may start, they may start again; a preset as it is now, with the same parameters."""
    job = await box.db.read(jobs.get, job_id)
    now = box.clock.now()
    if job.preset is not None:
        await fresh.require_if_risky(box, caller, form, job.preset)
        return await box.db.write(store.run_again, now, caller.name, box.presets, job)
    if not caller.may(Role.ADMIN):
        raise Forbidden(f"{caller.name} is {caller.role}, expected admin to run a script again")
    await fresh.require_if_risky(box, caller, form, None)
    return await box.db.write(jobs.rerun, now, caller.name, job_id)


async def take_back(box: Box, caller: Caller, job_id: str, form: Form) -> Job:
    """The way back is as risky as the way there."""
    job = await box.db.read(jobs.get, job_id)
    await fresh.require_if_risky(box, caller, form, job.preset)
    return await box.db.write(store.take_back, box.clock.now(), caller.name, box.presets, job_id)


def _order(wanted: NewJob) -> Order:
    return Order(
        node_id=wanted.nodeId, script=wanted.script or "", env=wanted.env, expires_at=wanted.expiresAt,
        timeout_seconds=TIMEOUT_SECONDS if wanted.timeoutSeconds is None else wanted.timeoutSeconds,
    )  # fmt: skip


def recommend(catalogue: store.Catalogue, finding: Finding) -> Recommendation | None:
    preset = store.recommended(catalogue, finding)
    if preset is None:
        return None
    values = prefill(preset, finding.key, finding.details)
    return Recommendation(preset=preset.id, title=preset.title, risk=preset.risk, params=values)


def view(box: Box, preset: Preset, record: Record) -> PresetView:
    return PresetView(
        id=preset.id, version=preset.version, title=preset.title, description=preset.description, risk=preset.risk,
        resolves=list(preset.resolves), distros=list(preset.distros), timeoutSeconds=preset.timeout_seconds,
        sha256=preset.sha256, own=preset.id in box.presets.own,
        parameters=[_parameter(parameter) for parameter in preset.parameters],
        record=record_view(preset.id, record),
    )  # fmt: skip


def _parameter(parameter: Parameter) -> ParameterView:
    return ParameterView(
        name=parameter.name, type=parameter.type, description=parameter.description, default=parameter.default,
        values=list(parameter.values), many=parameter.many,
    )  # fmt: skip


handlers = [index, show, put_own, remove_own, recommendations, queue, rerun, fix, fix_node, plan, reverse]
