"""What a node can look at: one file a subject, one line here."""

from hyprnode.scanners import (
    backup,
    disk,
    firewall,
    kernel,
    memory,
    oom,
    port,
    reboot,
    service,
    smart,
    ssh,
    storage,
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
        backup,
        memory,
        oom,
        kernel,
        storage,
        smart,
    )
}
