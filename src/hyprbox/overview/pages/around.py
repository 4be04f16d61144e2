"""What stands around every page."""

from dataclasses import asdict

from hyprbox.door import HttpRequest, TheBox, TheCaller
from hyprbox.look.frame import Fleet, Frame
from hyprbox.overview import store
from hyprbox.overview.pages.live import news
from hyprbox.visitor import address_of


async def frame(request: HttpRequest, box: TheBox, caller: TheCaller) -> Frame:
    seen = news(box.wake)  # before anything is read, so that what changes meanwhile counts as later
    fleet = Fleet(**asdict(await box.figures.read("fleet", store.fleet)))
    box.figures.nodes = fleet.nodes
    return Frame(
        caller=caller,
        now=box.clock.now(),
        here=here(request),
        seen=seen,
        public_url=box.config.public_url,
        fleet=fleet,
    )


def here(request: HttpRequest) -> str | None:
    """The answer to a form, with a secret that is shown once for example, is not there any more when it is fetched."""
    return address_of(request) if request.method == "GET" else None
