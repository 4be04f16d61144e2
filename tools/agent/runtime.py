"""What of the executable is not ours: CPython, OpenSSL, zlib. Made once a recipe, kept outside the checkout."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fetch
import pins

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hyprbox-agent"
BUILDS_ON = "x86_64"


@dataclass(frozen=True)
class Runtime:
    folder: Path

    @property
    def executable(self) -> Path:
        return self.folder / "runtime"

    def python(self, *words: str | Path) -> None:
        """With the CPython that is in it, as this machine can run it."""
        home = self.folder / "home"
        command = [home / "bin" / "python3.13", "-S", "-I", "-B", *words]
        subprocess.run(command, env={"PYTHONHOME": str(home)}, check=True)


def kept(architecture: str) -> Path:
    return CACHE / f"{architecture}-{pins.recipe()}"


def ready(architecture: str) -> Runtime:
    """The first to ask makes it, in some minutes; who asks meanwhile waits."""
    CACHE.mkdir(parents=True, exist_ok=True)
    there = kept(architecture)
    with locked(CACHE / "lock"):
        if not there.exists():
            builder = "" if architecture == BUILDS_ON else str(native().folder / "home/bin/python3.13")
            make(architecture, there, builder)
    return Runtime(there)


def native() -> Runtime:
    there = kept(BUILDS_ON)
    if not there.exists():
        make(BUILDS_ON, there, "")
    return Runtime(there)


def make(architecture: str, there: Path, builder: str) -> None:
    print(f"Making the runtime for {architecture}, which takes some minutes the first time", flush=True)
    pinned = pins.read()
    zig = fetch.compiler(pinned, CACHE / f"{pinned.compiler}-{pinned.compiler_version}")
    with tempfile.TemporaryDirectory(prefix="hyprbox-agent-") as work:
        sources = Path(work) / "sources"
        fetch.sources(pinned, CACHE / "sources", sources)
        command = [HERE / "compile.sh", architecture, sources, work, zig, *([builder] if builder else [])]
        subprocess.run(command, check=True)
        half = there.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        for name in ("runtime", "home"):
            shutil.move(Path(work) / name, half / name)
        half.rename(there)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
