import gc
import os
import tempfile
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings

from hyprbox import db as database
from tests import databases, servers, warm
from tests.program import EXECUTABLE

gc.set_threshold(100_000, 50, 100)  # tests are no garbage; looking among them was an eighth of collecting them

servers.popen = warm.Popen

# A machine that is busy with something else is slow, not wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

MEMORY = Path("/dev/shm")

# What takes long begins first, so that no worker is left alone with it at the end; before all, what makes the Debian.
LONG = ["host/test_lockout", "browser", "together", "demo", "survival", "host"]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((n for n, part in enumerate(LONG) if f"tests/{part}" in item.nodeid), len(LONG)))


def pytest_collection_finish():
    gc.freeze()  # nor is what was read to find them


def pytest_terminal_summary(terminalreporter):
    is_told = "the agent under test" if EXECUTABLE else "the agent's executable is tested by `make test-agent`, here"
    terminalreporter.write_line(f"{is_told}: {EXECUTABLE or 'the source'}")


@pytest.fixture(scope="session")
def memory_folder():
    """A folder in memory: a test needs the guarantees of a disk only where it says so."""
    with tempfile.TemporaryDirectory(prefix="hyprbox-tests-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        os.chmod(folder, 0o755)  # PostgreSQL refuses to run as root and needs to reach its data as another user
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_databases(memory_folder):
    return databases.Sqlite(memory_folder)


@pytest.fixture(scope="session")
def postgres_databases(memory_folder):
    postgres = databases.Postgres(memory_folder)
    yield postgres
    postgres.stop()


@pytest.fixture(params=databases.ENGINES)
def database_url(request):
    engine = request.getfixturevalue("sqlite_databases" if request.param == "sqlite" else "postgres_databases")
    url = engine.fresh()
    yield url
    engine.drop(url)


_engine = cache(database._engine)  # it knows the statements that it has compiled: a third of what a test took


@pytest.fixture
def db(database_url, tmp_path):
    """With connections of its own, on an engine that was there before where the address was."""
    with patch.object(database, "_engine", _engine):
        db = database.Database(database_url, key_file=tmp_path / "secret.key")
    yield db
    db.close()


@pytest.fixture
def session(db):
    """One transaction, as a store sees it; never committed."""
    with db.session() as session:
        yield session
        session.rollback()
