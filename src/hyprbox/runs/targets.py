"""Which nodes a run is for, and what it would do on each: frozen when it begins, shown before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.errors import Conflict, Invalid
from hyprbox.findings.model import Finding, State
from hyprbox.nodes import search
from hyprbox.presets import store as presets
from hyprbox.presets.catalogue import Preset
from hyprbox.presets.form import BadValues, prefill, validate
from hyprbox.runs.batches import sizes
from hyprbox.runs.spec import MOST_NODES, Spec
from hyprbox.windows import store as windows

AWAY = "it is back"
CLOSED = "its maintenance window is open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens on one node. `batch` None: nothing, and `what` says why."""

    nodeId: str
    batch: int | None
    what: str
    todo: tuple[str, ...] = ()


def plan(session: Session, now: datetime, catalogue: presets.Catalogue, spec: Spec) -> list[Plan]:
    """In the order in which they come; Conflict when there is nothing to do anywhere."""
    spec.check()
    preset = presets.known(catalogue, spec.preset) if spec.preset else None
    nodes = search.names(session, now, spec.q, MOST_NODES + 1)
    if len(nodes) > MOST_NODES:
        raise Invalid(f"q chooses more than {MOST_NODES} nodes, expected fewer in one run")
    if not nodes:
        raise Conflict("no node matches the query, so there is nothing to run on")
    wanted = _of_preset(session, preset, spec, nodes) if preset else {node: ("runs the script", ()) for node in nodes}
    batches = _numbered(sizes(sum(what is not None for what in wanted.values()), spec.batches))
    found = []
    for node in nodes:
        what = wanted[node]
        if what is None:
            found.append(Plan(nodeId=node, batch=None, what="has no finding that it answers, and not all values"))
        else:
            found.append(Plan(nodeId=node, batch=next(batches), what=what[0], todo=what[1]))
    if preset and all(each.batch is None for each in found):
        _say_what_is_missing(preset, spec)
    return found


def shown(session: Session, now: datetime, catalogue: presets.Catalogue, spec: Spec) -> list[Plan]:
    """The plan before anything begins: it says as well what each node waits for."""
    found = plan(session, now, catalogue, spec)
    nodes = [each.nodeId for each in found if each.batch is not None]
    waits = {
        AWAY: search.among(session, now, "status=offline", nodes),
        CLOSED: set() if spec.ignoreWindows else windows.closed(session, now, nodes),
    }
    return [replace(each, what=_with(each, [why for why, of in waits.items() if each.nodeId in of])) for each in found]


def _with(each: Plan, waits: list[str]) -> str:
    return f"{each.what}, once {' and '.join(waits)}" if waits else each.what


def _say_what_is_missing(preset: Preset, spec: Spec) -> NoReturn:
    try:
        validate(preset, spec.params)
    except BadValues as error:
        raise Invalid(str(error), parameters=error.complaints) from None
    raise Conflict(f"no node has a finding that {preset.id} answers")


def _numbered(sizes: list[int]) -> Iterator[int]:
    return (number for number, size in enumerate(sizes, 1) for _ in range(size))


def _of_preset(
    session: Session, preset: Preset, spec: Spec, nodes: Sequence[str]
) -> dict[str, tuple[str, tuple[str, ...]] | None]:
    """The findings that it answers are fixed, each proven by a scan; where there are none it runs as it is."""
    fixes: dict[str, list[Finding]] = {}
    open_ones = select(Finding).where(Finding.type.in_(preset.resolves), Finding.state == State.OPEN)
    for finding in session.scalars(open_ones.order_by(Finding.id)):
        if _fits(preset, {**prefill(preset, finding.key, finding.details), **spec.params}):
            fixes.setdefault(finding.node_id, []).append(finding)
    plain = _fits(preset, spec.params)
    return {node: _what(preset, fixes.get(node, []), plain) for node in nodes}


def _what(preset: Preset, findings: list[Finding], plain: bool) -> tuple[str, tuple[str, ...]] | None:
    if findings:
        names = ", ".join(f"{finding.type} {finding.key}" for finding in findings)
        return f"fixes {names}", tuple(finding.id for finding in findings)
    return (f"runs {preset.id}", ()) if plain else None


def _fits(preset: Preset, values: Mapping[str, object]) -> bool:
    try:
        validate(preset, values)
    except BadValues:
        return False
    return True
