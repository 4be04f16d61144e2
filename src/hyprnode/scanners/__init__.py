"""What a node can look at: one file a subject, one line here."""

from hyprnode.scanners import (
    disk,
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
    )
}
