"""`make agent`: dist/hyprnode-VERSION-linux-ARCHITECTURE, the agent as one static file. `build.py [ARCHITECTURE…]`

A runtime that is kept (see runtime.py), and behind it the agent's code as a zip archive. The same code and pins give
the same bytes, whoever builds it, where, and when.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import runtime

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DIST = ROOT / "dist"


def main() -> None:
    for architecture in sys.argv[1:] or ["x86_64"]:
        print(build(architecture, DIST).relative_to(ROOT))


def build(architecture: str, folder: Path) -> Path:
    made_for = runtime.ready(architecture)
    compiles = runtime.ready(runtime.BUILDS_ON)
    folder.mkdir(exist_ok=True)
    target = folder / f"hyprnode-{version()}-linux-{architecture}"
    with tempfile.TemporaryDirectory() as work:
        archive, trial, third = (Path(work) / name for name in ("archive", "trial", "third"))
        third.mkdir()
        (third / "asn1crypto").symlink_to(installed("asn1crypto"))
        compiles.python(HERE / "archive.py", archive, trial, ROOT / "src", third)
        try_out(join(compiles.executable, trial, Path(work) / "tried"))
        finished = join(made_for.executable, archive, Path(work) / "finished")
        half = target.with_suffix(".half")
        shutil.copyfile(finished, half)
        half.chmod(0o755)
        half.rename(target)  # somebody may be running the old one
    return target


def join(executable: Path, archive: Path, to: Path) -> Path:
    to.write_bytes(executable.read_bytes() + archive.read_bytes())
    to.chmod(0o755)
    return to


def try_out(trial: Path) -> None:
    """Imports all that is in it."""
    tried = subprocess.run([trial], capture_output=True, text=True, env={})
    if tried.returncode:
        sys.exit(f"the executable cannot import everything that is in it:\n{tried.stderr}")


def installed(package: str) -> Path:
    """A package's folder, of the version in requirements.lock."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{package} is not installed, expected to be run by the checkout's .venv/bin/python")
    return Path(os.path.realpath(spec.submodule_search_locations[0]))


def locked(package: str) -> str:
    """Its version in requirements.lock."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return next(line.split("==")[1].split()[0] for line in lines if line.startswith(f"{package}=="))


def version() -> str:
    text = (ROOT / "src/hyprwire/__init__.py").read_text()
    return text.split('__version__ = "')[1].split('"')[0]


if __name__ == "__main__":
    main()
