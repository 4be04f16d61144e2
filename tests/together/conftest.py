import pytest

from hyprbox.people.model import Role
from tests.servers import serving, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory, sqlite_databases):
    settings = {"HYPRBOX_OFFLINE_AFTER": "3s", "HYPRBOX_SWEEP_INTERVAL": "300ms"}
    with serving(tmp_path_factory.mktemp("server"), sqlite_databases.fresh(), **settings) as server:
        yield server


@pytest.fixture(scope="module")
def admin(server):
    with server.client(server.key(Role.ADMIN)) as client:
        yield client


@pytest.fixture
def status_of(admin):
    def status_of(node_id):
        return admin.get(f"/api/nodes/{node_id}").json().get("status")

    return status_of


@pytest.fixture
def online(status_of):
    def online(node_id):
        wait_until(lambda: status_of(node_id) == "ONLINE")

    return online
