"""What a query says, as SQL: the same truth on both engines."""

from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    column,
    func,
    literal,
    not_,
    or_,
    select,
    table,
)  # fmt: skip
from sqlalchemy import type_coerce as seen_as
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from hyprbox.nodes.model import Node, State
from hyprbox.nodes.terms import Field, Is, Label, Load, Not, Positive, Query, Reports, Seen, Term, Word, Worst
from hyprwire import Severity

RANKS = list(Severity)
# The findings lie to the right of us; their table is named here, so that a query may ask for them all the same.
FINDINGS = table(
    "findings", column("node_id", String), column("type", String), column("state", String), column("severity", Integer)
)
ESCAPE = "\\"
TURNED = str.maketrans("<>", "><")
TO_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def _text(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return func.coalesce(column, literal(""))


PEOPLES, AGENTS = (_text(seen_as(labels, String)) for labels in (Node.labels, Node.agent_labels))
COLUMNS = {
    "node": _text(Node.node_id), "host": _text(Node.hostname), "ip": _text(Node.ip), "region": _text(Node.region),
    "version": _text(Node.agent_version), "kernel": _text(Node.kernel), "arch": _text(Node.architecture),
}  # fmt: skip


class lower(FunctionElement[str]):
    """a to z alone, on both engines: what else is a letter each would decide for itself."""

    type = String()
    inherit_cache = True


@compiles(lower)
def _lower(element: Any, compiler: Any, **kw: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kw)})"


@compiles(lower, "postgresql")
def _lower_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f'lower({compiler.process(element.clauses, **kw)} COLLATE "C")'


class contains(FunctionElement[bool]):
    """Whether the second text is in the first. A is not a. PostgreSQL is asked by the third, a pattern: how many rows
    that fits it guesses from what it knows of the column, and plans for few or many."""

    type = Boolean()
    inherit_cache = True


@compiles(contains, "sqlite")
def _contains_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    text, part, _ = (compiler.process(each, **kw) for each in element.clauses)
    return f"(instr({text}, {part}) > 0)"


@compiles(contains, "postgresql")
def _contains_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    text, _, pattern = element.clauses
    return f"({compiler.process(text, **kw)} LIKE {compiler.process(pattern, **kw)})"


def matching(query: Query, now: datetime) -> Select[Node]:
    nodes = select(Node).outerjoin(State, State.node_id == Node.node_id)
    return nodes.where(*(_true_of(term, now) for term in query.terms)) if query.terms else nodes


def _true_of(term: Term, now: datetime) -> ColumnElement[bool]:
    return not_(_holds(term.term, now)) if isinstance(term, Not) else _holds(term, now)


def _holds(term: Positive, now: datetime) -> ColumnElement[bool]:
    """Never NULL, so that it can be negated."""
    match term:
        case Word(text):
            return _has(Node.words, text.translate(TO_LOWER))
        case Label(name, values):
            return or_(*(_labelled(name, value) for value in values or ("*",)))
        case Field("os", values):
            return or_(*(lower(Node.os + " ").like(like, escape=ESCAPE) for value in values for like in _os(value)))
        case Field(name, values):
            return or_(*(lower(COLUMNS[name]).like(_glob(value), escape=ESCAPE) for value in values))
        case Is(status):
            return State.status == status
        case Worst(least):
            return _worth(least)
        case Reports(types):
            wants_attention = FINDINGS.c.state.in_(["OPEN", "FIXING"]), FINDINGS.c.severity.in_([0, 1, 2])
            ours = or_(*map(_of_type, types))
            return Node.node_id.in_(select(FINDINGS.c.node_id).where(*wants_attention, ours))
        case Load(name, sign, tenths):
            return seen_as(getattr(State, name), Integer).op(sign, is_comparison=True)(tenths)
        case Seen(sign, ago):
            # heard after that moment is less than that long ago
            return State.last_seen.op(sign.translate(TURNED), is_comparison=True)(now - ago)


def _labelled(name: str, value: str) -> ColumnElement[bool]:
    """What people say counts before what the agent says."""
    pair = f" {name}={value[:-1]}" if value.endswith("*") else f" {name}={value} "
    return or_(_has(PEOPLES, pair), and_(_has(AGENTS, pair), not_(_has(PEOPLES, f" {name}="))))


def _has(text: Any, part: str) -> ColumnElement[bool]:
    return contains(text, literal(part), literal(f"%{_like(part)}%"))


def _os(value: str) -> tuple[str, ...]:
    """debian-12 is "Debian", anything, and 12 or 12.something as a word. Behind the system's name stands a space."""
    parts = "% ".join(map(_glob, value.split("-")))
    return (parts,) if value.endswith("*") else (f"{parts} %", f"{parts}.%")


def _of_type(type: str) -> ColumnElement[bool]:
    if type.endswith("*"):
        return func.substr(FINDINGS.c.type, 1, len(type) - 1) == type[:-1]
    return FINDINGS.c.type == type


def _worth(least: Severity) -> ColumnElement[bool]:
    columns = {Severity.CRITICAL: State.open_critical, Severity.WARN: State.open_warn, Severity.INFO: State.open_info}
    return or_(*(count > 0 for severity, count in columns.items() if RANKS.index(severity) >= RANKS.index(least)))


def _glob(pattern: str) -> str:
    """As LIKE wants it: `*` is anything."""
    return _like(pattern.translate(TO_LOWER)).replace("*", "%")


def _like(text: str) -> str:
    return text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
