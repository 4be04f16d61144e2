"""The usual stage: a control plane in a process, on either engine, an admin of it, and an agent with a fleet token."""

import pytest

from hyprbox.notices import store as notices
from hyprbox.people.model import Role
from tests.cast import NOON
from tests.databases import ENGINES
from tests.hooks import hooks
from tests.servers import serving

__all__ = ["hooks"]


@pytest.fixture(scope="module", params=ENGINES)
def server(request, tmp_path_factory):
    databases = request.getfixturevalue("sqlite_databases" if request.param == "sqlite" else "postgres_databases")
    with serving(tmp_path_factory.mktemp("server"), databases.fresh()) as server:
        yield server


@pytest.fixture(scope="module")
def admin(server):
    with server.client(server.key(Role.ADMIN)) as client:
        yield client


@pytest.fixture(scope="module")
def fleet(server):
    with server.client(server.token("--fleet")) as client:
        yield client


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    return tmp_path_factory.mktemp("key") / "secret.key"


@pytest.fixture
def channel(session, key_file):
    return notices.add_channel(session, NOON, "ada", key_file, "on call", "https://example.com/hook")[0]
