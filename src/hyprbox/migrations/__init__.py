"""The schema, step by step. `upgrade` brings a database to what this program knows."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text


class SchemaIsNewer(Exception):
    """A newer program has been at work on this database."""


def upgrade(engine: Engine) -> None:
    """SchemaIsNewer when the database has seen a migration that this program does not know."""
    with engine.connect() as connection:
        found = revision(connection)
    if found not in known() and found is not None:
        raise SchemaIsNewer(f"the database is at revision {found}, expected one that this version knows: {head()}")
    if found not in (None, head()):
        _keep_a_copy(engine)
    with engine.begin() as connection:
        _one_at_a_time(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "hyprbox:migrations")
    return config


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
