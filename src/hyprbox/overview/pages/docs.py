"""The HTTP API as a page, from the same description that programs read."""

from litestar import get
from litestar.config.response_cache import CACHE_FOREVER
from litestar.response import Template

from hyprbox.door import HttpRequest
from hyprbox.look.frame import html
from hyprbox.overview.reference import calls, shapes


@get("/api/docs", include_in_schema=False, cache=CACHE_FOREVER)
async def show(request: HttpRequest) -> Template:
    """Made once: it is open to strangers, and making it takes long enough to keep everybody else waiting."""
    described = request.app.openapi_schema.to_schema()
    return html("overview/docs.html", sections=calls(described), shapes=shapes(described))
