from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Enrolment(Base):
    """A code that new nodes exchange for tokens of their own. `for_node` null: each says what it is called."""

    __tablename__ = "enrolments"

    id: Mapped[str] = mapped_column(primary_key=True)
    for_node: Mapped[str | None]
    labels: Mapped[dict[str, str]] = mapped_column(JSON)
    prefix: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    uses: Mapped[int]
    used: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def state(self, now: datetime) -> str:
        if self.revoked_at:
            return "revoked"
        if self.used >= self.uses:
            return "used"
        return "expired" if self.expires_at <= now else "live"
