"""Is the database whole: its pages, its references, its audit chain, its schema."""

from pathlib import Path

from sqlalchemy import text

from hyprbox import migrations
from hyprbox.audit import store as audit
from hyprbox.audit import witness
from hyprbox.db import Database


def complaints(db: Database, data_dir: Path) -> list[str]:
    """A sentence for each damage; none when all is well."""
    found = []
    with db.session() as session:
        if db.is_sqlite:
            result = session.scalar(text("PRAGMA integrity_check(1)"))
            if result != "ok":
                found.append(f"integrity_check says {result}")
            if session.execute(text("PRAGMA foreign_key_check")).first():
                found.append("there are rows that belong to nothing")
        if broken := audit.first_broken(session):
            found.append(f"audit entry {broken} does not follow from the one before it: somebody has changed the log")
        if missed := witness.missed(session, data_dir):
            found.append(f"audit entry {missed}, which was there, is gone or another one: somebody has changed the log")
    with db.engine.connect() as connection:
        if (found_at := migrations.revision(connection)) != migrations.head():
            found.append(f"the schema is at {found_at}, expected {migrations.head()}")
    return found
