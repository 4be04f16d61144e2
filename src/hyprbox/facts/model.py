from datetime import datetime

from sqlalchemy import JSON, BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Fact(Base):
    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class CredentialChange(Base):
    """What every process is to forget of what it has cached; `seq` is the revision that it made."""

    __tablename__ = "credential_changes"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    forget: Mapped[list[str]] = mapped_column(JSON)
