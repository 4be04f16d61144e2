"""Things break, and wait for somebody."""

from hyprbox.demo import troubles
from hyprbox.demo.past import Past
from hyprwire import Severity

PASSWORDS = ("edge-ams-02", "edge-ams-03", "edge-hel-01", "legacy-nbg-01", "legacy-nbg-02", "legacy-nbg-04")
RESTARTS = {
    "29h": "web-fra-01", "3d": "web-fra-02", "4d": "web-ams-02", "6d": "cache-fra-01", "8d": "cache-fra-02",
    "11d": "db-fra-01", "13d": "db-fra-02", "17d": "shop-ams-01", "19d": "web-hel-01",
}  # fmt: skip
STALE = [
    ("web-fra-03", "nginx.service"), ("web-fra-06", "nginx.service"), ("web-ams-04", "nginx.service"),
    ("mail-hel-01", "postfix.service"), ("mail-hel-01", "dovecot.service"), ("web-ams-06", "php8.4-fpm.service"),
]  # fmt: skip
FAILED = [
    ("20h", "mail-hel-01", "logrotate.service"), ("19h", "web-fra-03", "certbot.service"),
    ("36h", "ci-hel-03", "docker-prune.service"),
]  # fmt: skip


def tell(past: Past) -> None:
    storage_fails(past)
    for node_id in PASSWORDS:
        past.sees("32d", node_id, troubles.passwords())
    for ago, node_id in RESTARTS.items():
        past.sees(ago, node_id, troubles.restart(past.servers[node_id]))
    for node_id, unit in STALE:
        past.sees("4d", node_id, troubles.stale_libs(unit))
    for ago, node_id, unit in FAILED:
        past.sees(ago, node_id, troubles.failed(unit))
    past.sees("3d", "edge-hel-01", troubles.unsynced(4.2))
    past.sees("8d", "legacy-nbg-02", troubles.unsynced(61.7))
    old_systems(past)


def storage_fails(past: Past) -> None:
    full = troubles.full
    past.sees("3h", "ci-hel-04", full("/var/lib/docker", 98.0, 2, "/dev/vdb1", Severity.CRITICAL))
    past.sees("3h12m", "db-fra-02", full("/var/lib/postgresql", 96.2, 18, "/dev/vdb1", Severity.CRITICAL))
    past.sees("6d", "mail-hel-01", full("/var", 86.4, 11, "/dev/vda3", Severity.WARN))
    past.sees("48h", "db-ams-01", troubles.backup_missing("/srv/dump/nightly/*.dump"))
    past.sees("50h", "git-hel-01", troubles.backup_missing("/srv/backup/repositories-*.bundle"))
    past.sees("5h", "backup-nbg-01", troubles.degraded("md1", "sdb"))


def old_systems(past: Past) -> None:
    for server in past.servers.values():
        if server.role in ("legacy", "mail"):
            past.sees("31d", server.node_id, troubles.out_of_support_soon())
        if server.role == "legacy":
            past.sees("20d", server.node_id, troubles.unfiltered())
