"""The agent of this checkout in a box, as root: run by the box's own Python, or as the executable that is tested."""

import io
import json
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import asn1crypto

import hyprnode
import hyprwire
from tests.host.box import Box, Ended
from tests.program import EXECUTABLE

HOME = "/opt/hyprnode"
PROGRAM = "/usr/local/bin/hyprnode"


def install(box: Box) -> None:
    if EXECUTABLE is None:
        box.unpack(packed(), HOME)
    else:
        box.write(PROGRAM, EXECUTABLE.read_bytes(), mode=0o755)


def command(box: Box, *words: str, **settings: str) -> Ended:
    """One of its commands."""
    program = PROGRAM if EXECUTABLE else f"cd {HOME} && python3 -m hyprnode"
    return box.run(f"{program} {' '.join(words)}", **settings)


def newer(box: Box) -> str:
    """What puts an agent of version 9.9.9 in the place of the one in the box."""
    if EXECUTABLE is not None:
        box.write("/var/tmp/hyprnode", of_version("9.9.9", EXECUTABLE), mode=0o755)
        return f"mv /var/tmp/hyprnode {PROGRAM}"
    return f"""
    cp -r {HOME} {HOME}.new
    sed -i 's/^__version__ = .*/__version__ = "9.9.9"/' {HOME}.new/hyprwire/__init__.py
    rm -r {HOME}.new/hyprnode/jobs/__pycache__
    mv {HOME} {HOME}.old; mv {HOME}.new {HOME}; rm -r {HOME}.old
    """


def of_version(version: str, executable: Path) -> bytes:
    """The same in another version: of the archive at its end, the one compiled line that says it."""
    made = io.BytesIO()
    with zipfile.ZipFile(executable) as old:
        start = min(entry.header_offset for entry in old.infolist())
        made.write(executable.read_bytes()[:start])
        with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                content = old.read(entry)
                if entry.filename == "hyprwire/__init__.pyc":
                    assert content.count(hyprwire.__version__.encode()) == 1
                    assert len(version) == len(hyprwire.__version__)  # its length is written before it
                    content = content.replace(hyprwire.__version__.encode(), version.encode())
                new.writestr(entry.filename, content)
    return made.getvalue()


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
