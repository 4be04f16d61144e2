"""Pages across resources: the way in, the frame around every page, and the stream that says what has changed."""

from litestar import get
from litestar.response import Redirect

from hyprbox.look.frame import go
from hyprbox.overview.pages import live


@get("/", include_in_schema=False)
async def root() -> Redirect:
    return go("/dashboard")


@get("/")
async def home() -> Redirect:
    return go("/dashboard/nodes")


handlers = [home, live.stream]
