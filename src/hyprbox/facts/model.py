from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Fact(Base):
    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
