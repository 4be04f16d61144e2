"""What stands around every page."""

from hyprbox.door import HttpRequest, TheBox, TheCaller
from hyprbox.look.frame import Frame, Menu
from hyprbox.overview import store


async def frame(request: HttpRequest, box: TheBox, caller: TheCaller) -> Frame:
    fleet = await box.db.read(store.fleet)
    menu = Menu(nodes=fleet.nodes, findings=fleet.critical + fleet.warn, jobs=fleet.queued + fleet.running)
    return Frame(caller=caller, now=box.clock.now(), here=here(request), menu=menu)


def here(request: HttpRequest) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
