"""A token as programs see it: everything but itself."""

from dataclasses import dataclass
from datetime import datetime

from hyprbox.tokens.model import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    id: str
    name: str
    nodeId: str | None
    prefix: str
    state: str
    createdAt: datetime
    createdBy: str
    expiresAt: datetime | None
    revokedAt: datetime | None
    usedAt: datetime | None


def view(token: Token, now: datetime) -> TokenView:
    return TokenView(
        id=token.id, name=token.name, nodeId=token.node_id, prefix=token.prefix, state=token.state(now),
        createdAt=token.created_at, createdBy=token.created_by, expiresAt=token.expires_at,
        revokedAt=token.revoked_at, usedAt=token.used_at,
    )  # fmt: skip
