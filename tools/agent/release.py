"""`make release`: dist/hyprbox-VERSION.tar, with everything that a site without internet needs. `release.py [KEY]`

The control plane's wheel (dashboard assets included) and all it depends on, agents, packages, images, their digests.
With an SSH key it is signed beside it, as jobs are: `ssh-keygen -Y verify -n hyprbox-release` tells whether it is ours.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import build
from packages import EPOCH, digests

NAMESPACE = "hyprbox-release"


def main() -> None:
    keys = [Path(word) for word in sys.argv[1:]]
    target = make(keys)
    for path in [target, *([Path(f"{target}.sig")] if keys else [])]:
        print(path.relative_to(build.ROOT))


def make(keys: list[Path]) -> Path:
    with tempfile.TemporaryDirectory() as work:
        wheels = Path(work) / "wheels"
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        lock = build.ROOT / "requirements.server.lock"
        subprocess.run([*pip, "wheel", "--no-deps", "-w", wheels, build.ROOT], check=True)
        subprocess.run(
            [*pip, "download", "--require-hashes", "--only-binary", ":all:", "-r", lock, "-d", wheels], check=True
        )
        digests()
        target = bundle(wheels)
    for key in keys:
        sign(target, key)
    return target


def sign(target: Path, key: Path) -> None:
    """Anew: ssh-keygen leaves a signature that is there as it is, without a word to whoever does not type."""
    Path(f"{target}.sig").unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, target], check=True)


def bundle(wheels: Path) -> Path:
    """Names, times and owners say nothing of who made it."""
    name = f"hyprbox-{build.version()}"
    target = build.DIST / f"{name}.tar"
    Path(f"{target}.sig").unlink(missing_ok=True)  # it is of the archive before
    files = {f"wheels/{path.name}": path for path in wheels.iterdir()}
    files["wheels/requirements.txt"] = build.ROOT / "requirements.server.lock"
    made = (path for path in build.DIST.iterdir() if path.is_file() and not path.name.startswith("hyprbox-"))
    files |= {path.name: path for path in made}  # without the archives of before
    with tarfile.open(target, "w") as archive:
        for inside, path in sorted(files.items()):
            content = path.read_bytes()
            entry = tarfile.TarInfo(f"{name}/{inside}")
            entry.size, entry.mtime, entry.mode = len(content), EPOCH, 0o755 if path.stat().st_mode & 0o100 else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return target


if __name__ == "__main__":
    main()
