"""More than fifty faults in a booted Debian: each is found, and nothing else is."""

import pytest

from tests.host import agent, faults

SETTINGS = faults.SETTINGS | {"HYPRBOX_NODE_TOKEN_FILE": "/etc/hyprbox/token", "HYPRBOX_API_URL": "http://api.example"}


@pytest.fixture
def box(box):
    """With the lists of packages as fresh as they are on a server, and no updates since they were fetched."""
    box.run("touch /var/lib/apt/lists/partial; : > /var/lib/apt/lists/*security*_Packages")
    agent.install(box)
    return box


def test_a_server_as_it_is_installed_has_nothing_that_is_wrong(box):
    seen = agent.scan(box, HYPRBOX_API_URL="https://api.example")

    assert {f"{one['type']} {one['key']}" for one in seen["findings"]} == faults.OF_ANY_DEBIAN
    assert [run["name"] for run in seen["scanners"] if not run["ok"]] == []


def test_every_fault_is_found_and_nothing_else(box):
    assert len(faults.expected()) >= 45
    box.run(faults.SCRIPT)

    seen = agent.scan(box, **SETTINGS)

    assert faults.told(seen["findings"]) == faults.expected()
    assert faults.told(agent.scan(box, **SETTINGS)["findings"]) == faults.expected(), "the second time it remembers"
