"""`make images`: the agent as a container image of a few MB, an OCI archive in dist. buildah needs no daemon."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import build
from packages import EPOCH, digests

CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
CONTAINERFILE = build.ROOT / "deploy/agent/Containerfile"


def main() -> None:
    if shutil.which("buildah") is None or not CA_BUNDLE.exists():
        sys.exit("buildah and ca-certificates are not installed, expected the Debian packages of these names")
    print(image(build.build(build.runtime.BUILDS_ON, build.DIST)).relative_to(build.ROOT))
    digests()


def image(executable: Path) -> Path:
    target = build.DIST / f"hyprnode-{build.version()}-image-x86_64.tar"
    with tempfile.TemporaryDirectory() as work:
        context = Path(work) / "context"
        context.mkdir()
        shutil.copyfile(executable, context / "hyprnode")
        (context / "hyprnode").chmod(0o755)
        shutil.copyfile(CA_BUNDLE, context / "ca-certificates.crt")
        (context / "state").mkdir()
        name = f"hyprbox/hyprnode:{build.version()}"
        words = [
            "build",
            "--quiet",
            "--isolation=chroot",
            f"--timestamp={EPOCH}",
            "-f",
            CONTAINERFILE,
            "-t",
            name,
            context,
        ]
        buildah(work, *words)
        target.unlink(missing_ok=True)
        buildah(work, "push", "--quiet", name, f"oci-archive:{target}:{name}")
    return target


def buildah(work: str, *words: str | Path) -> None:
    """With a store of its own: nothing of it stays."""
    store = ["--root", f"{work}/store", "--runroot", f"{work}/run", "--storage-driver", "vfs"]
    env = os.environ | {"STORAGE_DRIVER": "vfs"}
    ran = subprocess.run(["buildah", *store, *words], env=env, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"buildah {words[0]} failed: {ran.stderr}")


if __name__ == "__main__":
    main()
