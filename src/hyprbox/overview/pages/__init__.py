"""Pages across resources: the way in, the frame around every page, and the stream that says what has changed."""

from litestar import Router, get
from litestar.response import Redirect

from hyprbox.look.frame import go
from hyprbox.overview.pages import live


@get("/", include_in_schema=False)
async def root() -> Redirect:
    return go("/dashboard")


@get("/")
async def home() -> Redirect:
    return go("/dashboard/nodes")


routes = Router("/dashboard", route_handlers=[home, live.stream], include_in_schema=False)
