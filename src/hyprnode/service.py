"""The settings that the service runs with, for who types a command on its host without having set any."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hyprnode.jobs.shell import env_file

FILE = Path("/etc/hyprbox/hyprnode.env")
TOKEN = Path("/etc/hyprbox/token")  # where systemd hands it to the service, see installing/unit
PREFIX = "HYPRBOX_"


def environ(file: Path = FILE) -> Mapping[str, str]:
    """What is set here, if anything of ours is; else what the service is given."""
    if any(name.startswith(PREFIX) for name in os.environ):
        return os.environ
    with suppress(OSError):
        token = {"HYPRBOX_NODE_TOKEN_FILE": str(TOKEN)} if TOKEN.exists() else {}
        return {**os.environ, **token, **env_file(file.read_text("utf-8", "replace"))}
    return os.environ
