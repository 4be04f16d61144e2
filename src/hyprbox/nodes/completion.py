"""What a word of a query may become: terms, the labels that nodes have, saved queries."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.nodes import saved
from hyprbox.nodes.model import Node
from hyprbox.nodes.terms import FIELDS, LOADS

MOST = 12
LOOKED_AT = 2000  # nodes; a label that none of them has is not offered
TERMS = (
    "status=online", "status=offline", "finding>=critical", "finding>=warn", "finding=", "seen>1h", "seen<5m",
    *(f"{load}>80" for load in LOADS), *(f"{field}=" for field in FIELDS),
)  # fmt: skip


def completions(session: Session, q: str) -> list[str]:
    """Whole queries that begin as this one: its last word ended in each way that there is."""
    before, _, word = q.rpartition(" ")
    negated = "!" if word.startswith("!") else ""
    begun = word.removeprefix("!").lower()
    fitting = [term for term in _candidates(session) if term.startswith(begun) and term != begun]
    return [f"{before} {negated}{term}".lstrip() for term in fitting[:MOST]]


def _candidates(session: Session) -> list[str]:
    names = [f"@{query.name}" for query in saved.every(session)]
    labels = session.execute(select(Node.labels, Node.agent_labels).limit(LOOKED_AT))
    pairs = {f"{name}={value}" for row in labels for some in row if some for name, value in some.items()}
    return [*TERMS[:4], *sorted(pairs), *names, *TERMS[4:]]
