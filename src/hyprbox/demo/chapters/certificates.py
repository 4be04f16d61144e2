"""Certificates run out: a warning at 29 days, critical from 6 on. Some were renewed, some wait."""

from datetime import timedelta

from hyprbox.demo import acts, troubles
from hyprbox.demo.past import ADA, BO, Past

WAITING = [
    ("web-fra-03", "shop", 5), ("shop-ams-01", "checkout", 4), ("shop-ams-02", "outlet", 6), ("mail-hel-01", "mx", 2),
    ("web-ams-04", "pay", 5), ("web-fra-05", "press", 12), ("web-hel-01", "status", 18), ("web-ams-01", "track", 26),
]  # fmt: skip
RENEWED = [
    ("30d", "web-fra-01", "www"), ("27d", "web-fra-02", "img"), ("22d", "web-fra-04", "lamps"),
    ("17d", "web-ams-02", "api"), ("13d", "web-ams-03", "blog"), ("8d", "web-fra-01", "help"),
    ("6d", "web-fra-02", "b2b"), ("3d", "web-fra-04", "login"), ("28h", "web-ams-02", "jobs"),
    ("10m", "web-ams-03", "returns"),
]  # fmt: skip
NOT_AT_ONCE = "login"


def tell(past: Past) -> None:
    for node_id, name, left in WAITING:
        runs_out(past, node_id, f"{name}.nordhaven.example", left)
    for ago, node_id, name in RENEWED:
        is_renewed(past, ago, node_id, f"{name}.nordhaven.example", helps=name != NOT_AT_ONCE)


def runs_out(past: Past, node_id: str, site: str, left: int) -> None:
    for then in sorted({29, 6, left} - set(range(left)), reverse=True):
        past.sees(timedelta(days=then - left, minutes=9), node_id, troubles.certificate(site, then, past.now))


def is_renewed(past: Past, ago: str, node_id: str, site: str, helps: bool) -> None:
    key = troubles.LIVE.format(site)
    past.sees(f"{ago}1d", node_id, lambda at: troubles.certificate(site, 20, at))
    past.fixes(ago, BO, node_id, "tls.expiring", key, acts.renewed(site, 31, helps))
    if not helps:
        past.fixes("71h", ADA, node_id, "tls.expiring", key, acts.renewed(site, 44))
