"""The settings that the service runs with, for who types a command on its host without having set any."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hyprnode.jobs.shell import env_file

FILE = Path("/etc/hyprbox/hyprnode.env")
PREFIX = "HYPRBOX_"


def environ(file: Path = FILE) -> Mapping[str, str]:
    """What is set here, if anything of ours is; else what the service is given."""
    if any(name.startswith(PREFIX) for name in os.environ):
        return os.environ
    with suppress(OSError):
        return {**os.environ, **env_file(file.read_text("utf-8", "replace"))}
    return os.environ
