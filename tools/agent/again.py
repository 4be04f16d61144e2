"""`make again`: the executable a second time, from sources up: in another path, as another user, with another umask,
on another day, with nothing of the first but what was downloaded. Then whether the two are the same, byte for byte."""

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import build

SOMEBODY = "65531"
PYTHON = "/usr/bin/python3"  # ours may lie where nobody else may look
UMASK = "077"
LATER = "+1234d"  # four years and a half
PARTS = ("src", "tools", "requirements.lock")
DOWNLOADED = ("sources", "ziglang-*")


def main() -> None:
    first = build.build(build.runtime.BUILDS_ON, build.DIST)
    with tempfile.TemporaryDirectory(prefix="somewhere-else-") as place:
        second = made_by_somebody_else(Path(place))
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, second)]
    print(f"{digests[0]}  {first.relative_to(build.ROOT)}\n{digests[1]}  made again")
    if digests[0] != digests[1]:
        sys.exit("the two differ, expected the same bytes")


def made_by_somebody_else(place: Path) -> Path:
    """As root is asked to become somebody else."""
    checkout, kept, room = (place / name for name in ("a/checkout/of/theirs", "kept", "room"))
    checkout.mkdir(parents=True)
    room.mkdir()
    for part in PARTS:
        copy(build.ROOT / part, checkout / part)
    copy(build.installed("asn1crypto"), place / "third/asn1crypto")
    for pattern in DOWNLOADED:
        for path in build.runtime.CACHE.glob(pattern):
            copy(path, kept / "hyprbox-agent" / path.name)
    subprocess.run(["chown", "-R", f"{SOMEBODY}:{SOMEBODY}", place], check=True)
    command = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups", "bash", "-ec"]
    words = ['umask "$1"; shift; exec env "$@"', "theirs", UMASK, *later(), PYTHON, "tools/agent/build.py"]
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(room),
        "TMPDIR": str(room),
        "XDG_CACHE_HOME": str(kept),
        "PYTHONPATH": f"{place}/third",
    }
    subprocess.run([*command, *words, build.runtime.BUILDS_ON], cwd=checkout, env=env, check=True)
    return next((checkout / "dist").iterdir())


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.downloads"))
    else:
        shutil.copyfile(source, target)


def later() -> list[str]:
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
    if library is None:
        sys.exit("libfaketime is not installed, expected the Debian package of this name")
    return [f"LD_PRELOAD={library}", f"FAKETIME={LATER}", "FAKETIME_DISABLE_SHM=1"]


if __name__ == "__main__":
    main()
