"""What all scanners cost on a booted Debian, and what they see of its faults, beside `lynis audit system`.

Needs root, as the tests in tests/host do. Some three minutes; LYNIS=no leaves Lynis out.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.pair import machine
from bench.table import show
from tests.host import agent, faults
from tests.host.box import Box
from tests.host.conftest import booted
from tests.host.tree import tree

TIMES = 5
REPORT = "/var/log/lynis-report.dat"
# Which of our types a test of Lynis speaks of. A test that is new on the machine with faults counts for all of them.
SPEAKS_OF = {
    "AUTH-9204": ["account.uid0"],
    "AUTH-9208": ["account.inconsistent"],
    "AUTH-9216": ["account.inconsistent"],
    "AUTH-9222": ["account.inconsistent"],
    "AUTH-9226": ["account.inconsistent"],
    "AUTH-9228": ["account.inconsistent"],
    "AUTH-9229": ["account.weak_hash"],
    "AUTH-9252": ["account.sudoers_writable", "account.sudo_nopasswd"],
    "AUTH-9283": ["account.empty_password"],
    "CRYP-7902": ["tls.expiring"],
    "FILE-7524": ["perm.loose", "perm.world_writable"],
    "FILE-6362": ["perm.sticky"],
    "FILE-6363": ["perm.sticky"],
    "FIRE-4512": ["firewall.inactive"],
    "FIRE-4590": ["firewall.inactive"],
    "HOME-9304": ["perm.home"],
    "HOME-9306": ["perm.home"],
    "PKGS-7381": ["packages.broken"],
    "PKGS-7388": ["updates.stale_lists"],
    "PKGS-7392": ["updates.security"],
    "BOOT-5184": ["perm.world_writable"],
    "SCHD-7704": ["perm.loose"],
    "SSH-7408": ["ssh.root_login", "ssh.password_auth", "ssh.empty_passwords", "ssh.lax"],
    "SSH-7412": ["ssh.root_login"],
    "CONT-8107": ["docker.socket_open"],
}


def main() -> None:
    with box() as clean:
        rows = [("as installed", *timed(clean), len(agent.scan(clean)["findings"]))]
        was = lynis(clean) if asks_lynis() else None
    with box() as faulty:
        faulty.run(faults.SCRIPT)
        seen = faults.told(agent.scan(faulty, **faults.SETTINGS)["findings"])
        rows.append(("with faults", *timed(faulty), len(seen)))
        now = lynis(faulty) if asks_lynis() else None
    show(
        f"All scanners on a booted Debian 12, {machine()}",
        ("machine", "wall ms, first", "wall ms, median after", "CPU of the whole command", "findings"),
        rows,
    )
    if was and now:
        beside_lynis(seen, was[0], now)


def beside_lynis(seen: set[str], before: set[str], now: tuple[set[str], str, str]) -> None:
    tests, wall, cpu = now
    known = {line.split()[1] for line in faults.expected()}
    theirs = {kind for test in tests - before for kind in SPEAKS_OF.get(test, [])} & known
    theirs_told = [line for line in faults.expected() if line.split()[1] in theirs]
    count = len(faults.expected())
    ours = len(seen & faults.expected())
    show(
        "The same faults, found by",
        ("", f"of {count} faults", "wall s", "CPU s"),
        [("hyprnode scan", ours, "see above", ""), ("lynis audit system", len(theirs_told), wall, cpu)],
    )
    print(f"\nLynis' tests that spoke up for the faults: {', '.join(sorted(tests - before)) or 'none'}")


@contextmanager
def box() -> Iterator[Box]:
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
    with booted(tree(), folder) as one:
        one.run("touch /var/lib/apt/lists/partial; : > /var/lib/apt/lists/*security*_Packages")
        agent.install(one)
        yield one


def timed(one: Box) -> tuple[str, str, str]:
    """The sum of what the scanners took, as they run one after another; and the CPU of a whole `hyprnode scan`."""
    walls = []
    for _ in range(TIMES + 1):
        walls.append(sum(run["ms"] for run in agent.scan(one, **faults.SETTINGS)["scanners"]))
    settings = " ".join(f"-E '{name}={value}'" for name, value in faults.SETTINGS.items())
    words = f"systemd-run --wait {settings} -p WorkingDirectory={agent.HOME} python3 -m hyprnode scan --json"
    (used,) = re.findall(r"CPU time consumed: (.*)", one.run(words).errors)
    return f"{walls[0]:.0f}", f"{sorted(walls[1:])[TIMES // 2]:.0f}", used


def lynis(one: Box) -> tuple[set[str], str, str]:
    """Tests with a warning or a suggestion, wall and CPU seconds."""
    audit = "lynis audit system --quick --no-colors --quiet >/dev/null 2>&1"
    ran = one.run(f"TIMEFORMAT='%R %U %S'; time {audit}; cat {REPORT}", timeout=600, check=False)
    wall, user, system = ran.errors.split()[-3:]
    tests = set(re.findall(r"^(?:warning|suggestion)\[\]=([A-Z]+-\d+)", ran.output, re.M))
    return tests, wall, f"{float(user) + float(system):.1f}"


def asks_lynis() -> bool:
    return os.environ.get("LYNIS") != "no"


if __name__ == "__main__":
    main()
