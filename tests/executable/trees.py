"""Roots for the executable to run in: one with nothing in it, one with musl alone, three Debians.

Each is made once, kept beside those of tests/host, and never written to: who runs there sees a copy, gone with it.
"""

import os
import subprocess
from pathlib import Path

from tests.host.tree import BOOKWORM, Recipe, kept, tree
from tests.program import EXECUTABLE

SMALL = "systemd systemd-sysv dbus iproute2 procps ca-certificates curl"
SETTLE = 'echo box >"$1/etc/hostname"; echo "127.0.1.1 box" >>"$1/etc/hosts"'
BULLSEYE = Recipe("bullseye", SMALL, SETTLE)
TRIXIE = Recipe("trixie", SMALL, SETTLE)
OF_A_CLOUD = Recipe("bookworm", f"{SMALL} cloud-init", SETTLE)
DEBIANS = {"11": BULLSEYE, "12": BOOKWORM, "13": TRIXIE}

# What a container finds: /proc, /dev/shm and /dev/null; and who it is, a user whom nobody knows.
INSIDE = """
lower=$1 executable=$2
shift 2
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir -p /mnt/upper/proc /mnt/upper/dev/shm /mnt/upper/tmp /mnt/work /mnt/root
chmod 1777 /mnt/upper/tmp
touch /mnt/upper/dev/null
install -m 755 "$executable" /mnt/upper/hyprnode
mount -t overlay overlay -o "lowerdir=$lower,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
mount -t proc proc /mnt/root/proc
mount -t tmpfs -o mode=1777 tmpfs /mnt/root/dev/shm
mount --bind /dev/null /mnt/root/dev/null
exec chroot --userspec=65532:65532 /mnt/root "$@"
"""
MUSL = """
mkdir -p "$1/download" "$1/bin" "$1/etc"
cd "$1/download"
apt-get -qq download musl busybox-static
for package in *.deb; do dpkg-deb -x "$package" "$1"; done
cd /
rm -r "$1/download" "$1/usr/share"
ln -sf busybox "$1/bin/sh"
"""


def named(name: str) -> Path:
    if name.startswith("Debian"):
        return tree(DEBIANS[name.removeprefix("Debian ")])
    return kept("musl-1", musl) if name == "musl" else kept("empty", lambda there: there.mkdir(mode=0o755))


def musl(there: Path) -> None:
    """Alpine's libc and shell, from where Debian has them."""
    there.mkdir(mode=0o755)
    subprocess.run(["bash", "-ec", MUSL, "musl", str(there)], check=True, capture_output=True)


def inside(root: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--mount", "--pid", "--fork", "bash", "-ec", INSIDE, "inside", str(root), str(EXECUTABLE)]
    env = {"PATH": os.environ["PATH"], "HYPRBOX_STATE_DIR": "/tmp", **settings}
    return subprocess.run([*command, *words], capture_output=True, text=True, env=env)
