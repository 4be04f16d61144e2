"""What a node can look at: one file a subject, one line here."""

from hyprnode.scanners import tls
from hyprnode.scanners.contract import Scanner

ALL: dict[str, Scanner] = {scanner.name: scanner for scanner in (tls.SCANNER,)}
