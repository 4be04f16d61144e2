"""The list of nodes shows what nodes have said, and keeps up."""

from playwright.sync_api import expect

from tests.world import finding


def test_a_node_that_calls_is_in_the_list(ada, world):
    world.agent("list-1").beat(cpu_percent=91, disk_percent=98)
    ada.goto(f"{world.url}/dashboard/nodes?q=list-")

    expect(ada.get_by_role("row", name="list-1")).to_contain_text("Online")
    expect(ada.get_by_role("row", name="list-1")).to_contain_text("98")


def test_the_list_keeps_up_without_losing_a_tick(ada, world):
    world.agent("list-1").beat()
    ada.goto(f"{world.url}/dashboard/nodes?q=list-")
    ada.get_by_label("Tick list-1").check()
    expect(ada.locator("#live")).to_have_text("Live")
    world.agent("list-2").beat()

    expect(ada.get_by_role("row", name="list-2")).to_be_visible(timeout=10_000)
    expect(ada.get_by_label("Tick list-1")).to_be_checked()
    expect(ada.get_by_text("1 ticked")).to_be_visible()


def test_the_worst_comes_first_and_a_query_narrows(ada, world):
    for node_id in ("list-1", "list-3"):
        world.agent(node_id).beat()
    world.agent("list-3").report(finding("disk.full", "/", "CRITICAL"), types=["disk.full"])
    ada.goto(f"{world.url}/dashboard/nodes?q=list-")
    expect(ada.locator("tbody tr").first).to_contain_text("list-3")

    ada.get_by_role("combobox", name="Filter nodes").fill("list- finding>=critical")
    ada.keyboard.press("Enter")
    expect(ada.locator("tbody tr")).to_have_count(1)
    ada.get_by_label("Remove the filter finding>=critical").click()
    expect(ada.locator("tbody tr")).not_to_have_count(1)
