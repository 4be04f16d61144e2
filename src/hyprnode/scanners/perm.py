"""Files that rule the machine and may be changed, or read, by those who should not."""

import os
import stat
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.accounts import Account, accounts
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Finding, Severity

# The most that root's files may allow. Shadow files belong to the group shadow on Debian, and to nobody on Red Hat.
MOST = {
    "/etc/passwd": 0o644,
    "/etc/passwd-": 0o644,
    "/etc/group": 0o644,
    "/etc/group-": 0o644,
    "/etc/shadow": 0o640,
    "/etc/shadow-": 0o640,
    "/etc/gshadow": 0o640,
    "/etc/gshadow-": 0o640,
    "/etc/sudoers": 0o440,
    "/etc/sudoers.d": 0o755,
    "/etc/ssh/sshd_config": 0o644,
    "/etc/ssh/sshd_config.d": 0o755,
    "/etc/crontab": 0o644,
    "/etc/cron.d": 0o755,
    "/etc/cron.hourly": 0o755,
    "/etc/cron.daily": 0o755,
    "/etc/cron.weekly": 0o755,
    "/etc/cron.monthly": 0o755,
    "/etc/ld.so.preload": 0o644,
    "/boot/grub/grub.cfg": 0o644,
    "/boot/grub2/grub.cfg": 0o644,
    "/root": 0o750,
    "/root/.ssh": 0o700,
    "/root/.ssh/authorized_keys": 0o644,
}
FOR_EVERYBODY = ("/tmp", "/var/tmp", "/dev/shm")
# What lies in these runs as root, or for everybody who logs in.
RUN_BY_ROOT = (
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/etc/systemd/system",
    "/etc/profile.d",
    "/etc/ld.so.conf.d",
    "/etc/init.d",
    "/usr/local/bin",
    "/usr/local/sbin",
)

LOOSE = FindingType(
    "perm.loose",
    "System file is too open",
    "A file that rules the machine belongs to somebody else, or allows more than it should; CRITICAL where everybody "
    "may write to it, or read passwords.",
    (Severity.WARN, Severity.CRITICAL),
)
STICKY = FindingType(
    "perm.sticky",
    "Folder for everybody lacks its sticky bit",
    "Everybody may remove and replace the temporary files of everybody else.",
    (Severity.CRITICAL,),
)
WORLD_WRITABLE = FindingType(
    "perm.world_writable",
    "Everybody may change what root runs",
    "A script, unit or program that root or every user runs can be written by everybody.",
    (Severity.CRITICAL,),
)
HOME = FindingType(
    "perm.home",
    "Home can be written by others",
    "Others than its owner may change what is in a home, and so what its owner runs.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    for path, most in MOST.items():
        if finding := loose(path, most, host.status(path)):
            yield finding
    for path in FOR_EVERYBODY:
        if finding := unsticky(path, host.status(path)):
            yield finding
    for folder in RUN_BY_ROOT:
        yield from writable_in(host, folder)
    for account in accounts(host):
        if account.may_log_in and (finding := home(account, host.status(account.home))):
            yield finding


def loose(path: str, most: int, status: os.stat_result | None) -> Finding | None:
    if status is None:
        return None
    mode = stat.S_IMODE(status.st_mode)
    if not mode & 0o777 & ~most and status.st_uid == 0:
        return None
    is_grave = mode & 0o002 or ("shadow" in path and mode & 0o007)
    message = f"{path} has mode {mode:04o} and belongs to {status.st_uid}, expected root and at most {most:04o}"
    severity = Severity.CRITICAL if is_grave else Severity.WARN
    return LOOSE.found(path, severity, message, mode=f"{mode:04o}", most=f"{most:04o}", uid=status.st_uid)


def unsticky(path: str, status: os.stat_result | None) -> Finding | None:
    if status is None or not status.st_mode & 0o002 or status.st_mode & stat.S_ISVTX:
        return None
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    return STICKY.found(path, Severity.CRITICAL, f"{path} has mode {mode}, expected 1777", mode=mode)


def writable_in(host: Host, folder: str) -> Iterator[Finding]:
    """The folder as well: in it, files could be replaced. Links have no mode of their own."""
    for path in [folder, *(f"{folder}/{name}" for name in host.names(folder))]:
        status = host.status(path, follow=False)
        if status and status.st_mode & 0o002 and not stat.S_ISLNK(status.st_mode) and path not in MOST:
            mode = f"{stat.S_IMODE(status.st_mode):04o}"
            message = f"Everybody may change {path}, mode {mode}"
            yield WORLD_WRITABLE.found(path, Severity.CRITICAL, message, mode=mode)


def home(account: Account, status: os.stat_result | None) -> Finding | None:
    """Homes that are shared on purpose, such as / and what has a sticky bit, are none."""
    if status is None or account.home in ("/", *MOST) or status.st_mode & stat.S_ISVTX:
        return None
    mode = stat.S_IMODE(status.st_mode)
    group_may = mode & 0o020 and status.st_gid not in (0, account.gid)
    if not mode & 0o002 and not group_may:
        return None
    message = f"Others than {account.name} may write into {account.home}, mode {mode:04o}"
    return HOME.found(account.home, Severity.WARN, message, user=account.name, mode=f"{mode:04o}")


SCANNER = Scanner("perm", scan, (LOOSE, STICKY, WORLD_WRITABLE, HOME))
