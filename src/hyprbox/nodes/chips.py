"""The chips under the query: what is applied, with a way to take it off, and what could be."""

from dataclasses import dataclass

from hyprbox.nodes.query import without, words

OFFERED = ("status=offline", "finding>=critical", "finding>=warn")


@dataclass(frozen=True, slots=True)
class Chip:
    """`q` is the query that it leads to."""

    term: str
    q: str
    on: bool


def chips(q: str) -> list[Chip]:
    terms = list(dict.fromkeys(word for word, _ in words(q)))
    applied = [Chip(term, without(q, term), on=True) for term in terms]
    return applied + [Chip(term, f"{q} {term}".strip(), on=False) for term in OFFERED if term not in terms]
