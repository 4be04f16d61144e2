"""The agent of this checkout in a box, as root, run by the box's own Python."""

import io
import json
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import asn1crypto

import hyprnode
import hyprwire
from tests.host.box import Box, Ended

HOME = "/opt/hyprnode"


def install(box: Box) -> None:
    box.unpack(packed(), HOME)


def command(box: Box, *words: str, **settings: str) -> Ended:
    """One of its commands."""
    return box.run(f"cd {HOME} && python3 -m hyprnode {' '.join(words)}", **settings)


def scan(box: Box, **settings: str) -> Any:
    """What `hyprnode scan --json` prints."""
    return json.loads(command(box, "scan", "--json", **settings).output)


@cache
def packed() -> bytes:
    """The packages that it needs."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for package in (hyprnode, hyprwire, asn1crypto):
            folder = Path(package.__file__).parent
            archive.add(folder, folder.name, filter=without_compiled)
    return stream.getvalue()


def without_compiled(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith("__pycache__") else entry
