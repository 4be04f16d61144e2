"""The database itself, for commands on the control plane's own machine."""

import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from hyprbox import backup, config, migrations
from hyprbox.cli import remote, show
from hyprbox.cli.remote import Remote
from hyprbox.db import Database
from hyprbox.errors import Refusal
from hyprbox.facts import store as facts


def read_config() -> config.Config:
    try:
        return config.read(os.environ)
    except config.BadVariable as error:
        show.fail(str(error), 2)


def open_database(*, made: bool = True) -> Database:
    """Migrated. `made`: where it is not there yet it is made, and that is said, since it may be the wrong folder."""
    settings = read_config()
    try:
        backup.existing(settings.database_url)
    except backup.NotThere as missing:
        if not made:
            show.fail(str(missing))
        print(f"hyprbox: {missing.path} was not there and is made", file=sys.stderr)
    except backup.Failed:
        pass  # PostgreSQL says itself what is not there
    os.umask(0o077)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = Database(settings.database_url, key_file=settings.secret_key_file)
    try:
        migrations.upgrade(db.engine)
    except migrations.SchemaIsNewer as error:
        show.fail(str(error))
    return db


def here_or_there(here: Callable[[Session, datetime], Any], there: Callable[[Remote], Any]) -> Any:
    """The same command on the database itself, or over HTTP where the variables say so. JSON values either way."""
    api = remote.configured()
    if api is not None:
        return there(api)
    db = open_database()
    try:
        with db.session() as session:
            return msgspec.to_builtins(here(session, facts.time(session)))
    except Refusal as refusal:
        show.fail(refusal.detail)
    finally:
        db.close()


def actor() -> str:
    """Whoever may open the database's file is nobody we know by name; the system's name for them must do."""
    return f"{getpass.getuser()} on the command line"


def until(span: timedelta | None) -> datetime | None:
    return None if span is None else datetime.now(UTC) + span
