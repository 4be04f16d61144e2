"""What a scanner is: a function from a host and the config to what it found.

A scanner keeps no state and changes nothing. It yields a Finding for each thing that is wrong, every time it
sees it: the control plane turns repeats into updates, and takes what is no longer reported for mended. So a
scanner must also say what it could not look at, by yielding a Gap: what was found there before stays open then.

`key` names what the operator configured or would recognise, and never holds anything that changes by itself;
that belongs into message and metadata (camelCase, lists of at most 50). A scanner may raise: its runner reports
it as `<scanner>.unreadable`, and the other scanners go on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hyprnode.config import Config
from hyprnode.host import Host
from hyprwire import Finding, Severity

LONGEST_LIST = 50


@dataclass(frozen=True)
class FindingType:
    """What docs/FINDINGS.md says of a type: severities from the mildest to the worst it is reported with."""

    name: str
    title: str
    about: str
    severities: tuple[Severity, ...]


@dataclass(frozen=True)
class Gap:
    """`key` could not be examined; without a key not even what there is to examine could be told."""

    key: str | None = None


@dataclass(frozen=True)
class Scanner:
    name: str
    scan: Callable[[Host, Config], Iterator[Finding | Gap]]
    types: tuple[FindingType, ...]
