"""Guards over HTTP: what is still taken back unless it is confirmed, the proofs so far, and a person's word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from hyprbox.clock import from_ms
from hyprbox.door import TheBox, TheCaller, admin, operator, viewer
from hyprbox.guards import store
from hyprbox.guards.model import Guard, State
from hyprbox.paging import DEFAULT, Limit, Page, page


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    kind: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardView:
    jobId: str
    nodeId: str
    preset: str
    areas: list[str]
    state: State
    until: datetime | None
    needsHuman: bool
    proofs: list[ProofView]
    note: str


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address, never a name."""

    address: str


@get("/guards", guards=[viewer])
async def index(
    box: TheBox,
    nodeId: FromQuery[str | None] = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    limit: Limit = DEFAULT,
    cursor: FromQuery[str | None] = None,
) -> Page[GuardView]:
    rows = await box.db.read(store.page, nodeId, in_state, cursor, limit + 1)
    return page(rows, limit, view, lambda guard: guard.job_id)


@get("/guards/{job_id:str}", guards=[viewer])
async def show(job_id: FromPath[str], box: TheBox) -> GuardView:
    return view(await box.db.read(store.get, job_id))


@post("/guards/{job_id:str}/confirmation", guards=[operator], status_code=200)
async def confirm(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> GuardView:
    """A person's word that people still get in. It takes another proof besides."""
    return view(await box.db.write(store.confirm, box.clock.now(), caller.name, job_id))


@put("/nodes/{node_id:str}/door", guards=[admin])
async def set_door(node_id: FromPath[str], data: JSONBody[Address], box: TheBox, caller: TheCaller) -> Address:
    """Where the node's sshd is to be looked for, in place of the address from which its agent calls."""
    return Address((await box.db.write(store.set_door, box.clock.now(), caller.name, node_id, data.address)).address)


@delete("/nodes/{node_id:str}/door", guards=[admin])
async def remove_door(node_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(store.remove_door, box.clock.now(), caller.name, node_id)


def view(guard: Guard) -> GuardView:
    return GuardView(
        jobId=guard.job_id, nodeId=guard.node_id, preset=guard.preset, areas=guard.areas, state=State(guard.state),
        until=guard.until, needsHuman=guard.needs_human, note=guard.note,
        proofs=[ProofView(kind=kind, at=from_ms(proof["at"]), by=proof["by"]) for kind, proof in guard.proofs.items()],
    )  # fmt: skip


handlers = [index, show, confirm, set_door, remove_door]
