"""Node tokens: minted once, shown once, pinned or fleet-wide, revocable."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from hyprbox import ids, secret
from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.facts import store as facts
from hyprbox.tokens.badge import Badge
from hyprbox.tokens.model import Token, Tombstone
from hyprwire.names import check_node_id

KIND = "hbnt_"
OVERLAP = timedelta(days=7)
LONGEST_NAME = 100


def mint(
    session: Session, now: datetime, actor: str, node_id: str | None, name: str = "", expires_at: datetime | None = None
) -> tuple[Token, str]:
    """The row and the token's text, which is nowhere else from here on."""
    if node_id is not None:
        _check_node_id(node_id)
    if len(name) > LONGEST_NAME:
        raise Invalid(f"name has {len(name)} characters, expected at most {LONGEST_NAME}")
    if expires_at is not None and expires_at <= now:
        raise Invalid(f"expiresAt is {expires_at.isoformat()}, expected a time in the future")
    made = secret.mint(KIND)
    token = Token(
        id=ids.new(), name=name, node_id=node_id, prefix=made.prefix, digest=made.digest,
        created_at=now, created_by=actor, expires_at=expires_at,
    )  # fmt: skip
    session.add(token)
    session.execute(delete(Tombstone).where(Tombstone.node_id == node_id))
    facts.credentials_changed(session, now, node_id or "")
    audit.record(session, now, actor, "token.mint", token.id, node=node_id, name=name)
    return token, made.text


def find(session: Session, texts: list[str]) -> dict[str, Badge]:
    """What the live ones among these allow: by the prefix, then in constant time. Expired ones are told when used."""
    by_prefix: dict[str, list[Token]] = {}
    wanted = select(Token).where(Token.prefix.in_({secret.prefix(text) for text in texts}), Token.revoked_at.is_(None))
    for token in session.scalars(wanted):
        by_prefix.setdefault(token.prefix, []).append(token)
    return {
        text: Badge(token.id, token.node_id, token.expires_at)
        for text in texts
        for token in by_prefix.get(secret.prefix(text), ())
        if text.startswith(KIND) and secret.same(token.digest, secret.digest(text))
    }


def revoke(session: Session, now: datetime, actor: str, token_id: str) -> Token:
    token = _get(session, token_id)
    if token.revoked_at is None:
        token.revoked_at = now
        facts.credentials_changed(session, now, token.digest, token.node_id or "")
        audit.record(session, now, actor, "token.revoke", token_id, node=token.node_id)
    return token


def bury(session: Session, now: datetime, actor: str, node_id: str) -> None:
    """For the deletion of a node, which is audited as a whole: until a token is minted for it, it stays out."""
    session.merge(Tombstone(node_id=node_id, deleted_at=now, deleted_by=actor))
    revoked = update(Token).where(Token.node_id == node_id, Token.revoked_at.is_(None)).values(revoked_at=now)
    facts.credentials_changed(session, now, node_id, *session.scalars(revoked.returning(Token.digest)))


def rotate(session: Session, now: datetime, actor: str, token_id: str) -> tuple[Token, str]:
    """A successor with the same scope; both live for a week, so that no node falls out."""
    old = _get(session, token_id)
    if old.state(now) != "live":
        raise Conflict(f"token {token_id} is {old.state(now)}, expected a live one to rotate")
    ends = now + OVERLAP
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    facts.credentials_changed(session, now, old.digest)
    return mint(session, now, actor, old.node_id, old.name, now + lifetime if lifetime else None)


def move(session: Session, now: datetime, node_id: str, new_id: str) -> None:
    """A renamed node keeps its tokens."""
    moved = update(Token).where(Token.node_id == node_id).values(node_id=new_id).returning(Token.digest)
    facts.credentials_changed(session, now, node_id, new_id, *session.scalars(moved))
    session.execute(delete(Tombstone).where(Tombstone.node_id == new_id))


def admit_fleet(session: Session, node_ids: list[str], now: datetime) -> dict[str, bool]:
    """A fleet-wide token does not speak for a node that has a live one of its own, nor for a deleted one."""
    pinned = session.scalars(select(Token.node_id).where(Token.node_id.in_(node_ids), _live(now))).all()
    buried = session.scalars(select(Tombstone.node_id).where(Tombstone.node_id.in_(node_ids))).all()
    return {node_id: node_id not in {*pinned, *buried} for node_id in node_ids}


def is_pinned(session: Session, node_id: str, now: datetime) -> bool:
    """Whether a live token speaks for just this node."""
    return session.scalar(select(Token.id).where(Token.node_id == node_id, _live(now)).limit(1)) is not None


def expiring(session: Session, now: datetime, before: datetime) -> dict[str, datetime]:
    """By node, when the last of its own tokens ends, if that is so soon. Without any it is somebody else's concern."""
    last = func.max(Token.expires_at)
    own = select(Token.node_id, last).where(Token.node_id.is_not(None), _live(now)).group_by(Token.node_id)
    soon = own.having(func.count() == func.count(Token.expires_at), last < before)
    return {node_id: at for node_id, at in session.execute(soon) if node_id and at}


def page(session: Session, before: str | None, limit: int) -> Sequence[Token]:
    """Newest first."""
    rows = select(Token).order_by(Token.id.desc()).limit(limit)
    return session.scalars(rows.where(Token.id < before) if before else rows).all()


def of_node(session: Session, node_id: str) -> Sequence[Token]:
    return session.scalars(select(Token).where(Token.node_id == node_id).order_by(Token.id.desc())).all()


def note_use(session: Session, used: Mapping[str, datetime]) -> None:
    if used:
        session.execute(update(Token), [{"id": token_id, "used_at": at} for token_id, at in used.items()])


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
