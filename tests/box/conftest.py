"""The usual stage: a control plane in a process, on either engine, an admin of it, and an agent with a fleet token."""

import pytest

from hyprbox.people.model import Role
from tests.databases import ENGINES
from tests.hooks import hooks
from tests.servers import serving

__all__ = ["hooks"]


@pytest.fixture(scope="module", params=ENGINES)
def server(request, tmp_path_factory):
    url = request.getfixturevalue("postgres_databases").fresh() if request.param == "postgresql" else None
    with serving(tmp_path_factory.mktemp("server"), url) as server:
        yield server


@pytest.fixture(scope="module")
def admin(server):
    with server.client(server.key(Role.ADMIN)) as client:
        yield client


@pytest.fixture(scope="module")
def fleet(server):
    with server.client(server.token("--fleet")) as client:
        yield client
