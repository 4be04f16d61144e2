"""The first page of a node: its load over time, with what was found and what ran on it."""

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from hyprbox.door import TheBox, viewer
from hyprbox.errors import Invalid
from hyprbox.look.frame import TheFrame
from hyprbox.overview.onenode import look_at
from hyprbox.overview.plot import RANGES
from hyprbox.people.model import Role
from hyprbox.presets.store import recommended


@get("/nodes/{node_id:str}", guards=[viewer])
async def show(node_id: FromPath[str], frame: TheFrame, box: TheBox, range: FromQuery[str] = "") -> Template:
    if range and range not in RANGES:
        raise Invalid(f"range is {range[:80]!a}, expected one of {', '.join(RANGES)}")
    seen = await box.db.read(look_at, frame.now, node_id, RANGES.get(range), frame.caller.may(Role.OPERATOR))
    fixable = {finding.id for finding in seen.findings if recommended(box.presets, finding)}
    return frame.page("overview/node.html", seen=seen, node=seen.node, ranges=RANGES.values(), fixable=fixable)
