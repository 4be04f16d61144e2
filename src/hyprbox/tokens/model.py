from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Token(Base):
    """What an agent shows. `node_id` pins it to one node; null is fleet-wide."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    node_id: Mapped[str | None] = mapped_column(index=True)
    prefix: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    def state(self, now: datetime) -> str:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "live"


class Tombstone(Base):
    """A deleted node: its agent is not let in again until somebody enrols it anew."""

    __tablename__ = "tombstones"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    deleted_at: Mapped[datetime]
    deleted_by: Mapped[str]
