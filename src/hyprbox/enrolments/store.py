"""Enrolment codes: made by a person, good for minutes, exchanged by a new node for a token that only it can use."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hyprbox import ids, secret
from hyprbox.audit import store as audit
from hyprbox.enrolments.model import Enrolment
from hyprbox.errors import Conflict, Invalid, Missing, Unauthenticated
from hyprbox.nodes import store as nodes
from hyprbox.nodes.labels import check_labels
from hyprbox.tokens import store as tokens
from hyprwire.names import check_node_id

KIND = "hbec_"
LIFETIME = timedelta(minutes=15)
LONGEST = timedelta(days=30)
MOST_USES = 10_000


def mint(
    session: Session, now: datetime, actor: str, for_node: str | None = None, uses: int = 1,
    labels: Mapping[str, str] | None = None, expires_at: datetime | None = None,
) -> tuple[Enrolment, str]:  # fmt: skip
    """The row and the code's text, which is nowhere else from here on."""
    _check(now, for_node, uses, expires_at)
    made = secret.mint(KIND)
    enrolment = Enrolment(
        id=ids.new(), for_node=for_node, labels=check_labels(dict(labels or {})), prefix=made.prefix,
        digest=made.digest, uses=uses, used=0, created_at=now, created_by=actor,
        expires_at=expires_at or now + LIFETIME,
    )  # fmt: skip
    session.add(enrolment)
    audit.record(session, now, actor, "enrolment.mint", enrolment.id, node=for_node, uses=uses, labels=labels or {})
    return enrolment, made.text


def exchange(session: Session, now: datetime, code: str, node_id: str, hostname: str) -> str:
    """A token pinned to the new node. One use of the code is gone in the same transaction, or nothing has happened."""
    enrolment = _find(session, code)
    if enrolment is None or not _take(session, now, enrolment):
        raise Unauthenticated("the enrolment code is unknown, used up, expired or revoked, make a new one")
    session.refresh(enrolment)
    _check_name(session, now, enrolment, node_id)
    is_new = nodes.expect(session, now, node_id, hostname, enrolment.labels)
    if enrolment.for_node is None and not is_new:
        raise _taken(node_id)
    _, token = tokens.mint(session, now, f"enrolment {enrolment.id}", node_id, node_id)
    return token


def revoke(session: Session, now: datetime, actor: str, enrolment_id: str) -> Enrolment:
    enrolment = session.get(Enrolment, enrolment_id)
    if enrolment is None:
        raise Missing(f"enrolment {enrolment_id} does not exist")
    if enrolment.revoked_at is None:
        enrolment.revoked_at = now
        audit.record(session, now, actor, "enrolment.revoke", enrolment_id)
    return enrolment


def get(session: Session, enrolment_id: str) -> Enrolment | None:
    return session.get(Enrolment, enrolment_id)


def page(session: Session, before: str | None, limit: int) -> Sequence[Enrolment]:
    """Newest first."""
    rows = select(Enrolment).order_by(Enrolment.id.desc()).limit(limit)
    return session.scalars(rows.where(Enrolment.id < before) if before else rows).all()


def _find(session: Session, code: str) -> Enrolment | None:
    """By the prefix, then in constant time."""
    if not code.startswith(KIND):
        return None
    digest = secret.digest(code)
    rows = session.scalars(select(Enrolment).where(Enrolment.prefix == secret.prefix(code)))
    return next((row for row in rows if secret.same(row.digest, digest)), None)


def _take(session: Session, now: datetime, enrolment: Enrolment) -> bool:
    """Of two who come with the last use, the database lets one have it."""
    live = update(Enrolment).where(
        Enrolment.id == enrolment.id,
        Enrolment.used < Enrolment.uses,
        Enrolment.expires_at > now,
        Enrolment.revoked_at.is_(None),
    )
    return session.scalar(live.values(used=Enrolment.used + 1).returning(Enrolment.id)) is not None


def _check_name(session: Session, now: datetime, enrolment: Enrolment, node_id: str) -> None:
    """A code makes new nodes. To get hold of one that exists, an admin must have made it for just that one."""
    if enrolment.for_node is not None and enrolment.for_node != node_id:
        raise Conflict(f"the enrolment code is for node {enrolment.for_node}, this one calls itself {node_id}")
    if enrolment.for_node is None and tokens.is_pinned(session, node_id, now):
        raise _taken(node_id)


def _taken(node_id: str) -> Conflict:
    return Conflict(f"a node called {node_id} exists already, choose another id or make a code for just that node")


def _check(now: datetime, for_node: str | None, uses: int, expires_at: datetime | None) -> None:
    if not 1 <= uses <= (MOST_USES if for_node is None else 1):
        most = MOST_USES if for_node is None else 1
        raise Invalid(f"uses is {uses}, expected 1 to {most}")
    if expires_at is not None and not now < expires_at <= now + LONGEST:
        raise Invalid(f"expiresAt is {expires_at.isoformat()}, expected a time within the next {LONGEST.days} days")
    if for_node is not None:
        try:
            check_node_id("nodeId", for_node)
        except ValueError as error:
            raise Invalid(str(error)) from None
