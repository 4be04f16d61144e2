"""INSERT … ON CONFLICT, which both engines have and SQLAlchemy spells per engine."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import DeclarativeBase, Session

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert(session: Session, table: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # a tenth of a command's start, for those who have it

    return postgresql.insert(table)
