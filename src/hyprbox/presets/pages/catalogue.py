"""All presets: what each does, how risky it is, what it answers, how it has fared."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from hyprbox.door import TheBox, viewer
from hyprbox.look.frame import TheFrame
from hyprbox.remediations.store import records


@get("/presets", guards=[viewer])
async def index(frame: TheFrame, box: TheBox, node: FromQuery[list[str] | None] = None) -> Template:
    """`node`: for which nodes somebody chooses one."""
    fared = await box.db.read(records, list(box.presets))
    return frame.page("presets/list.html", presets=list(box.presets.values()), nodes=node or [], records=fared)
