"""What is typed above the list of nodes: `web env=prod status=offline finding>=critical`."""

import re
from dataclasses import dataclass

from hyprbox.nodes.labels import NAME, VALUE
from hyprbox.nodes.model import Status
from hyprwire import Severity

LABEL = re.compile(rf"({NAME.pattern})=({VALUE.pattern})")
STATUS = {f"status={status.lower()}": status for status in Status}
FINDING = {"finding>=critical": Severity.CRITICAL, "finding>=warn": Severity.WARN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """All of it must be true of a node. `least` is the severity of its worst open finding."""

    words: tuple[str, ...] = ()
    status: Status | None = None
    least: Severity | None = None
    labels: tuple[tuple[str, str], ...] = ()


def parse(text: str) -> Query:
    """What is no known term is a word to look for; nothing is an error."""
    words, labels, status, least = [], [], None, None
    for term in text.split():
        if found := STATUS.get(term.lower()):
            status = found
        elif severity := FINDING.get(term.lower()):
            least = severity
        elif label := LABEL.fullmatch(term):
            labels.append((label[1], label[2]))
        else:
            words.append(term)
    return Query(words=tuple(words), status=status, least=least, labels=tuple(labels))


def without(text: str, term: str) -> str:
    """The same query less one of its terms."""
    return " ".join(each for each in text.split() if each != term)
