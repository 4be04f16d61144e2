"""Pages across resources: home, the frame around every page, and the stream that says what has changed."""

from litestar import get
from litestar.response import Redirect

from hyprbox.look.frame import go
from hyprbox.overview.pages import docs, home, live, node, palette, retention, server


@get("/", include_in_schema=False)
async def root() -> Redirect:
    return go("/dashboard")


outside = [root, docs.show]
handlers = [home.show, live.stream, node.show, palette.show, palette.palette, retention.show, server.show]
