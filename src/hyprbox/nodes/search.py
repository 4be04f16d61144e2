"""Finding nodes: by words, status, labels and findings, a page at a time, by name or worst first."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, String, and_, cast, or_, select
from sqlalchemy.orm import Session

from hyprbox.errors import Invalid
from hyprbox.nodes.model import Node, State, Status
from hyprbox.nodes.query import Query
from hyprwire import Severity

WORST_FIRST = (State.open_critical.desc(), State.open_warn.desc(), Node.node_id)


def page(session: Session, q: str, status: Status | None, after: str | None, limit: int) -> Sequence[Node]:
    """By id, from the one behind `after` on. Each word of `q` is in the id, hostname, address, system or a label."""
    nodes = _matching(Query(words=tuple(q.split()), status=status)).order_by(Node.node_id).limit(limit)
    return session.scalars(nodes.where(Node.node_id > after) if after else nodes).all()


def worst(session: Session, query: Query, after: str | None, limit: int) -> Sequence[Node]:
    """Most critical findings first, then most warnings, then by id; from the one behind the cursor `after` on."""
    nodes = _matching(query).order_by(*WORST_FIRST).limit(limit)
    return session.scalars(nodes.where(_behind(after)) if after else nodes).all()


def cursor(node: Node) -> str:
    return f"{node.state.open_critical}.{node.state.open_warn}.{node.node_id}"


def _matching(query: Query) -> Select[Node]:
    nodes = select(Node).join(State, State.node_id == Node.node_id)
    if query.status:
        nodes = nodes.where(State.status == query.status)
    if query.least:
        nodes = nodes.where(_worth(query.least))
    for word in query.words:
        fields = (Node.node_id, Node.hostname, Node.ip, Node.os, Node.region, cast(Node.labels, String))
        nodes = nodes.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    for label in query.labels:
        nodes = nodes.where(_has(*label))
    return nodes


def _worth(least: Severity) -> ColumnElement[bool]:
    critical = State.open_critical > 0
    return critical if least == Severity.CRITICAL else or_(critical, State.open_warn > 0)


def _has(name: str, value: str) -> ColumnElement[bool]:
    """Labels are kept as JSON text, in which the pair stands in exactly this way."""
    return cast(Node.labels, String).contains(f"{json.dumps(name)}: {json.dumps(value)}", autoescape=True)


def _behind(after: str) -> ColumnElement[bool]:
    critical, warn, node_id = _position(after)
    return or_(
        State.open_critical < critical,
        and_(State.open_critical == critical, State.open_warn < warn),
        and_(State.open_critical == critical, State.open_warn == warn, Node.node_id > node_id),
    )


def _position(text: str) -> tuple[int, int, str]:
    critical, warn, node_id = [*text.split(".", 2), "", ""][:3]
    if not (critical.isdecimal() and warn.isdecimal() and node_id):
        raise Invalid(f"after is {text[:80]!a}, expected one that the list before it has linked to")
    return int(critical), int(warn), node_id
