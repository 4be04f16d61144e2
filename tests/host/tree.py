"""The Debian 12 that boxes stand on: made once, kept outside the checkout, never written to again."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "hyprbox-tests"
SUITE = "bookworm"
PACKAGES = (
    "systemd systemd-sysv dbus libpam-systemd iproute2 procps cron logrotate python3 python3-systemd ca-certificates "
    "curl openssl openssh-server sudo ufw nftables iptables nginx-light fail2ban chrony unattended-upgrades lynis "
    "firewalld"
)
# What many tests would have to switch off first: a web server that nobody asked for, and a fail2ban that cannot
# start where there is no auth.log.
SETTLE = """
chroot "$1" systemctl --quiet disable nginx fail2ban firewalld lynis.timer
echo box >"$1/etc/hostname"
echo "127.0.1.1 box" >>"$1/etc/hosts"
"""


def tree() -> Path:
    """The first to ask for this recipe makes it; who asks meanwhile waits."""
    CACHE.mkdir(parents=True, exist_ok=True)
    there = CACHE / f"debian-{recipe()}"
    with locked(CACHE / "lock"):
        if not there.exists():
            make(there)
    return there


def recipe() -> str:
    return hashlib.sha256("\n".join([SUITE, PACKAGES, SETTLE]).encode()).hexdigest()[:12]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(there: Path) -> None:
    """About half a minute. The package lists stay in it, as on any server."""
    half = there.with_suffix(".half")
    subprocess.run(["rm", "-rf", half], check=True)
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES.split())}"]
    command += ["--skip=cleanup/apt/lists", f"--customize-hook={SETTLE}", SUITE, str(half), *sources()]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"mmdebstrap ended with {made.returncode}: {made.stdout}{made.stderr}")
    half.rename(there)


def sources() -> list[str]:
    """This machine's own way to Debian. None, on another distribution: mmdebstrap knows one."""
    form = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)|$(ORIGIN)|$(CODENAME)|$(COMPONENT)|$(CREATED_BY)"
    targets = subprocess.run(["apt-get", "indextargets", "--format", form], capture_output=True, text=True, check=True)
    rows = [line.split("|") for line in targets.stdout.splitlines()]
    return sorted(
        {
            line
            for line, origin, codename, component, created in rows
            if (origin, component, created) == ("Debian", "main", "Packages") and codename.split("-")[0] == SUITE
        }
    )
