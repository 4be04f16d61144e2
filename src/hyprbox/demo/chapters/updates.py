"""Security updates come every week and are worked off within three days, a few servers first."""

from collections.abc import Sequence
from datetime import timedelta

from hyprbox.demo import acts, troubles
from hyprbox.demo.acts import Act
from hyprbox.demo.chapters.arrivals import LATE
from hyprbox.demo.fleet import Server
from hyprbox.demo.past import ADA, BO, Past

WEEKS = [timedelta(days=ago) for ago in (31, 26, 19, 12, 5)]
TODAY = timedelta(hours=9)
DAYS = [(ADA, slice(0, 9)), (BO, slice(9, 24)), (BO, slice(24, None))]
NOT_AT_ONCE = "web-ams-05"
FIXED_TODAY = [
    "web-fra-01", "web-ams-01", "cache-fra-01", "web-fra-02", "web-fra-04", "web-ams-02", "web-ams-03", "db-ams-02",
    "cache-ams-01",
]  # fmt: skip


def tell(past: Past) -> None:
    for ago in WEEKS:
        appear(past, ago)
        for day, (who, some) in enumerate(DAYS):
            work_off(past, ago - timedelta(days=day, hours=3.5), who, patched(past)[some])
    appear(past, TODAY)
    today(past)


def appear(past: Past, ago: timedelta) -> None:
    for place, server in enumerate(patched(past)):
        past.sees(
            ago - timedelta(minutes=2 * place), server.node_id, troubles.updates(server, past.chance.randint(2, 7))
        )


def work_off(past: Past, ago: timedelta, who: str, servers: Sequence[Server]) -> None:
    for place, server in enumerate(servers):
        turn, helps = ago - timedelta(minutes=7 * place), server.node_id != NOT_AT_ONCE
        fix(past, turn, who, server.node_id, acts.upgraded(troubles.PACKAGES, past.chance.uniform(38, 75), helps))
        if not helps:
            fix(past, turn - timedelta(hours=1), ADA, server.node_id, acts.upgraded(troubles.PACKAGES[:2], 40))


def today(past: Past) -> None:
    for place, node_id in enumerate(FIXED_TODAY):
        act = acts.upgraded(troubles.PACKAGES, past.chance.uniform(40, 70))
        fix(past, timedelta(hours=2.6, minutes=-14 * place), ADA, node_id, act)
    fix(past, "71m", ADA, NOT_AT_ONCE, acts.upgraded(troubles.PACKAGES, 52, cures=False))
    fix(past, "38m", ADA, "web-hel-02", acts.locked())
    fix(past, "2m24s", ADA, "web-ams-06", acts.taken_back())
    fix(past, "47s", ADA, "web-fra-07", acts.upgraded(troubles.PACKAGES, 300))


def fix(past: Past, ago: str | timedelta, who: str, node_id: str, act: Act) -> None:
    past.fixes(ago, who, node_id, "updates.security", "apt", act)


def patched(past: Past) -> list[Server]:
    """All that use apt and have been there all the time."""
    return [
        server for server in past.servers.values() if server.system.packages == "apt" and server.node_id not in LATE
    ]
