"""What a scanner is: a function from a host and the config to what it found.

A scanner keeps no state and changes nothing. It yields a Finding for each thing that is wrong, every time it
sees it: the control plane turns repeats into updates, and takes what is no longer reported for mended. So a
scanner must also say what it could not look at, by yielding a Gap: what was found there before stays open then.

`key` names what the operator configured or would recognise, and never holds anything that changes by itself;
that belongs into message and metadata (camelCase). A scanner may raise: its runner reports it as
`<scanner>.unreadable`, and the other scanners go on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.say import printable
from hyprnode.seen import Gap, Seen
from hyprwire import Finding, Severity
from hyprwire.names import NAME_LENGTH

__all__ = ["LONGEST_LIST", "FindingType", "Gap", "Scanner", "Seen", "unreadable"]

LONGEST_LIST = 50


@dataclass(frozen=True)
class FindingType:
    """What docs/FINDINGS.md says of a type: severities from the mildest to the worst it is reported with."""

    name: str
    title: str
    about: str
    severities: tuple[Severity, ...]

    def found(self, key: str, severity: Severity, message: str, **metadata: Any) -> Finding:
        """What comes from the host's files may hold anything: here it becomes words."""
        return Finding(
            type=self.name,
            key=printable(key)[:NAME_LENGTH],
            severity=severity,
            message=printable(message),
            metadata=words(metadata),
        )


@dataclass(frozen=True)
class Scanner:
    name: str
    scan: Callable[[Host, Config], Iterable[Seen]]
    types: tuple[FindingType, ...]

    @property
    def type_names(self) -> list[str]:
        """Those that it declares, and the one for what it cannot look at, which every scanner has."""
        return list(dict.fromkeys([*(kind.name for kind in self.types), f"{self.name}.unreadable"]))


def unreadable(scanner: str, key: str, why: str) -> Iterator[Seen]:
    """`key` cannot be looked at; `why` is the rest of a sentence that starts with it."""
    about = FindingType(f"{scanner}.unreadable", "", "", (Severity.INFO,))
    finding = about.found(key, Severity.INFO, f"{key} {why}", why=why)
    yield finding
    yield Gap(finding.key)


def words(value: Any) -> Any:
    """Nothing in it speaks to a terminal, is no Unicode, or is longer than somebody would read."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {str(key): words(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [words(item) for item in list(value)[:LONGEST_LIST]]
    return value
