"""What is typed on a laptop reaches what is called so, and nothing else."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from hyprbox.cli import remote
from hyprbox.cli.remote import Remote
from hyprbox.people.model import Role
from tests.cast import BEAT
from tests.test_floors import SRC


@pytest.mark.parametrize("stray", ["web?", "web#1", "web?x=%2F", "web%3F", "wéb", "web&limit=1"])
def test_a_node_is_deleted_by_its_own_name_alone(server, fleet, admin, stray):
    """An agent chooses its name: one called so was to be deleted, and web was."""
    for node_id in ("web", stray):
        fleet.post("/api/heartbeat", json=asdict(BEAT) | {"node_id": node_id})
    api = Remote(server.url, server.key(Role.ADMIN))
    with api.http:
        assert api.get(remote.of("nodes", stray))["nodeId"] == stray
        api.delete(remote.of("nodes", stray))
        assert [node["nodeId"] for node in api.items("/api/nodes")] == ["web"]

    assert admin.get("/api/nodes/web").status_code == 200


def test_nor_does_a_name_of_dots_lead_upwards():
    assert remote.of("people", "..", "reset") == "/api/people/%2E%2E/reset"
    assert remote.of("people", "a.b c", "reset") == "/api/people/a.b%20c/reset"


def test_no_command_puts_a_name_into_a_path_by_itself():
    for file in Path(SRC / "hyprbox" / "cli").glob("*.py"):
        assert not re.search(r'f"/api/\w+/\{', file.read_text()), file.name
