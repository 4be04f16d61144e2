"""What is wrong with servers, as their scanners would say it. The scanner is what stands before the dot of the type."""

import hashlib
from datetime import datetime, timedelta

from hyprbox.demo.fleet import Server
from hyprwire import Finding, Severity

LIVE = "/etc/letsencrypt/live/{}/fullchain.pem"
SCANNERS = {
    "tls": ["tls.expiring", "tls.unreadable"],
    "updates": ["updates.security", "updates.stale_lists", "updates.auto_disabled"],
    "disk": ["disk.full", "disk.inodes", "disk.readonly"],
    "backup": ["backup.missing", "backup.stale"],
    "raid": ["raid.degraded"],
    "reboot": ["reboot.required"],
    "service": ["service.stale_libs"],
    "ssh": ["ssh.password_auth", "ssh.root_login"],
    "systemd": ["systemd.failed"],
    "time": ["time.unsynced"],
    "distro": ["distro.eol_soon"],
    "firewall": ["firewall.inactive"],
}
PACKAGES = [
    {"name": "openssl", "from": "3.5.4-1~deb13u1", "to": "3.5.4-1~deb13u2"},
    {"name": "libssl3t64", "from": "3.5.4-1~deb13u1", "to": "3.5.4-1~deb13u2"},
    {"name": "curl", "from": "8.14.1-2+deb13u1", "to": "8.14.1-2+deb13u2"},
    {"name": "libcurl4t64", "from": "8.14.1-2+deb13u1", "to": "8.14.1-2+deb13u2"},
    {"name": "libxml2", "from": "2.12.7+dfsg-1", "to": "2.12.7+dfsg-1+deb13u1"},
    {"name": "nginx", "from": "1.26.3-3+deb13u1", "to": "1.26.3-3+deb13u2"},
    {"name": "nginx-common", "from": "1.26.3-3+deb13u1", "to": "1.26.3-3+deb13u2"},
]


def certificate(site: str, days: int, at: datetime) -> Finding:
    digest = hashlib.sha256(f"{site} {at.date()}".encode()).hexdigest()
    return Finding(
        type="tls.expiring",
        key=LIVE.format(site),
        severity=Severity.CRITICAL if days < 7 else Severity.WARN,
        message=f"{site} expires in {days} days",
        metadata={
            "daysLeft": days,
            "notAfter": f"{at + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}",
            "subject": f"CN={site}",
            "san": [site, f"www.{site}"],
            "issuer": "C=US, O=Let's Encrypt, CN=E7",
            "serial": ":".join(digest[at : at + 2] for at in range(0, 20, 2)),
            "sha256": digest,
        },
    )


def updates(server: Server, number: int) -> Finding:
    packages = PACKAGES[:number]
    return Finding(
        type="updates.security", key=server.system.packages, severity=Severity.WARN,
        message=f"{number} security updates wait", metadata={"count": number, "packages": packages},
    )  # fmt: skip


def full(path: str, percent: float, free: int, source: str, severity: Severity) -> Finding:
    return Finding(
        type="disk.full", key=path, severity=severity, message=f"{path} is {percent:.0f} % full, {free} GiB are left",
        metadata={"percent": percent, "freeBytes": free * 1024**3, "fs": "ext4", "source": source},
    )  # fmt: skip


def backup_missing(pattern: str) -> Finding:
    return Finding(
        type="backup.missing", key=pattern, severity=Severity.CRITICAL,
        message="Nothing has matched for 2 days, expected a new file every day", metadata={"maxAgeHours": 26},
    )  # fmt: skip


def degraded(array: str, gone: str) -> Finding:
    return Finding(
        type="raid.degraded", key=array, severity=Severity.CRITICAL, message=f"{array} runs on 1 of 2 disks",
        metadata={"level": "raid1", "missing": [gone], "rebuilding": False},
    )  # fmt: skip


def restart(server: Server) -> Finding:
    return Finding(
        type="reboot.required", key="system", severity=Severity.WARN,
        message="A restart is needed to finish updates",
        metadata={"running": server.system.kernel, "installed": server.system.kernel.replace("48", "57")},
    )  # fmt: skip


def stale_libs(unit: str) -> Finding:
    return Finding(
        type="service.stale_libs", key=unit, severity=Severity.WARN,
        message=f"{unit} still runs with a libssl that was replaced",
        metadata={"files": ["/usr/lib/x86_64-linux-gnu/libssl.so.3"]},
    )  # fmt: skip


def passwords() -> Finding:
    return Finding(
        type="ssh.password_auth", key="/etc/ssh/sshd_config", severity=Severity.WARN, message="sshd accepts passwords",
        metadata={"passwordAuthentication": "yes", "kbdInteractiveAuthentication": "no", "ports": ["22"]},
    )  # fmt: skip


def failed(unit: str) -> Finding:
    return Finding(type="systemd.failed", key=unit, severity=Severity.WARN, message=f"{unit} has failed")


def unsynced(seconds: float) -> Finding:
    return Finding(
        type="time.unsynced", key="clock", severity=Severity.WARN,
        message=f"The clock is not synchronised and {seconds} s off", metadata={"offsetSeconds": seconds},
    )  # fmt: skip


def out_of_support_soon() -> Finding:
    return Finding(
        type="distro.eol_soon", key="debian 12", severity=Severity.INFO,
        message="Debian 12 gets security updates until 2028-06-30", metadata={"until": "2028-06-30"},
    )  # fmt: skip


def unfiltered() -> Finding:
    return Finding(
        type="firewall.inactive", key="input", severity=Severity.WARN,
        message="Nothing filters what comes in, and 3 ports listen to the network: tcp/22, tcp/80, tcp/443",
        metadata={"ports": ["tcp/22", "tcp/80", "tcp/443"], "ufwInstalled": False},
    )  # fmt: skip
