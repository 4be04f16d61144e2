from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Window(Base):
    """When something may be done on the nodes that a query chooses: from each time of `cron` on for `seconds`."""

    __tablename__ = "windows"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    q: Mapped[str]
    cron: Mapped[str]
    zone: Mapped[str]
    seconds: Mapped[int]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
