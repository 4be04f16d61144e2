"""The one language in which nodes are chosen: `web env=prod status=offline finding>=critical !role=db`.

What looks like a term and is none is refused with the word itself: a mistyped one must not choose other nodes.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from hyprbox.errors import Invalid
from hyprbox.nodes import labels
from hyprbox.nodes.model import Status
from hyprbox.nodes.terms import (
    FIELDS,
    LOADS,
    Field,
    Is,
    Label,
    Load,
    Not,
    Positive,
    Query,
    Reports,
    Seen,
    Term,
    Word,
    Worst,
)  # fmt: skip
from hyprwire import Severity, duration

LONGEST = 2000
MOST_TERMS = 50
WORD = re.compile(r'!?"[^"]*"|\S+')
COMPARED = re.compile(r"([A-Za-z][\w.-]*)(<=|>=|<|>)(.*)", re.DOTALL)
PAIR = re.compile(r"([^=<>]*)=(.*)", re.DOTALL)
NUMBER = re.compile(r"\d{1,3}(?:\.\d)?", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
TYPE = re.compile(r"[\w.-]+\*?|\*", re.ASCII)
STATUS = {status.lower(): status for status in Status}
SEVERITY = {severity.lower(): severity for severity in Severity}


class BadTerm(ValueError):
    """What was expected."""


def parse(text: str) -> Query:
    """Invalid with the word that is none, and where it begins."""
    if len(text) > LONGEST:
        raise Invalid(f"the query has {len(text)} characters, expected at most {LONGEST}")
    found = list(words(text))
    if len(found) > MOST_TERMS:
        raise Invalid(f"the query has {len(found)} terms, expected at most {MOST_TERMS}")
    terms = []
    for word, at in found:
        try:
            terms.append(_term(word))
        except BadTerm as error:
            raise Invalid(f"{word[:80]!a} in the query: {error}", term=word, at=at) from None
    return Query(tuple(terms))


def words(text: str) -> list[tuple[str, int]]:
    """The terms as they were typed, and where each begins."""
    return [(found[0], found.start()) for found in WORD.finditer(text)]


def without(text: str, term: str) -> str:
    """The same query less one of its terms."""
    return " ".join(word for word, _ in words(text) if word != term)


def _term(word: str) -> Term:
    if CONTROL.search(word):
        raise BadTerm("expected no control characters")
    if word.startswith("!") and len(word) > 1:
        return Not(_positive(word[1:]))
    return _positive(word)


def _positive(word: str) -> Positive:
    if word.startswith('"'):
        return _quoted(word)
    if word[0] in "!@":
        raise BadTerm(f'expected a term behind {word[0]}, or "{word}" for the word itself')
    if found := COMPARED.fullmatch(word):
        return _compared(found[1].lower(), found[2], found[3].lower())
    if found := PAIR.fullmatch(word):
        return _pair(found[1], found[2])
    if "<" in word or ">" in word:
        raise BadTerm(f'expected a name before the sign, or "{word}" for the word itself')
    return Word(word)


def _quoted(word: str) -> Word:
    if len(word) < 2 or not word.endswith('"') or '"' in word[1:-1]:
        raise BadTerm("expected a second quotation mark")
    if not word[1:-1].strip():
        raise BadTerm("expected something between the quotation marks")
    if "\n" in word:
        raise BadTerm("expected one line")
    return Word(word[1:-1])


def _compared(name: str, sign: str, value: str) -> Positive:
    if name == "finding":
        return Worst(_finding_at_least(sign, value))
    if name == "seen":
        return Seen(sign, _ago(value))
    if name in LOADS:
        return Load(name, sign, _tenths(value))
    raise BadTerm(f"{name} cannot be compared, expected one of cpu, ram, disk, seen and finding")


def _finding_at_least(sign: str, value: str) -> Severity:
    if sign != ">=" or value not in SEVERITY:
        raise BadTerm("expected finding>=critical, finding>=warn or finding>=info")
    return SEVERITY[value]


def _ago(value: str) -> timedelta:
    try:
        span = duration.parse(value)
    except ValueError as error:
        raise BadTerm(f"{value[:40]!a}: {error}") from None
    return max(span // timedelta(milliseconds=1), 1) * timedelta(milliseconds=1)


def _tenths(value: str) -> int:
    if not NUMBER.fullmatch(value) or float(value) > 100:
        raise BadTerm(f"{value[:40]!a} is no percentage, expected 0 to 100 with at most one decimal")
    return round(float(value) * 10)


def _pair(name: str, value: str) -> Positive:
    reader = READERS.get(name.lower())
    return reader(value) if reader else _label(name, value)


def _label(name: str, value: str) -> Label:
    if name.endswith("!"):
        raise BadTerm(f"expected !{name[:-1]}={value} for the opposite")
    if not labels.NAME.fullmatch(name):
        raise BadTerm(f"{name[:40]!a} is no label, expected lower-case letters, digits and . _ -")
    values = tuple(value.split(","))
    for each in values:
        if not labels.VALUE.fullmatch(each.removesuffix("*")):
            raise BadTerm(f"{each[:40]!a} is no value of a label, expected one word; * is for the end")
    return Label(name, values)


def _label_by_name(text: str) -> Label:
    name, equals, value = text.partition("=")
    if equals:
        return _label(name, value)
    if not labels.NAME.fullmatch(name):
        raise BadTerm(f"{name[:40]!a} is no label, expected lower-case letters, digits and . _ -")
    return Label(name)


def _status(value: str) -> Is:
    if value.lower() not in STATUS:
        raise BadTerm("expected status=online or status=offline")
    return Is(STATUS[value.lower()])


def _finding(value: str) -> Reports:
    types = tuple(value.split(","))
    if not all(map(TYPE.fullmatch, types)):
        raise BadTerm("expected types of findings, for example finding=tls.expiring or finding=tls.*")
    if severity := next((each for each in types if each in SEVERITY), None):
        raise BadTerm(f"expected finding>={severity} for how bad, or a type such as finding=tls.*")
    return Reports(types)


def _not_equal(name: str, example: str) -> Callable[[str], Positive]:
    def read(_: str) -> Positive:
        raise BadTerm(f"expected {name}<{example} or {name}>{example}")

    return read


def _field(name: str) -> Callable[[str], Field]:
    def read(value: str) -> Field:
        values = tuple(value.split(","))
        if not all(values):
            raise BadTerm(f"expected a value, for example {name}=x*")
        return Field(name, values)

    return read


READERS: dict[str, Callable[[str], Positive]] = {
    "status": _status,
    "finding": _finding,
    "label": _label_by_name,
    "seen": _not_equal("seen", "10m"),
    **{name: _not_equal(name, "80") for name in LOADS},
    **{name: _field(name) for name in FIELDS},
}
