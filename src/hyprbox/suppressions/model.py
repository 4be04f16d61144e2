from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base
from hyprbox.findings.model import Ranked
from hyprwire import Severity


class Suppression(Base):
    """What is known and accepted wherever it comes up: a type, or one key of it, on the nodes of a query or on all.

    Empty means any. What is worse than `ceiling` is not held back.
    """

    __tablename__ = "suppressions"
    __table_args__ = (Index("suppressions_lifted", "lifted_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    key: Mapped[str]
    q: Mapped[str]
    ceiling: Mapped[Severity] = mapped_column(Ranked)
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
