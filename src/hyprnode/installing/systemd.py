"""Asks systemd for what an administrator would type."""

import re

from hyprnode import command
from hyprnode.cgroup import systemd_runs
from hyprnode.command import Ran

SERVICE = "hyprnode.service"
SECONDS = 100
KNOWS_CREDENTIALS = 247

runs = systemd_runs


def ask(*words: str) -> Ran:
    return command.run(["systemctl", *words], seconds=SECONDS)


def version() -> int:
    """0 when it does not say."""
    match = re.match(r"systemd (\d+)", ask("--version").output)
    return int(match[1]) if match else 0


def knows_credentials() -> bool:
    return version() >= KNOWS_CREDENTIALS


def is_active() -> bool:
    return ask("is-active", "--quiet", SERVICE).code == 0


def running_jobs() -> list[str]:
    listed = ask("list-units", "--plain", "--no-legend", "--state=active,activating", "hyprnode-job-*")
    return [line.split()[0] for line in listed.output.splitlines() if line.strip()]
