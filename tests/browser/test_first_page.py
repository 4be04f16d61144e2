"""The first page of somebody who has no node yet."""

import httpx
import pytest
from playwright.sync_api import expect

from hyprbox.db import Database
from tests import servers
from tests.browser.test_every_page import too_wide, violations
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory, sqlite_databases):
    """Of which nobody has heard."""
    folder, url = tmp_path_factory.mktemp("first"), sqlite_databases.fresh()
    db = Database(url)
    with servers.serving(folder, url) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        yield World(server, db, http)
    db.close()


def test_home_makes_the_line_and_shows_the_node_when_it_calls(page, world):
    world.sign_in(page, "bo")
    page.goto(f"{world.url}/dashboard")
    expect(page.get_by_text("An administrator can add one.")).to_be_visible()
    expect(page.get_by_role("button", name="Make the line")).to_have_count(0)

    world.sign_in(page, "ada")
    page.goto(f"{world.url}/dashboard")
    expect(page.get_by_role("heading", name="Add your first node")).to_be_visible()
    assert violations(page) == []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == []
    page.get_by_role("button", name="Make the line").click()
    expect(page.locator(".once .oneline code").first).to_contain_text(f"{world.url}/install.sh")
    expect(page.get_by_role("button", name="Copy").first).to_be_visible()

    page.goto(f"{world.url}/dashboard")
    expect(page.locator("#live")).to_have_text("Live")
    world.agent("eu-1").beat()
    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
