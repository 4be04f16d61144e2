"""What is arranged once and holds: when something begins, what is known, by what scanners look; and what is where."""

from datetime import datetime, timedelta
from functools import partial

from hyprbox.demo import stock
from hyprbox.demo.chapters.arrivals import LATE, START
from hyprbox.demo.fleet import Server
from hyprbox.demo.past import ADA, BO, Past
from hyprbox.inventory import store as inventory
from hyprbox.runs.spec import Spec
from hyprbox.schedules import store as schedules
from hyprbox.schedules.store import NewSchedule
from hyprbox.suppressions import store as suppressions
from hyprbox.thresholds import store as thresholds
from hyprbox.tokens import store as tokens
from hyprbox.windows import store as windows
from hyprwire import Severity
from hyprwire.thresholds import Taken

LISTS = NewSchedule(
    name="Package lists of the test servers", run=Spec(q="env=test", preset="apt-refresh"), cron="15 4 * * *",
    timeZone="Europe/Berlin",
)  # fmt: skip
JOURNALS = NewSchedule(
    name="Journals of the web servers", run=Spec(q="role=web", preset="journald-limits"), cron="30 2 1 * *",
    timeZone="Europe/Berlin",
)  # fmt: skip
NIGHT = ("nights of the databases", "role=db", "0 1 * * *", "Europe/Berlin", 3 * 3600)


def tell(past: Past) -> None:
    past.does("30d", windows.add, ADA, *NIGHT)
    past.does("25m", schedules.add, ADA, LISTS)
    past.does("23m", schedules.add, ADA, JOURNALS)
    past.does("27d", thresholds.put, ADA, "disks-of-ci", "role=ci", {"diskWarnPercent": 90, "diskCriticalPercent": 97})
    past.does(
        "20d", suppressions.make, BO, type="log.*", key="", q="env=test", ceiling=Severity.WARN,
        reason="test servers log at will, they are made anew every week", until=None,
    )  # fmt: skip
    for server in past.servers.values():
        came = LATE.get(server.node_id, START)
        past.at(came - timedelta(hours=4), partial(tells, past, server, 0, ()))
        past.at(min(timedelta(hours=7), came / 3), partial(tells, past, server, 1, ()))
    past.at("5h", partial(tells, past, past.servers["web-fra-07"], 2, ("tcpdump",)))
    past.at("1s", partial(were_heard, past))


def tells(past: Past, server: Server, patches: int, more: tuple[str, ...], at: datetime) -> None:
    inventory.record(past.session, at, stock.told(server, patches, *more))
    digest = thresholds.on_node(past.session, at, server.node_id).digest
    thresholds.told(past.session, at, server.node_id, Taken(digest=digest))


def were_heard(past: Past, at: datetime) -> None:
    """Each agent comes with its own token."""
    badges = [node.badge for node in past.stage.nodes.values()]
    tokens.note_use(past.session, {badge.token_id: at for badge in badges if badge.token_id})
