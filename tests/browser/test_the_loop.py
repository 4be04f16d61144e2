"""What the product exists for: finding, fix, job, second scan, proof; seen by somebody who never reloads."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.world import finding

CERT = "/etc/letsencrypt/live/shop.example/fullchain.pem"


@pytest.fixture
def sick(world, request):
    agent = world.agent(request.node.name.replace("test_", "").replace("_", "-")[:40])
    agent.beat()
    agent.report(expiring(), types=["tls.expiring"])
    return agent


def expiring():
    return finding("tls.expiring", CERT, "CRITICAL", "shop.example expires in 5 days", daysLeft=5)


def open_finding(page, world, agent):
    page.goto(f"{world.url}/dashboard/findings/{world.finding_id(agent.node_id, 'tls.expiring')}")
    expect(page.locator("#live")).to_have_text("Live")


def job_of(page):
    return page.url.rpartition("/")[2]


def test_a_finding_is_fixed_and_proven(ada, world, sick):
    ada.goto(f"{world.url}/dashboard")
    ada.get_by_role("listitem").filter(has_text="tls.expiring").first.get_by_role("link", name="Fix…").click()
    ada.wait_for_url("**/findings**")
    if "type=" in ada.url:  # there are others like it
        ada.get_by_role("row").filter(has_text=sick.node_id).get_by_role("link", name="Fix…").click()
    expect(ada.get_by_label("lineage")).to_have_value("shop.example")
    ada.get_by_role("button", name=f"Fix it on {sick.node_id[:20]}").click()
    job_id = job_of(ada)
    expect(ada.get_by_text(f"{sick.node_id} is online and has not fetched it yet.")).to_be_visible()

    sick.accept(job_id)
    expect(ada.locator("h1")).to_contain_text("Running")
    sick.say(job_id, "\x1b[32mrenewed\x1b[0m\n")
    expect(ada.locator(".console .ansi-green")).to_have_text("renewed")
    sick.complete(job_id, 0)
    expect(ada.locator("h1")).to_contain_text("Succeeded")
    expect(ada.get_by_role("listitem").filter(has_text=CERT)).to_contain_text("Being fixed")

    sick.report(types=["tls.expiring"], job_id=job_id)
    expect(ada.get_by_role("listitem").filter(has_text=CERT)).to_contain_text("Verified fixed")
    ada.get_by_role("link", name="Certificate expires").click()
    expect(ada.locator("h1")).to_contain_text("Verified fixed")
    story = ada.locator(".timeline h3")
    expect(story).to_have_text(["Seen", "Fix started by ada", "Job ended", "Scanned again", "Resolved, verified fixed"])
    before, after = ada.get_by_role("row", name="Finding").get_by_role("cell").all()
    expect(before).to_have_text("shop.example expires in 5 days")
    expect(after).to_have_text("not found any more")
    with ada.expect_download() as saved:
        ada.get_by_role("link", name="Download proof").click()
    assert "VERIFIED_FIXED" in Path(saved.value.path()).read_text()


def test_a_proof_prints_as_what_it_says_and_nothing_around_it(ada, world, sick):
    open_finding(ada, world, sick)
    ada.get_by_role("button", name="Fix it on").click()
    job_id = job_of(ada)
    sick.accept(job_id)
    sick.complete(job_id, 0)
    sick.report(types=["tls.expiring"], job_id=job_id)
    open_finding(ada, world, sick)
    ada.emulate_media(media="print")
    ada.set_viewport_size({"width": 673, "height": 900})  # of a sheet of A4, narrower than many a phone's page
    row = ada.locator(".evidence tbody tr").first
    expect(row).to_have_css("display", "table-row")
    expect(ada.locator(".only-print")).to_contain_text("The signed original is the file proof-")
    expect(ada.locator(".side")).to_be_hidden()
    expect(ada.get_by_role("link", name="Download proof")).to_be_hidden()
    assert ada.locator(".evidence del").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"


def test_a_fix_that_did_not_help_is_said_so(ada, world, sick):
    open_finding(ada, world, sick)
    ada.get_by_role("button", name="Fix it on").click()
    job_id = job_of(ada)
    sick.accept(job_id)
    sick.complete(job_id, 0)
    sick.report(expiring(), types=["tls.expiring"], job_id=job_id)

    open_finding(ada, world, sick)
    expect(ada.locator("h1")).to_contain_text("Critical")
    expect(ada.locator(".timeline li").last).to_contain_text("Not fixed")
    expect(ada.get_by_role("listitem").filter(has_text="certbot-renew")).to_contain_text("Not fixed")


def test_a_value_that_does_not_fit_is_said_at_its_field(ada, world, sick):
    open_finding(ada, world, sick)
    ada.get_by_label("lineage").fill("no such; name")
    ada.get_by_role("button", name="Fix it on").click()

    expect(ada.get_by_text("lineage is 'no such; name', expected")).to_be_visible()
    expect(ada.get_by_label("lineage")).to_have_value("no such; name")


def test_a_finding_is_acknowledged_taken_up_snoozed_and_resolved(ada, world, sick):
    open_finding(ada, world, sick)
    ada.get_by_text("Acknowledge…").click()
    ada.get_by_role("textbox", name="Why").fill("waits for the sale to end")
    ada.get_by_role("combobox", name="How long").select_option("for a week")
    ada.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(ada.get_by_text("“waits for the sale to end”")).to_be_visible()
    expect(ada.locator("h1")).to_contain_text("Acknowledged")

    ada.get_by_role("button", name="Take it up again").click()
    ada.get_by_text("Snooze…").click()
    ada.get_by_role("button", name="Snooze", exact=True).click()
    expect(ada.locator("h1")).to_contain_text("Snoozed")

    ada.get_by_text("Resolve…").click()
    ada.get_by_label("How it was settled").fill("the site is gone")
    ada.get_by_role("button", name="Resolve", exact=True).click()
    expect(ada.locator("h1")).to_contain_text("Resolved by hand")
    expect(ada.locator(".timeline")).to_contain_text("the site is gone")


def test_a_whole_type_is_acknowledged_from_home(ada, world):
    for n in range(3):
        agent = world.agent(f"many-{n}")
        agent.beat()
        agent.report(finding("raid.degraded", "md1", "CRITICAL"), types=["raid.degraded"])
    ada.goto(f"{world.url}/dashboard")
    problem = ada.get_by_role("listitem").filter(has_text="RAID array degraded").filter(has_text="3 nodes")
    problem.get_by_role("link", name="Acknowledge…").click()
    ada.get_by_role("textbox", name="Why").fill("disks are ordered")
    ada.get_by_role("button", name="Acknowledge all").click()

    expect(ada.locator(".work li").filter(has_text="RAID array degraded")).to_have_count(0)
    ada.goto(f"{world.url}/dashboard/findings?type=raid.degraded&state=ACKNOWLEDGED")
    expect(ada.locator("tbody tr")).to_have_count(3)


def test_home_shows_news_without_a_reload_and_info_never(ada, world):
    ada.goto(f"{world.url}/dashboard")
    expect(ada.locator("#live")).to_have_text("Live")
    agent = world.agent("fresh-1")
    agent.beat()
    agent.report(
        finding("backup.missing", "/srv/*.dump", "CRITICAL"), finding("agent.version", "x", "INFO"),
        types=["backup.missing", "agent.version"],
    )  # fmt: skip

    expect(ada.get_by_role("listitem").filter(has_text="Backup missing").first).to_be_visible()
    expect(ada).to_have_title(re.compile(r"\(\d+\) Home · HyprBox"))
    expect(ada.get_by_text("Agent: version")).to_have_count(0)


def test_a_question_that_is_open_stays_open_while_the_page_refreshes(ada, world, sick):
    open_finding(ada, world, sick)
    ada.get_by_text("Acknowledge…").click()
    ada.get_by_role("textbox", name="Why").fill("half a sent")
    sick.report({**expiring(), "message": "shop.example expires in 4 days"}, types=["tls.expiring"])
    world.agent("other-1").beat()
    world.agent("other-1").report(finding("disk.full", "/"), types=["disk.full"])

    expect(ada.locator(".message")).to_have_text("shop.example expires in 4 days")
    expect(ada.get_by_role("textbox", name="Why")).to_have_value("half a sent")
    ada.keyboard.press("Escape")
    expect(ada.get_by_role("textbox", name="Why")).to_be_hidden()
