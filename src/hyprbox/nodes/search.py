"""Finding nodes by a query: a page at a time, by name or worst first; all of them; or whether one is among them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.orm import Session, contains_eager

from hyprbox.errors import Invalid
from hyprbox.nodes import saved
from hyprbox.nodes.model import Node, State, Status
from hyprbox.nodes.query import parse
from hyprbox.nodes.terms import Query
from hyprbox.nodes.truth import matching
from hyprbox.rows import is_any

WORST_FIRST = (State.open_critical.desc(), State.open_warn.desc(), State.node_id)
NEAR = 500, 3000  # a glance says whether it is worth while to look at more, before all are asked


def page(
    session: Session, now: datetime, q: str, status: Status | None, after: str | None, limit: int
) -> Sequence[Node]:
    """By id, from the one behind `after` on."""
    nodes = _whole(understood(session, q), now).order_by(Node.node_id).limit(limit)
    if status:
        nodes = nodes.where(State.status == status)
    return session.scalars(nodes.where(Node.node_id > after) if after else nodes).all()


def worst(session: Session, now: datetime, q: str, after: str | None, limit: int) -> Sequence[Node]:
    """Most critical findings first, then most warnings, then by id; from the one behind the cursor `after` on.

    What many nodes fit is found among the first few of that order. What few fit is looked for among all, out of order.
    """
    query = understood(session, q)
    _count_on_memory(session)
    if not query.terms:
        return _among_first(session, query, now, after, limit, limit)
    for number in NEAR:
        found = _among_first(session, query, now, after, number, limit)
        if len(found) == limit:
            return found
        if len(found) * NEAR[-1] < limit * number:
            break
    names = _worst_of_all(session, query, now, after, limit)
    return session.scalars(_whole(Query(), now).where(Node.node_id.in_(names)).order_by(*WORST_FIRST)).all()


def _among_first(
    session: Session, query: Query, now: datetime, after: str | None, number: int, limit: int
) -> Sequence[Node]:
    order = select(State.node_id).order_by(*WORST_FIRST).limit(number)
    first = (order.where(_behind(after)) if after else order).subquery()
    near = _whole(query, now).join(first, first.c.node_id == Node.node_id).order_by(*WORST_FIRST).limit(limit)
    return session.scalars(near).all()


def _worst_of_all(session: Session, query: Query, now: datetime, after: str | None, limit: int) -> Sequence[str]:
    """All that fit are gathered before they are ordered: how few they are, the database would not guess."""
    columns = Node.node_id, State.open_critical, State.open_warn
    nodes = matching(query, now).with_only_columns(*columns)
    fitting = (nodes.where(_behind(after)) if after else nodes).cte("fitting").prefix_with("MATERIALIZED").c
    order = fitting.open_critical.desc(), fitting.open_warn.desc(), fitting.node_id
    return session.scalars(select(fitting.node_id).order_by(*order).limit(limit)).all()


def _count_on_memory(session: Session) -> None:
    """PostgreSQL's default takes looking a node up for the way of a disk's arm, and would go through all of them."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL random_page_cost = 1.1"))


def _whole(query: Query, now: datetime) -> Select[Node]:
    """With what each is doing, from the join that is there for the query's sake."""
    return matching(query, now).options(contains_eager(Node.state))


def names(session: Session, now: datetime, q: str, limit: int) -> Sequence[str]:
    """The ids, ONLINE ones first: who is to try something first had better be there."""
    ids = matching(understood(session, q), now).with_only_columns(Node.node_id)
    return session.scalars(ids.order_by(State.status.desc(), Node.node_id).limit(limit)).all()


def fits(session: Session, now: datetime, q: str, node_id: str) -> bool:
    one = matching(understood(session, q), now).with_only_columns(Node.node_id).where(Node.node_id == node_id)
    return session.scalar(one) is not None


def among(session: Session, now: datetime, q: str, node_ids: Collection[str]) -> set[str]:
    """Those of `node_ids` that match."""
    if not node_ids:
        return set()
    ids = matching(understood(session, q), now).with_only_columns(Node.node_id)
    return set(session.scalars(ids.where(is_any(session, Node.node_id, node_ids))))


def understood(session: Session, q: str) -> Query:
    """With saved queries in the place of their names."""
    return parse(saved.expand(session, q))


def cursor(node: Node) -> str:
    return f"{node.state.open_critical}.{node.state.open_warn}.{node.node_id}"


def _behind(after: str) -> ColumnElement[bool]:
    critical, warn, node_id = _position(after)
    return or_(
        State.open_critical < critical,
        and_(State.open_critical == critical, State.open_warn < warn),
        and_(State.open_critical == critical, State.open_warn == warn, State.node_id > node_id),
    )


def _position(text: str) -> tuple[int, int, str]:
    critical, warn, node_id = [*text.split(".", 2), "", ""][:3]
    if not (critical.isdecimal() and warn.isdecimal() and node_id):
        raise Invalid(f"after is {text[:80]!a}, expected one that the list before it has linked to")
    return int(critical), int(warn), node_id
