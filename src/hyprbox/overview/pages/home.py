"""Home, a work list: what is wrong, how bad, what fixes it, did the fix work."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get
from litestar.response import Template

from hyprbox.door import TheBox, viewer
from hyprbox.findings.worklist import Problem, problems
from hyprbox.guards import store as guards
from hyprbox.guards.model import Guard
from hyprbox.look.frame import TheFrame
from hyprbox.overview import store
from hyprbox.overview.lately import Activity, lately
from hyprbox.overview.store import Progress
from hyprbox.people.model import Role
from hyprbox.presets.store import recommended
from hyprbox.remediations.unproven import Unproven, unproven
from hyprwire import Severity

ACTIVITIES, GUARDS, FIXES = 12, 5, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    progress: Progress
    problems: list[Problem]
    lately: list[Activity]
    guarded: Sequence[Guard]
    unproven: Unproven

    def of(self, severity: Severity) -> list[Problem]:
        return [problem for problem in self.problems if problem.group.severity == severity]


@get("/", guards=[viewer])
async def show(frame: TheFrame, box: TheBox) -> Template:
    home = Home(
        progress=await box.figures.read("progress", store.progress, frame.now),
        problems=await box.figures.read("problems that matter", problems),
        lately=await box.db.read(lately, frame.now, ACTIVITIES, frame.caller.may(Role.OPERATOR)),
        guarded=await box.db.read(guards.waiting, GUARDS),
        unproven=await box.figures.read("unproven", unproven, frame.now, FIXES),
    )
    fixable = {each.group.type for each in home.problems if recommended(box.presets, each.example)}
    return frame.page("overview/home.html", home=home, fixable=fixable, bars=bars(home.progress.verified))


def bars(numbers: list[int], height: int = 24) -> list[int]:
    """Heights of columns; what is not nothing can be seen."""
    most = max(*numbers, 1)
    return [max(round(number / most * height), 2) if number else 0 for number in numbers]
