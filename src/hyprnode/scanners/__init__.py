"""What a node can look at: one file a subject, one line here."""

from hyprnode.scanners import (
    disk,
    firewall,
    port,
    reboot,
    service,
    ssh,
    systemd,
    tls,
    updates,
)
from hyprnode.scanners.contract import Scanner

ALL: dict[str, Scanner] = {
    subject.SCANNER.name: subject.SCANNER
    for subject in (
        tls,
        disk,
        updates,
        systemd,
        reboot,
        service,
        ssh,
        firewall,
        port,
    )
}
