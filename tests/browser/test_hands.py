"""Keyboard alone, no script at all, fewer rights, a session that ends: everything else that hands may meet."""

import re

import pytest
from playwright.sync_api import expect

from tests.servers import wait_until
from tests.world import finding

FOCUS = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  const words = element.matches("body") ? "" : element.outerHTML.slice(0, 300);
  return [element.closest(".side") ? 0 : 1, words, box.top, box.height];
}"""


@pytest.fixture
def node(world):
    agent = world.agent("hands-1")
    agent.beat()
    agent.report(
        finding("disk.full", "/", "CRITICAL"), finding("tls.expiring", "/a.pem"), finding("time.unsynced", "clock"),
        types=["disk.full"],
    )  # fmt: skip
    return agent


@pytest.fixture
def plain(browser, world, node):
    """A browser that runs no scripts, signed in as ada."""
    with browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        world.sign_in(page, "ada")
        yield page


@pytest.fixture
def bo(page, world, node):
    """A viewer."""
    world.sign_in(page, "bo")
    return page


def test_keys_lead_everywhere(ada, world, node):
    ada.goto(f"{world.url}/dashboard")
    for key, heading in (("n", "Nodes"), ("f", "Findings"), ("j", "Jobs"), ("p", "Presets"), ("s", "Settings")):
        ada.keyboard.press("g")
        ada.keyboard.press(key)
        expect(ada.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
    ada.keyboard.press("/")
    expect(ada.get_by_label("Search nodes, findings and presets")).to_be_focused()
    ada.keyboard.type("hands-1")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("searchbox", name="Search everything")).to_have_value("hands-1")
    ada.get_by_role("link", name="hands-1").click()
    expect(ada.locator("h1")).to_contain_text("hands-1")


def test_the_palette_leads_to_what_is_typed(ada, world, node):
    ada.goto(f"{world.url}/dashboard")
    ada.keyboard.press("Control+k")
    palette = ada.get_by_role("dialog", name="Go to")
    expect(palette.get_by_role("link", name="Audit log")).to_be_visible()
    ada.keyboard.type("hands-1")
    expect(palette.get_by_role("link", name="hands-1")).to_be_visible()
    ada.keyboard.press("ArrowDown")
    expect(palette.get_by_role("link", name="hands-1")).to_be_focused()
    ada.keyboard.press("Escape")
    expect(palette).to_be_hidden()

    ada.keyboard.press("Control+k")
    ada.keyboard.type("with certb")
    found = palette.locator('[data-found="with%20certb"]')  # for less of it the same was found a moment before
    expect(found.get_by_role("link", name="Renew a certificate with certbot")).to_be_visible()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("heading", name="Renew a certificate with certbot")).to_be_visible()


def test_the_palette_opens_for_who_is_faster_than_the_page(ada, world):
    pressed = "new KeyboardEvent('keydown', {key: 'k', ctrlKey: true})"
    ada.add_init_script(f"addEventListener('DOMContentLoaded', () => document.dispatchEvent({pressed}))")
    ada.goto(f"{world.url}/dashboard")
    expect(ada.get_by_role("dialog", name="Go to").get_by_role("link", name="Audit log")).to_be_visible()


def test_the_palette_offers_a_viewer_only_what_a_viewer_may_open(bo, world):
    bo.goto(f"{world.url}/dashboard")
    bo.keyboard.press("Control+k")
    palette = bo.get_by_role("dialog", name="Go to")
    expect(palette.get_by_role("link", name="My account")).to_be_visible()
    for link in palette.get_by_role("link").all():
        assert bo.request.get(world.url + link.get_attribute("href")).status == 200


def test_a_query_is_completed(ada, world, node):
    world.visitor("ada").post("/dashboard/nodes/hands-1/labels", {"labels": "env=prod role=web"})
    ada.goto(f"{world.url}/dashboard/nodes")
    ada.get_by_role("combobox", name="Filter nodes").press_sequentially("hands- !en")
    expect(ada.locator("#completions option").first).to_have_attribute("value", "hands- !env=prod")


def test_the_first_tab_skips_the_menu(ada, world):
    ada.goto(f"{world.url}/dashboard/nodes")
    ada.keyboard.press("Tab")
    expect(ada.get_by_role("link", name="Skip to the content")).to_be_focused()
    ada.keyboard.press("Enter")
    expect(ada.locator("#main")).to_be_focused()


def test_nothing_moves_for_somebody_who_wants_that(ada, world):
    node = world.agent("still-1")
    node.beat()
    node.report(finding("tls.expiring", "/etc/letsencrypt/live/b/fullchain.pem"), types=["tls.expiring"])
    fix = f"/dashboard/findings/{world.finding_id('still-1', 'tls.expiring')}/fix"
    job = world.visitor("ada").post(fix, {"preset": "certbot-renew", "p.lineage": "b"}).headers["location"]
    node.accept(job.rpartition("/")[2])
    ada.goto(world.url + job)
    wait_until(lambda: ada.evaluate("document.getAnimations().length") > 0)  # else there is nothing to stand still
    ada.emulate_media(reduced_motion="reduce")
    ada.goto(world.url + job)
    expect(ada.get_by_role("log")).to_be_visible()
    assert ada.evaluate("document.getAnimations().length") == 0
    node.complete(job.rpartition("/")[2], 0)


def test_the_tabulator_goes_as_one_reads(ada, world, node):
    """Down the menu, then what is on the page from its top to its end; nothing takes the keyboard captive."""
    ada.goto(f"{world.url}/dashboard/nodes?q=hands-")
    seen = []
    for _ in range(60):
        ada.keyboard.press("Tab")
        here = ada.evaluate(FOCUS)
        if here[1] == "" or here[1] in [each[1] for each in seen]:
            break
        assert here[3] > 0, f"{here[1]} has the focus and is not to be seen"
        seen.append(here)
    assert [part for part, *_ in seen[1:]] == sorted(part for part, *_ in seen[1:])
    tops = [round(top / 40) for part, _, top, _ in seen[1:] if part == 1]
    assert len(tops) > 5
    assert tops == sorted(tops)


def test_all_ticks_at_once_and_none(ada, world, node):
    ada.goto(f"{world.url}/dashboard/nodes?q=hands-")
    ada.get_by_label("Tick all on this page").check()
    expect(ada.get_by_label("Tick hands-1")).to_be_checked()
    expect(ada.get_by_role("button", name="Run a preset…")).to_be_visible()
    ada.get_by_role("button", name="Clear").click()
    expect(ada.get_by_role("button", name="Run a preset…")).to_be_hidden()


def test_a_preset_is_chosen_for_ticked_nodes(ada, world, node):
    ada.goto(f"{world.url}/dashboard/nodes?q=hands-")
    ada.get_by_label("Tick hands-1").check()
    ada.get_by_role("button", name="Run a preset…").click()
    ada.get_by_role("link", name="Renew a certificate with certbot").click()
    expect(ada.get_by_role("textbox", name="Nodes")).to_have_value("hands-1")
    ada.get_by_label("lineage").fill("shop.example")
    ada.get_by_role("button", name="Run it").click()
    expect(ada.locator("h1")).to_contain_text("certbot-renew")


def test_a_value_is_read_off_the_plots(ada, world, node):
    """Off all of them, at the same time of one axis."""
    node.beat(cpu_percent=42)
    ada.goto(f"{world.url}/dashboard/nodes/hands-1?range=1h")
    plots = ada.locator("[data-low]")
    expect(plots).to_have_count(3)
    expect(plots.nth(2).locator(".limit")).to_have_attribute("y1", "12.5%")  # 95 of 60 to 100 %
    box = plots.first.bounding_box()
    ada.mouse.move(box["x"] + box["width"] - 3, box["y"] + 40)
    for plot in plots.all():
        expect(plot.locator(".tag-text")).to_have_text(re.compile(r"\d+ %"))
    expect(ada.locator("[data-start] .tag-text")).to_have_text(re.compile(r"\d\d:\d\d"))
    places = {plot.locator(".cursor").get_attribute("x1") for plot in plots.all()}
    assert len(places) == 1, places
    ada.mouse.move(5, 5)
    expect(ada.locator(".tag-text")).to_have_count(0)


def test_a_command_is_copied(ada, world):
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto(f"{world.url}/dashboard/add-node")
    ada.get_by_label("What the node is called").fill("copied-1")
    ada.get_by_role("button", name="Make the line").click()
    ada.get_by_role("button", name="Copy").first.click()
    expect(ada.get_by_role("button", name="Copied")).to_be_visible()
    assert ada.evaluate("navigator.clipboard.readText()").startswith("{ echo HYPRBOX_ENROLMENT_CODE=hbec_")


def test_a_viewer_sees_state_but_neither_scripts_nor_output_nor_buttons(bo, world, node):
    job_id = world.queue("hands-1", "echo top secret")
    node.accept(job_id)
    node.say(job_id, "secret output\n")
    node.complete(job_id, 0)
    finding_id = world.finding_id("hands-1", "tls.expiring")
    paths = (
        "",
        "/nodes",
        "/nodes/hands-1",
        "/findings",
        f"/findings/{finding_id}",
        "/jobs",
        f"/jobs/{job_id}",
        "/presets",
    )
    for path in paths:
        bo.goto(f"{world.url}/dashboard{path}")
        expect(bo.locator("main h1")).to_be_visible()
        assert "secret" not in bo.content()
        assert bo.locator("main form[method=post], main .button:not(.query .button)").count() == 0


def test_an_operator_sees_output_but_starts_no_scripts(page, world, node):
    job_id = world.queue("hands-1", "echo for operators")
    world.sign_in(page, "olga")
    page.goto(f"{world.url}/dashboard/jobs/{job_id}")
    expect(page.get_by_role("log")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("echo for operators")
    page.goto(f"{world.url}/dashboard/nodes/hands-1")
    expect(page.get_by_role("link", name="Run a preset…")).to_be_visible()
    expect(page.get_by_role("link", name="Run a script…")).to_have_count(0)
    world.visitor("ada").post(f"/dashboard/jobs/{job_id}/cancellation")


def test_a_page_whose_session_has_ended_goes_to_the_door(page, world, node):
    world.sign_in(page, "bo")
    page.goto(f"{world.url}/dashboard/findings")
    expect(page.locator("#live")).to_have_text("Live")
    page.context.clear_cookies()
    node.report(finding("disk.full", "/srv", "CRITICAL"), types=["disk.full"])
    expect(page.get_by_role("heading", name="Sign in to HyprBox")).to_be_visible()


def test_without_scripts_a_finding_is_acknowledged(plain, world):
    plain.goto(f"{world.url}/dashboard")
    item = plain.get_by_role("listitem").filter(has_text="time.unsynced")
    item.get_by_role("link", name="Acknowledge…").click()
    plain.get_by_label("Why").fill("no script needed")
    plain.get_by_role("button", name="Acknowledge").click()
    plain.goto(f"{world.url}/dashboard/findings?state=ACKNOWLEDGED&type=time.unsynced")
    expect(plain.get_by_role("row").filter(has_text="hands-1")).to_be_visible()


def test_without_scripts_ticked_nodes_are_labelled(plain, world, node):
    plain.goto(f"{world.url}/dashboard/nodes?q=node%3Dhands-1")
    plain.get_by_label("Tick hands-1").check()
    plain.get_by_role("button", name="Labels…").click()
    plain.get_by_role("textbox", name="Labels").fill("shelf=7")
    plain.get_by_role("button", name="Save the labels").click()
    plain.goto(f"{world.url}/dashboard/nodes?q=shelf%3D7")
    expect(plain.get_by_role("row", name="hands-1")).to_contain_text("shelf=7")


def test_without_scripts_a_script_is_run_read_and_stopped(plain, world, node):
    plain.goto(f"{world.url}/dashboard/nodes?q=hands-")
    plain.get_by_label("Tick hands-1").check()
    plain.get_by_role("button", name="Run a script…").click()
    plain.get_by_label("Script").fill("echo plain")
    plain.get_by_role("button", name="Run it").click()
    job_id = plain.url.rpartition("/")[2]
    node.accept(job_id)
    node.say(job_id, "\x1b[31mred\x1b[0m <b>\n")
    plain.goto(f"{world.url}/dashboard/jobs/{job_id}")
    expect(plain.get_by_role("log")).to_contain_text("red <b>")
    expect(plain.locator(".ansi-red")).to_have_text("red")

    plain.get_by_text("Cancel…").click()
    plain.get_by_role("button", name="Cancel it").click()
    expect(plain.locator("h1")).to_contain_text("Being cancelled")
    node.complete(job_id, 143, reason="cancel")
