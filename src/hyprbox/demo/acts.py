"""How jobs go: what they say, how long they take, how they end, and what they have cured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hyprwire import Reason, Survivor

DIM, GREEN, YELLOW, BOLD, OFF = "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`cures`: the scan after it does not see any more what it was to fix."""

    took: timedelta
    lines: Sequence[str] = ()
    exit_code: int | None = 0
    reason: Reason = Reason.EXIT
    signal: int | None = None
    survivors: list[Survivor] = field(default_factory=list)
    cures: bool = False


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def renewed(site: str, took: float, cures: bool = True) -> Act:
    lines = [
        f"hb: renewing {site}, which lasts 12 more days",
        f"{DIM}Saving debug log to /var/log/letsencrypt/letsencrypt.log{OFF}",
        f"Processing /etc/letsencrypt/renewal/{site}.conf",
        f"Renewing an existing certificate for {site} and www.{site}",
        f"{GREEN}Congratulations, all renewals succeeded:{OFF} /etc/letsencrypt/live/{site}/fullchain.pem",
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok",
        "nginx: configuration file /etc/nginx/nginx.conf test is successful",
        "hb: nginx is reloaded",
        "hb: applied",
    ]
    return Act(took=seconds(took), lines=lines, cures=cures)


def upgraded(packages: Sequence[Mapping[str, str]], took: float, cures: bool = True) -> Act:
    lines = [
        *(f"hb: {one['name']} {one['from']} has the update {one['to']}" for one in packages),
        f"hb: upgrading {len(packages)} packages",
        f"{DIM}Reading package lists...{OFF}",
        f"{DIM}Building dependency tree...{OFF}",
        f"{len(packages)} upgraded, 0 newly installed, 0 to remove and 4 not upgraded.",
        "Fetched 6,214 kB in 1s (5,830 kB/s)",
        *(f"Setting up {one['name']} ({one['to']}) ..." for one in packages),
        "Processing triggers for libc-bin (2.41-12) ...",
        *(f"hb: {one['name']} was {one['from']}, is {one['to']}" for one in packages),
        "hb: 0 security updates are left" if cures else f"{YELLOW}hb: 2 security updates are left{OFF}",
        "hb: applied",
    ]
    return Act(took=seconds(took), lines=lines, cures=cures)


def taken_back() -> Act:
    lines = [
        "hb: upgrading 7 packages",
        f"{YELLOW}dpkg: error processing package nginx (--configure):{OFF}",
        " installed nginx package post-installation script subprocess returned error exit status 1",
        "nginx: [emerg] host not found in upstream \"shop-ams-03\" in /etc/nginx/sites-enabled/shop:12",
        "hb: apply failed, what it had changed is taken back",
    ]  # fmt: skip
    return Act(took=seconds(12.4), lines=lines, exit_code=30)


def locked() -> Act:
    lines = [
        "hb: waiting for unattended-upgr, pid 1187",
        "hb: /var/lib/dpkg/lock-frontend is held by unattended-upgr, pid 1187, expected it free within 120 s",
    ]
    return Act(took=seconds(120.3), lines=lines, exit_code=22)


def dumped(minutes: float, size: float) -> Act:
    tables = ("customers", "orders", "order_lines", "stock", "lamps", "reviews")
    lines = [*(f'pg_dump: dumping contents of table "public.{name}"' for name in tables), f"{size:.1f} GiB written"]
    return Act(took=timedelta(minutes=minutes), lines=lines)


def never_ending() -> Act:
    lines = ["sending incremental file list", *(f"media/lamps/{n:04}.jpg" for n in range(1, 30))]
    rsync = Survivor(pid=28817, comm="rsync", state="D")
    return Act(
        took=timedelta(minutes=30), lines=lines, exit_code=137, reason=Reason.TIMEOUT, signal=9, survivors=[rsync]
    )


def cut_short() -> Act:
    return Act(took=seconds(41), lines=["npm ci", "added 812 packages in 38s"], exit_code=None, reason=Reason.REBOOT)


def stopped() -> Act:
    return Act(took=seconds(18), lines=["Deleting old archives"], exit_code=143, reason=Reason.CANCEL, signal=15)


def free_space(percent: int) -> Act:
    lines = [
        f"{BOLD}Filesystem      Size  Used Avail Use% Mounted on{OFF}",
        f"/dev/vda1        79G   {percent * 79 // 100}G   {79 - percent * 79 // 100}G  {percent}% /",
    ]
    return Act(took=seconds(0.3), lines=lines)


def applied(title: str) -> Act:
    """Of a preset of which the story tells nothing else."""
    return Act(took=seconds(9), lines=[f"hb: {title}", "hb: looked first", "hb: changed it", "hb: applied"], cures=True)


def nothing_runs(script: str) -> Act:
    """For what a visitor of the demonstration types."""
    shown = script.splitlines()[:20]
    lines = [f"{YELLOW}This is a demonstration: there is no such server, and nothing runs.{OFF}", "It would run:", ""]
    return Act(took=seconds(6), lines=[*lines, *(f"{DIM}{line}{OFF}" for line in shown)])
