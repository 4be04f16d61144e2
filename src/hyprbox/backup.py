"""Copies of the embedded database: taken while the server runs, put back while it does not."""

import fcntl
import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from hyprbox import migrations
from hyprbox.db import Database
from hyprbox.facts import store as facts
from hyprbox.jobs import store as jobs
from hyprbox.people import doors
from hyprbox.runs import store as runs

HELD_FROM, HELD = 0x40000002, 510  # the bytes of a file that SQLite locks for as long as somebody has it open in WAL


class Failed(Exception):
    """One sentence."""


class NotThere(Failed):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not there, expected the server's database: HYPRBOX_DATA_DIR says where it lies")
        self.path = path


def write(url: str, file: Path) -> None:
    """A whole copy as of one moment, readable by its owner alone."""
    source = existing(url)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise Failed(f"{file} exists already, expected a new name") from None
    try:
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(file)) as copy:
            there.backup(copy)
            if (found := _integrity(copy)) != "ok":
                raise Failed(f"{source} is damaged ({found}), and so would be its backup")
    except BaseException as error:
        file.unlink()  # half a copy would pass for one, and keep the next from its name
        if isinstance(error, sqlite3.Error):
            raise Failed(f"{source} cannot be copied to {file}: {error}") from None
        raise


def restore(url: str, file: Path) -> Path | None:
    """Replaces the database. Yesterday's queue does not run again, nobody stays signed in, credentials wait.
    Answers where that lies now which was there and damaged: over it SQLite writes nothing.
    """
    target = _path(url)
    with closing(sqlite3.connect(file)) as copy:
        if _integrity(copy) != "ok" or not _is_ours(copy):
            raise Failed(f"{file} is damaged or no database of ours, expected a backup")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = _set_aside_if_damaged(target)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))  # by itself SQLite would make it for all to read
        with closing(sqlite3.connect(target, timeout=1)) as here:
            _refuse_if_others_have_it(here, target)
            copy.backup(here)
    begin_epoch(url)
    return aside


def begin_epoch(url: str) -> None:
    """For a database that was restored, by us or by PostgreSQL's own tools, and that nobody has served since."""
    db = Database(url)
    migrations.upgrade(db.engine)
    with db.session() as session:
        now = facts.time(session)
        jobs.expire_unfinished(session, now)
        runs.expire_unfinished(session, now)
        doors.close_everybodys(session)
        facts.begin_epoch(session, now)
    db.close()


def existing(url: str) -> Path:
    """Where the embedded database is. One that is not there is not made: it would be copied, and found whole."""
    path = _path(url)
    if not path.is_file():
        raise NotThere(path)
    return path


def _refuse_if_others_have_it(here: sqlite3.Connection, path: Path) -> None:
    """Only who is alone with a database gets it out of WAL: a server would go on with what it knows of the old one."""
    try:
        here.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise Failed(f"{path} is in use ({error}), expected the server to be stopped") from None


def _set_aside_if_damaged(path: Path) -> Path | None:
    """With its log, so that whoever wants to save something of it has all that there is."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(path, timeout=1)) as here:
        if _integrity(here) == "ok":
            return None
    _refuse_if_anybody_holds(path)
    names = (Path(f"{path}.damaged{n if n > 1 else ''}") for n in count(1))
    aside = next(name for name in names if not name.exists())
    for part in ("-wal", "-shm", ""):
        if os.path.exists(f"{path}{part}"):
            os.rename(f"{path}{part}", f"{aside}{part}")
    return aside


def _refuse_if_anybody_holds(path: Path) -> None:
    """SQLite itself sees the damage before it sees a server that has the file open."""
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, HELD, HELD_FROM)
        except OSError as error:
            raise Failed(f"{path} is in use ({error.strerror}), expected the server to be stopped") from None


def _is_ours(copy: sqlite3.Connection) -> bool:
    """An empty file is a whole database too."""
    return copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is not None


def _integrity(connection: sqlite3.Connection) -> str:
    try:
        return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)


def _path(url: str) -> Path:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        raise Failed("the database is PostgreSQL: use pg_dump and pg_restore, then `hyprbox db restored`")
    return Path(parts.database)
