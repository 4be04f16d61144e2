"""Finding nodes: by words, by status, a page at a time, worst first or by name."""

from collections.abc import Sequence

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from hyprbox.nodes.model import Node, State, Status


def page(session: Session, q: str, status: Status | None, after: str | None, limit: int) -> Sequence[Node]:
    """By id, from the one behind `after` on. Each word of `q` is in the id, hostname, address, system or a label."""
    nodes = select(Node).order_by(Node.node_id).limit(limit)
    if status:
        nodes = nodes.join(State, State.node_id == Node.node_id).where(State.status == status)
    for word in q.split():
        fields = (Node.node_id, Node.hostname, Node.ip, Node.os, Node.region, cast(Node.labels, String))
        nodes = nodes.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    return session.scalars(nodes.where(Node.node_id > after) if after else nodes).all()
