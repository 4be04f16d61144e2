"""What is kept for how long, for admins. It is set where the server is started, and shown here."""

from dataclasses import dataclass
from datetime import timedelta

from litestar import get
from litestar.response import Template

from hyprbox.config import VARIABLES, Config
from hyprbox.door import TheBox, admin
from hyprbox.look.frame import TheFrame

PREFIX = "HYPRBOX_KEEP_"


@dataclass(frozen=True, slots=True)
class Rule:
    sentence: str
    length: timedelta
    variable: str
    default: str


@get("/settings/retention", guards=[admin])
async def show(frame: TheFrame, box: TheBox) -> Template:
    return frame.page("overview/retention.html", rules=rules(box.config))


def rules(config: Config) -> list[Rule]:
    return [
        Rule(variable.sentence, getattr(config, variable.field), variable.name, variable.default)
        for variable in VARIABLES
        if variable.name.startswith(PREFIX)
    ]
