"""Nodes as Prometheus wants them found (`http_sd_configs`): what to scrape, and what is known of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.nodes.model import Node
from hyprbox.nodes.search import understood
from hyprbox.nodes.truth import matching

PREFIX = "__meta_hyprbox_"
NO_NAME = re.compile(r"[^a-zA-Z0-9_]")


@dataclass(frozen=True, slots=True)
class Found:
    """Its shape and names are Prometheus's."""

    targets: list[str]
    labels: dict[str, str]


def found(session: Session, now: datetime, q: str, port: int) -> list[Found]:
    """All of them at once: Prometheus knows no pages."""
    ids = matching(understood(session, q), now).with_only_columns(Node.node_id)
    nodes: Sequence[Node] = session.scalars(select(Node).where(Node.node_id.in_(ids)).order_by(Node.node_id)).all()
    return [_of(node, port) for node in nodes]


def _of(node: Node, port: int) -> Found:
    host = node.ip or node.hostname
    about = {
        "node": node.node_id, "hostname": node.hostname, "os": node.os, "status": node.state.status.lower(),
        "region": node.region or "", "arch": node.architecture or "", "version": node.agent_version,
    }  # fmt: skip
    labels = {f"label_{NO_NAME.sub('_', name)}": value for name, value in node.all_labels.items()}
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return Found([target], {PREFIX + name: value for name, value in (about | labels).items()})
