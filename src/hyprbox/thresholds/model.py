from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Rule(Base):
    """How much is too much on the nodes that a query chooses, and which scanners do not look there at all."""

    __tablename__ = "thresholds"

    name: Mapped[str] = mapped_column(primary_key=True)
    q: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class Told(Base):
    """What the agent of a node last said that it looks by, and since when it says so."""

    __tablename__ = "thresholds_taken"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    own: Mapped[list[str]] = mapped_column(JSON)
    refused: Mapped[str]
    at: Mapped[datetime]
