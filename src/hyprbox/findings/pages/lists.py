"""Findings: grouped by type as a person works them off, or one by one, worst first."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from hyprbox.box import Box
from hyprbox.door import TheBox, viewer
from hyprbox.findings import search
from hyprbox.findings.api import Recommend, TheRecommend
from hyprbox.findings.model import Finding, State
from hyprbox.findings.search import Filter
from hyprbox.findings.words import SEVERITIES, STATES
from hyprbox.findings.worklist import problems
from hyprbox.look.frame import Frame, TheFrame
from hyprbox.nodes import store as nodes
from hyprbox.paging import Page, page
from hyprwire import Severity

AT_ONCE = 50

InState = Annotated[State | None, QueryParameter(name="state")]


@get("/findings", guards=[viewer])
async def index(
    frame: TheFrame,
    box: TheBox,
    recommend: TheRecommend,
    view: FromQuery[str] = "",
    type: FromQuery[str | None] = None,
    severity: FromQuery[Severity | None] = None,
    in_state: InState = None,
    node: FromQuery[str | None] = None,
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
) -> Template:
    wanted = Filter(node_id=node or None, type=type or None, severity=severity, state=in_state, q=q)
    if view != "list" and wanted == Filter():
        return await _by_type(frame, box, recommend)
    found = await _page(box, wanted, after)
    return frame.page(
        "findings/list.html",
        everywhere=_everywhere(wanted, found.items, recommend),
        findings=found.items,
        next=found.next,
        after=after,
        wanted=wanted,
        severities=SEVERITIES,
        states=STATES,
        fixable={finding.id for finding in found.items if recommend(finding)},
    )


@get("/nodes/{node_id:str}/findings", guards=[viewer])
async def of_node(
    node_id: FromPath[str],
    frame: TheFrame,
    box: TheBox,
    recommend: TheRecommend,
    in_state: InState = None,
    after: FromQuery[str | None] = None,
) -> Template:
    node = await box.db.read(nodes.get, node_id)
    found = await _page(box, Filter(node_id=node_id, state=in_state), after)
    return frame.page(
        "findings/of_node.html",
        node=node,
        findings=found.items,
        next=found.next,
        after=after,
        state=in_state,
        fixable={finding.id for finding in found.items if recommend(finding)},
    )


async def _by_type(frame: Frame, box: Box, recommend: TheRecommend) -> Template:
    found = await box.figures.read("problems", problems, Severity.INFO)
    fixable = {each.group.type for each in found if recommend(each.example)}
    return frame.page("findings/by_type.html", problems=found, fixable=fixable)


def _everywhere(wanted: Filter, findings: Sequence[Finding], recommend: Recommend) -> str | None:
    """Where a run begins that fixes the type on node after node, and stops at the first that fails."""
    answers = (recommend(finding) for finding in findings if wanted.type and finding.state == State.OPEN)
    answer = next(filter(None, answers), None)
    if answer is None:
        return None
    run = {"q": f"finding={wanted.type}", "preset": answer.preset, "batches": "1"}
    return f"/dashboard/begin-run?{urlencode(run)}"


async def _page(box: Box, wanted: Filter, after: str | None) -> Page[Finding]:
    rows = await box.db.read(search.page, wanted, after, AT_ONCE + 1)
    return page(rows, AT_ONCE, lambda finding: finding, search.cursor)
