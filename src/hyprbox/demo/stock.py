"""What is on a server of Nordhaven, as its agent would tell it."""

from hyprbox.demo.fleet import Server
from hyprwire.inventory import Inventory, Items, Part, digest

PACKAGES = {
    "bash": "5.2.37-2", "curl": "8.14.1-2", "openssh-server": "1:10.0p1-7", "openssl": "3.5.4-1",
    "rsync": "3.4.1+ds1-5",
    "sudo": "1.9.16p2-3", "tzdata": "2026b-0", "vim-tiny": "2:9.1.1230-2", "zstd": "1.5.7+dfsg-1",
}  # fmt: skip
OF_ROLE = {
    "web": ("nginx", "1.26.3-3", {"tcp/80": "nginx", "tcp/443": "nginx"}),
    "shop": ("php8.4-fpm", "8.4.11-1", {"tcp/9000": "php-fpm8.4"}),
    "db": ("postgresql-17", "17.6-0", {"tcp/5432": "postgres"}),
    "cache": ("redis-server", "5:8.0.2-3", {"tcp/6379": "redis-server"}),
    "mail": ("postfix", "3.7.11-0", {"tcp/25": "master", "tcp/993": "dovecot"}),
    "edge": ("haproxy", "3.2.4-r0", {"tcp/443": "haproxy"}),
    "ci": ("docker-ce", "5:28.4.0-1", {"tcp/2375": "dockerd"}),
    "git": ("gitea", "1.24.6-1", {"tcp/3000": "gitea"}),
    "backup": ("borgbackup", "1.4.0-5", {}),
    "legacy": ("apache2", "2.4.65-1", {"tcp/80": "apache2"}),
}


def told(server: Server, patches: int, *more: str) -> Inventory:
    """After so many security updates; `more` packages have come since."""
    parts = {
        "system": {"os": server.system.name, "kernel": server.system.kernel, "timezone": "Etc/UTC"},
        "packages": packages(server, patches, more),
        "ports": {"tcp/22": "sshd", **OF_ROLE[server.role][2]},
        "users": {"root": "0, /bin/bash", "deploy": "1000, /bin/bash", "backup": "34, /usr/sbin/nologin"},
        "units": {f"{name}.service": "enabled" for name in ("ssh", "cron", "hyprnode", OF_ROLE[server.role][0])},
    }
    return Inventory(nodeId=server.node_id, parts=[part(name, items) for name, items in parts.items()])


def packages(server: Server, patches: int, more: tuple[str, ...]) -> Items:
    name, version, _ = OF_ROLE[server.role]
    patched = {"openssl", "curl", name}
    found = {**PACKAGES, name: version, **dict.fromkeys(more, "1.0-1")}
    return {
        each: f"{had}+deb13u{patches}" if each in patched and patches else had for each, had in sorted(found.items())
    }


def part(name: str, items: Items) -> Part:
    return Part(name=name, digest=digest(items), items=items)
