"""The schema, step by step. `upgrade` brings a database to what this program knows."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = Path(__file__).parent / "versions"


class SchemaIsNewer(Exception):
    """A newer program has been at work on this database."""


def upgrade(engine: Engine) -> None:
    """SchemaIsNewer when the database has seen a migration that this program does not know."""
    with engine.connect() as connection:
        found = revision(connection)
    if found == head():
        return
    if found not in known() and found is not None:
        raise SchemaIsNewer(f"the database is at revision {found}, expected one that this version knows: {head()}")
    if found is not None:
        _keep_a_copy(engine)
    with engine.begin() as connection:
        _one_at_a_time(connection)
        step(connection, head())


def step(connection: Connection, revision: str) -> None:
    from alembic import command  # a third of a command's start, and nearly all find nothing to do

    command.upgrade(config(connection), revision)


def revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def head() -> str:
    return max(known())


def known() -> set[str]:
    """Each file is named by its revision first."""
    return {path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")}


def config(connection: Connection) -> "Config":
    from alembic.config import Config

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", "hyprbox:migrations")
    return made


def _one_at_a_time(connection: Connection) -> None:
    """Two processes that start together must not migrate together. SQLite's BEGIN IMMEDIATE sees to it by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7298346002)"))


def _keep_a_copy(engine: Engine) -> None:
    """Of an embedded database, beside it: the way back to the program that made it."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    copy = Path(f"{engine.url.database}.before-{head()}")
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(engine.url.database)) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)
