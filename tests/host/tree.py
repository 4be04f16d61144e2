"""The Debians that boxes stand on: each made once, kept outside the checkout, never written to again."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "hyprbox-tests"
PACKAGES = (
    "systemd systemd-sysv dbus libpam-systemd iproute2 procps cron logrotate python3 python3-systemd ca-certificates "
    "curl openssl openssh-server sudo ufw nftables iptables nginx-light fail2ban chrony unattended-upgrades lynis "
    "firewalld"
)
# What many tests would have to switch off first: a web server that nobody asked for, and a fail2ban that cannot
# start where there is no auth.log. What takes half the time of a start, or of reading the units anew, and does nothing
# in a container is masked: generators of units for disks and kernel parameters that it has not, mounts that nspawn
# has made, passwords to be asked for at a console, who counts the logins, and who waits for a shutdown to upgrade.
SETTLE = """
chroot "$1" systemctl --quiet disable nginx fail2ban firewalld lynis.timer
mkdir -p "$1/etc/systemd/system-generators"
for name in cryptsetup debug getty gpt-auto hibernate-resume integritysetup rc-local run system-update sysv veritysetup
do ln -s /dev/null "$1/etc/systemd/system-generators/systemd-$name-generator"; done
for name in dev-hugepages.mount dev-mqueue.mount systemd-ask-password-console.path systemd-ask-password-wall.path \
  systemd-initctl.socket systemd-remount-fs.service systemd-sysusers.service systemd-tmpfiles-setup-dev.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service unattended-upgrades.service
do ln -s /dev/null "$1/etc/systemd/system/$name"; done
echo box >"$1/etc/hostname"
echo "127.0.1.1 box" >>"$1/etc/hosts"
"""


@dataclass(frozen=True)
class Recipe:
    suite: str
    packages: str
    settle: str

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join([self.suite, self.packages, self.settle]).encode()).hexdigest()[:12]


BOOKWORM = Recipe("bookworm", PACKAGES, SETTLE)


def tree(recipe: Recipe = BOOKWORM) -> Path:
    """The first to ask for this recipe makes it; who asks meanwhile waits."""
    return kept(f"debian-{recipe.digest}", lambda half: make(recipe, half))


def kept(name: str, make: Callable[[Path], None]) -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    there = CACHE / name
    with locked(CACHE / "lock"):
        if not there.exists():
            half = there.with_suffix(".half")
            subprocess.run(["rm", "-rf", half], check=True)
            make(half)
            half.rename(there)
    return there


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(recipe: Recipe, there: Path) -> None:
    """About half a minute. The package lists stay in it, as on any server."""
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(recipe.packages.split())}"]
    command += ["--skip=cleanup/apt/lists", f"--customize-hook={recipe.settle}"]
    command += [recipe.suite, str(there), *sources(recipe.suite)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"mmdebstrap ended with {made.returncode}: {made.stdout}{made.stderr}")


def sources(suite: str) -> list[str]:
    """This machine's own way to Debian: there are the other releases too. None elsewhere: mmdebstrap knows one."""
    form = "$(REPO_URI)|$(RELEASE)|$(CODENAME)|$(ORIGIN)|$(COMPONENT)|$(CREATED_BY)"
    targets = subprocess.run(["apt-get", "indextargets", "--format", form], capture_output=True, text=True, check=True)
    rows = [line.split("|") for line in targets.stdout.splitlines()]
    return sorted(
        {
            f"deb {uri} {release.replace(codename.split('-')[0], suite)} main"
            for uri, release, codename, *what in rows
            if what == ["Debian", "main", "Packages"]
        }
    )
