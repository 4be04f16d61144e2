"""Nodes come ONLINE when they speak, go OFFLINE when they fall silent, are renamed and deleted by people."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import BindParameter, ColumnElement, Table, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.db import Base, wake
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.nodes.labels import check_labels
from hyprbox.nodes.model import Change, Node, State, Status
from hyprbox.rows import is_any
from hyprbox.tokens import store as tokens
from hyprwire.names import check_node_id

CONTEST = timedelta(minutes=30)
BROKEN_FOR = timedelta(days=7)
_NODES, _STATES = (cast(Table, model.__table__).c for model in (Node, State))
THE_SAME = select(_NODES.node_id).where(_NODES.node_id == bindparam("asked"))
LOCKED = THE_SAME.with_for_update()
EXPECTED = (
    text(
        "INSERT INTO nodes (node_id, hostname, os, agent_version, labels, first_seen)"
        " VALUES (:node_id, :hostname, '', '', :labels, :now) ON CONFLICT DO NOTHING RETURNING node_id"
    )
    .bindparams(bindparam("labels", type_=Node.labels.type), bindparam("now", type_=Node.first_seen.type))
    .columns(Node.node_id)
)


def get(session: Session, node_id: str) -> Node:
    node = session.get(Node, node_id)
    if node is None:
        raise Missing(f"node {node_id} is not known")
    return node


def get_all(session: Session, node_ids: Sequence[str]) -> list[Node]:
    """All of these; Missing names one that is not known."""
    return [get(session, node_id) for node_id in node_ids]


def lock(session: Session, node_id: str) -> bool:
    """Until the commit, nobody else changes what hangs on this node. False when it is not known."""
    return session.scalar(LOCKED, {"asked": node_id}) is not None


def lock_all(session: Session, node_ids: Iterable[str]) -> None:
    """In an order, so that two who want several of them never wait for each other."""
    them = select(_NODES.node_id).where(is_any(session, _NODES.node_id, node_ids)).order_by(_NODES.node_id)
    session.execute(them.with_for_update())


def exists(session: Session, node_id: str) -> bool:
    return session.scalar(THE_SAME, {"asked": node_id}) is not None


def mark_silent(session: Session, now: datetime, since: datetime, silence: timedelta) -> list[str]:
    """Nodes not heard from for `silence` go OFFLINE; time before `since` is not counted. Returns who just did."""
    if since > now - silence:
        return []
    silent = update(State).where(State.status == Status.ONLINE, State.last_seen < now - silence)
    gone = list(session.scalars(silent.values(status=Status.OFFLINE).returning(State.node_id)))
    session.add_all(Change(node_id=node_id, at=now, status=Status.OFFLINE) for node_id in gone)
    if gone:
        wake(session, "fleet", "nodes")
    return gone


def is_contested(session: Session, node_id: str, now: datetime) -> bool:
    """Two machines take turns under this name; neither is handed a job."""
    return (
        session.scalar(select(State.node_id).where(State.node_id == node_id, *_contested(contests_since(now))))
        is not None
    )


def contested(session: Session, now: datetime) -> Sequence[str]:
    return session.scalars(select(State.node_id).where(*_contested(contests_since(now)))).all()


def contested_one(node_id: ColumnElement[str], since: BindParameter[datetime]) -> ColumnElement[bool]:
    """The same for the node of a row, as a part of another question; `since` stands for what contests_since() says."""
    return select(_STATES.node_id).where(_STATES.node_id == node_id, *_contested(since)).exists()


def contests_since(now: datetime) -> datetime:
    return now - CONTEST


def with_broken_journal(session: Session, now: datetime) -> Sequence[str]:
    """Those whose journal of what ran has become shorter, or another one."""
    return session.scalars(select(State.node_id).where(State.journal_broke_at > now - BROKEN_FOR)).all()


def older_than(session: Session, version: str) -> dict[str, str]:
    """Nodes whose agent is of an earlier version than this, and that version."""
    versions = session.scalars(select(Node.agent_version).distinct())
    older = [each for each in versions if _numbers(each) and _numbers(each) < _numbers(version)]
    rows = session.execute(select(Node.node_id, Node.agent_version).where(Node.agent_version.in_(older)))
    return {node_id: its for node_id, its in rows}


def _numbers(version: str) -> list[int]:
    """Of `0.10.2`, to be compared; none of what is no such version."""
    parts = version.split(".")
    return [int(part) for part in parts] if all(part.isdecimal() and len(part) < 10 for part in parts) else []


def count_by_status(session: Session) -> dict[str, int]:
    counted = session.execute(select(State.status, func.count()).group_by(State.status)).all()
    return {Status.ONLINE: 0, Status.OFFLINE: 0} | dict(counted)


def expect(session: Session, now: datetime, node_id: str, hostname: str, labels: dict[str, str]) -> bool:
    """A row for a node that will call, OFFLINE until it does. False when there is one: it only gets the labels too."""
    new = session.scalar(EXPECTED, {"node_id": node_id, "hostname": hostname, "labels": labels, "now": now})
    if new is None:
        node = get(session, node_id)
        node.labels = node.labels | labels
        return False
    session.add(State(node_id=node_id, status=Status.OFFLINE, last_seen=now, cpu=0, ram=0, disk=0, said=""))
    session.flush()
    wake(session, "fleet", "nodes")
    return True


def label(session: Session, now: datetime, actor: str, node_id: str, labels: dict[str, str]) -> Node:
    node = get(session, node_id)
    if labels != node.labels:
        audit.record(session, now, actor, "node.label", node_id, before=node.labels, after=labels)
        node.labels = labels
    return node


def relabel(
    session: Session, now: datetime, actor: str, node_ids: Sequence[str], added: dict[str, str], removed: set[str]
) -> None:
    """On each of these nodes; labels that are neither added nor removed stay."""
    lock_all(session, node_ids)
    for node_id in sorted(node_ids):
        kept = {name: value for name, value in get(session, node_id).labels.items() if name not in removed}
        label(session, now, actor, node_id, check_labels(kept | added))


def delete_node(session: Session, now: datetime, actor: str, node_id: str) -> None:
    """Its rows go, its pinned tokens are revoked, a tombstone stays: no heartbeat brings it back unasked."""
    _hold(session, node_id)  # or what a report adds meanwhile would be left over
    tokens.bury(session, now, actor, node_id)
    for table in reversed(_tables_of_a_node()):
        session.execute(delete(table).where(table.c.node_id == node_id))
    audit.record(session, now, actor, "node.delete", node_id)
    wake(session, "fleet", "nodes")


def rename(session: Session, now: datetime, actor: str, node_id: str, new_id: str) -> None:
    """Everything it has ever been moves along, its tokens too."""
    _hold(session, node_id)
    try:
        check_node_id("new name", new_id)
    except ValueError as error:
        raise Invalid(str(error)) from None
    if exists(session, new_id):
        raise Conflict(f"a node called {new_id} exists already")
    for table in _tables_of_a_node():
        session.execute(update(table).where(table.c.node_id == node_id).values(node_id=new_id))
    tokens.move(session, now, node_id, new_id)
    audit.record(session, now, actor, "node.rename", new_id, before=node_id)


def changes(session: Session, limit: int) -> Sequence[Change]:
    """Newest first."""
    return session.scalars(select(Change).order_by(Change.at.desc()).limit(limit)).all()


def _hold(session: Session, node_id: str) -> None:
    """Missing also when somebody else has deleted or renamed it just now."""
    if not lock(session, node_id):
        raise Missing(f"node {node_id} is not known")


def _contested(since: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """One return of an earlier identity can be a restored snapshot; two are two machines."""
    return _STATES.identity_flips >= 2, _STATES.identity_flipped_at > since


def _tables_of_a_node() -> list[Table]:
    """Every table with a node_id but the ones that outlive it, in an order in which rows may be made."""
    keep = {"tokens", "tombstones"}
    return [table for table in Base.metadata.sorted_tables if "node_id" in table.c and table.name not in keep]
