"""Remediations over HTTP: what was fixed, by what, with what proof."""

from asyncio import to_thread
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from hyprbox.door import TheBox, viewer
from hyprbox.errors import Conflict
from hyprbox.jobs import store as jobs
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.remediations import proof, store
from hyprbox.remediations.model import Verdict
from hyprbox.remediations.proof import Proof
from hyprbox.remediations.views import RecordView, RemediationView, record_view, view


@get("/remediations", guards=[viewer])
async def index(
    box: TheBox,
    nodeId: FromQuery[str | None] = None,
    preset: FromQuery[str | None] = None,
    verdict: FromQuery[Verdict | None] = None,
    limit: Limit = DEFAULT,
    cursor: FromQuery[str | None] = None,
) -> Page[RemediationView]:
    rows = await box.db.read(store.page, nodeId, preset, verdict, cursor, limit + 1)
    return page(rows, limit, view, lambda fix: fix.id)


@get("/remediations/{remediation_id:str}", guards=[viewer])
async def show(remediation_id: FromPath[str], box: TheBox) -> RemediationView:
    return await box.db.read(whole, remediation_id)


@get("/remediations/{remediation_id:str}/proof", guards=[viewer])
async def prove(remediation_id: FromPath[str], box: TheBox) -> Proof:
    claim = await box.db.read(claim_of, remediation_id)
    key = box.config.secret_key_file
    return await to_thread(signed, key, claim)


@get("/presets/{preset_id:str}/record", guards=[viewer])
async def track_record(preset_id: FromPath[str], box: TheBox) -> RecordView:
    """How a preset has fared; zeros for one that nobody has used, or that is not there any more."""
    return record_view(preset_id, await box.db.read(store.record_of, preset_id))


def whole(session: Session, remediation_id: str) -> RemediationView:
    """With its evidence."""
    fix = store.get(session, remediation_id)
    return view(fix, store.evidence(session, fix.before), store.evidence(session, fix.after))


def claim_of(session: Session, remediation_id: str) -> dict[str, Any]:
    """All that the proof says. Conflict while there is no verdict yet."""
    fix = store.get(session, remediation_id)
    if fix.verdict is None:
        raise Conflict(f"remediation {remediation_id} has no verdict yet, expected one that is over")
    job = jobs.get(session, fix.job_id)
    shown: dict[str, Any] = msgspec.to_builtins(whole(session, remediation_id))
    return shown | {
        "job": {"state": job.state, "exitCode": job.exit_code, "startedAt": _text(job.started_at)},
        "evidence": {"before": fix.before, "after": fix.after},
    }


def signed(key: Path, claim: dict[str, Any]) -> Proof:
    about = {"installation": proof.installation_id(key), "signedAt": datetime.now(UTC).isoformat()}
    return proof.sign(key, store.canonical({"remediation": claim, **about}).decode())


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


handlers = [index, show, prove, track_record]
