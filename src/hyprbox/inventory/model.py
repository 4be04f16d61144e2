from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Shelf(Base):
    """A part of what is on a node, as it was last told: its items as compressed JSON. `at` is when it last changed."""

    __tablename__ = "inventory"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    items: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int]
    at: Mapped[datetime]


class Change(Base):
    """One item of a node that came, went or became another. `was` is None for what came, `became` for what went."""

    __tablename__ = "inventory_changes"
    __table_args__ = (Index("inventory_changes_by_time", "at"),)

    node_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    part: Mapped[str]
    name: Mapped[str]
    was: Mapped[str | None]
    became: Mapped[str | None]
