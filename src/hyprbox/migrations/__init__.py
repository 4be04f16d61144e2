"""The schema, step by step. `upgrade` brings a database to what this program knows."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text


class SchemaIsNewer(Exception):
    """A newer program has been at work on this database."""


def upgrade(engine: Engine) -> None:
    """SchemaIsNewer when the database has seen a migration that this program does not know."""
    with engine.begin() as connection:
        _one_at_a_time(connection)
        found = revision(connection)
        if found is not None and found not in known():
            raise SchemaIsNewer(f"the database is at revision {found}, expected one that this version knows: {head()}")
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
