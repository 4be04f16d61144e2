"""One thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    WELL = "ok"
    TO_MEND = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    """`text` is a sentence: what there is, and when it is not well what to do."""

    name: str
    verdict: Verdict
    text: str


def well(name: str, text: str) -> Check:
    return Check(name, Verdict.WELL, text)


def to_mend(name: str, text: str) -> Check:
    return Check(name, Verdict.TO_MEND, text)


def broken(name: str, text: str) -> Check:
    return Check(name, Verdict.BROKEN, text)
