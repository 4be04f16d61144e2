"""The faults that are seeded in a Debian: how they are made, and what must be found of them."""

import re
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".sh").read_text()
SETTINGS = {
    "HYPRBOX_TLS_PATHS": "/etc/ssl/site/*.pem",
    "HYPRBOX_BACKUPS": "/backup/*.sql@24:/backup/*.tar@24:/backup/*.zip@24",
}
# A Debian 12 as it is installed. Its regular support ended on 2026-07-11; its sshd takes passwords; nothing filters.
OF_ANY_DEBIAN = {"distro.eol debian", "ssh.password_auth sshd", "firewall.inactive input"}


def expected() -> set[str]:
    """Lines of severity, type and key."""
    return {f"{severity} {rest}" for severity, rest in re.findall(r"^#: (\S+) (.+)$", SCRIPT, re.M)}


def told(findings: list[dict[str, str]]) -> set[str]:
    return {f"{one['severity']} {one['type']} {one['key']}" for one in findings}
