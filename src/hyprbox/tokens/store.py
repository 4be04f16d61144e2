"""Node tokens: minted once, shown once, pinned or fleet-wide, revocable."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from hyprbox import ids, secret
from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.facts import store as facts
from hyprbox.tokens.model import Token, Tombstone
from hyprwire.names import check_node_id

KIND = "hbnt_"
OVERLAP = timedelta(days=7)


def mint(
    session: Session, now: datetime, actor: str, node_id: str | None, name: str = "", expires_at: datetime | None = None
) -> tuple[Token, str]:
    """The row and the token's text, which is nowhere else from here on."""
    if node_id is not None:
        _check_node_id(node_id)
    if expires_at is not None and expires_at <= now:
        raise Invalid(f"expiresAt is {expires_at.isoformat()}, expected a time in the future")
    made = secret.mint(KIND)
    token = Token(
        id=ids.new(), name=name, node_id=node_id, prefix=made.prefix, digest=made.digest,
        created_at=now, created_by=actor, expires_at=expires_at,
    )  # fmt: skip
    session.add(token)
    session.execute(delete(Tombstone).where(Tombstone.node_id == node_id))
    facts.credentials_changed(session)
    audit.record(session, now, actor, "token.mint", token.id, node=node_id, name=name)
    return token, made.text


def find(session: Session, text: str) -> Token | None:
    """By the prefix, then in constant time; revoked and expired ones too."""
    digest = secret.digest(text)
    rows = session.scalars(select(Token).where(Token.prefix == secret.prefix(text)))
    return next((row for row in rows if secret.same(row.digest, digest)), None)


def revoke(session: Session, now: datetime, actor: str, token_id: str) -> Token:
    token = _get(session, token_id)
    if token.revoked_at is None:
        token.revoked_at = now
        facts.credentials_changed(session)
        audit.record(session, now, actor, "token.revoke", token_id, node=token.node_id)
    return token


def bury(session: Session, now: datetime, actor: str, node_id: str) -> None:
    """For the deletion of a node, which is audited as a whole: until a token is minted for it, it stays out."""
    session.merge(Tombstone(node_id=node_id, deleted_at=now, deleted_by=actor))
    session.execute(update(Token).where(Token.node_id == node_id, Token.revoked_at.is_(None)).values(revoked_at=now))
    facts.credentials_changed(session)


def rotate(session: Session, now: datetime, actor: str, token_id: str) -> tuple[Token, str]:
    """A successor with the same scope; both live for a week, so that no node falls out."""
    old = _get(session, token_id)
    if old.state(now) != "live":
        raise Conflict(f"token {token_id} is {old.state(now)}, expected a live one to rotate")
    ends = now + OVERLAP
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    return mint(session, now, actor, old.node_id, old.name, now + lifetime if lifetime else None)


def move(session: Session, node_id: str, new_id: str) -> None:
    """A renamed node keeps its tokens."""
    session.execute(update(Token).where(Token.node_id == node_id).values(node_id=new_id))
    session.execute(delete(Tombstone).where(Tombstone.node_id == new_id))
    facts.credentials_changed(session)


def admits_fleet(session: Session, node_id: str, now: datetime) -> bool:
    """A fleet-wide token does not speak for a node that has a live one of its own, nor for a deleted one."""
    pinned = session.scalar(select(Token.id).where(Token.node_id == node_id, _live(now)).limit(1))
    return pinned is None and session.get(Tombstone, node_id) is None


def page(session: Session, before: str | None, limit: int) -> Sequence[Token]:
    """Newest first."""
    rows = select(Token).order_by(Token.id.desc()).limit(limit)
    return session.scalars(rows.where(Token.id < before) if before else rows).all()


def of_node(session: Session, node_id: str) -> Sequence[Token]:
    return session.scalars(select(Token).where(Token.node_id == node_id).order_by(Token.id.desc())).all()


def note_use(session: Session, used: Mapping[str, datetime]) -> None:
    for token_id, at in used.items():
        session.execute(update(Token).where(Token.id == token_id).values(used_at=at))


def _live(now: datetime) -> ColumnElement[bool]:
    return and_(Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > now))


def _get(session: Session, token_id: str) -> Token:
    token = session.get(Token, token_id)
    if token is None:
        raise Missing(f"token {token_id} does not exist")
    return token


def _check_node_id(node_id: str) -> None:
    try:
        check_node_id("nodeId", node_id)
    except ValueError as error:
        raise Invalid(str(error)) from None
