from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Own(Base):
    """A preset that people of this installation have written: the texts of its files. `sha256` is that of the whole."""

    __tablename__ = "own_presets"

    id: Mapped[str] = mapped_column(primary_key=True)
    toml: Mapped[str]
    script: Mapped[str]
    sha256: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
