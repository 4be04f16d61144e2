"""What a query is made of. Each term is true of a node or not; `str` writes it as it is read."""

from dataclasses import dataclass
from datetime import timedelta

from hyprbox.nodes.model import Status
from hyprwire import Severity

FIELDS = ("node", "host", "os", "ip", "region", "version", "kernel", "arch")
LOADS = ("cpu", "ram", "disk")
ABOUT = (*FIELDS, *LOADS, "status", "finding", "seen", "label")


@dataclass(frozen=True, slots=True)
class Word:
    """Somewhere in its id, host name, address, system, region or labels; a to z in either case."""

    text: str

    def __str__(self) -> str:
        return self.text if _is_plain(self.text) else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Label:
    """It has one of the values (`*` at the end stands for any rest); without any, it has the label at all."""

    name: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        pair = f"{self.name}={','.join(self.values)}" if self.values else self.name
        return f"label={pair}" if not self.values or self.name in ABOUT else pair


@dataclass(frozen=True, slots=True)
class Field:
    """One of the patterns fits the whole of it; `*` stands for anything. os=debian-12 also fits Debian 12.5."""

    name: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}={','.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Is:
    status: Status

    def __str__(self) -> str:
        return f"status={self.status.lower()}"


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst of its findings that want attention is at least this bad."""

    least: Severity

    def __str__(self) -> str:
        return f"finding>={self.least.lower()}"


@dataclass(frozen=True, slots=True)
class Reports:
    """It has a finding that wants attention, of one of these types; `*` at the end stands for any rest."""

    types: tuple[str, ...]

    def __str__(self) -> str:
        return f"finding={','.join(self.types)}"


@dataclass(frozen=True, slots=True)
class Load:
    """Percent, as tenths."""

    name: str
    sign: str
    tenths: int

    def __str__(self) -> str:
        whole, tenth = divmod(self.tenths, 10)
        return f"{self.name}{self.sign}{whole}{f'.{tenth}' if tenth else ''}"


@dataclass(frozen=True, slots=True)
class Seen:
    """How long ago it was heard: < is lately."""

    sign: str
    ago: timedelta

    def __str__(self) -> str:
        seconds, ms = divmod(self.ago // timedelta(milliseconds=1), 1000)
        for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
            if not ms and seconds and seconds % length == 0:
                return f"seen{self.sign}{seconds // length}{unit}"
        return f"seen{self.sign}{f'{seconds}s' if not ms else f'{seconds * 1000 + ms}ms'}"


Positive = Word | Label | Field | Is | Worst | Reports | Load | Seen


@dataclass(frozen=True, slots=True)
class Not:
    term: Positive

    def __str__(self) -> str:
        return f"!{self.term}"


Term = Positive | Not


@dataclass(frozen=True, slots=True)
class Query:
    """All of it must be true of a node."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


def _is_plain(text: str) -> bool:
    return not any(sign in "=<>" or sign.isspace() for sign in text) and text[0] not in '!@"'
