"""A preset made up for one test: it writes /etc/demo.conf, unless the test says otherwise."""

from pathlib import Path

from hyprbox.presets.catalogue import Preset, load
from hyprbox.presets.render import Mode, render

TOML = """
id = "demo"
version = 1
title = "A demonstration"
description = "Writes one file."
risk = "low"
"""
FUNCTIONS = {
    "check": "[ ! -e /etc/demo.conf ] || return 10",
    "apply": "printf 'new\\n' | write_file /etc/demo.conf",
    "verify": "grep -q new /etc/demo.conf",
    "revert": "restore",
}


def write(folder: Path, toml: str = TOML, **functions: str) -> Path:
    """The folder of the preset; functions are given as their bodies."""
    bodies = FUNCTIONS | functions
    script = "# shellcheck shell=bash\n" + "".join(f"\n{name}() {{\n  {body}\n}}\n" for name, body in bodies.items())
    place = folder / "demo"
    place.mkdir(exist_ok=True)
    (place / "preset.toml").write_text(toml)
    (place / "script.sh").write_text(script)
    return place


def make(folder: Path, toml: str = TOML, **functions: str) -> Preset:
    return load(write(folder, toml, **functions))


def script(folder: Path, mode: str = "apply", job: str = "job-1", toml: str = TOML, **functions: str) -> str:
    return render(make(folder, toml, **functions), {}, Mode(mode), job)
