"""A script is run, watched, stopped and run again."""

import pytest
from playwright.sync_api import expect

from tests.servers import wait_until

LINE = "0123456789 the quick brown fox jumps over the lazy dog, again and again and again\n"
# The most lines that ever came with one frame, and the most lines and elements that ever were there.
WATCH_PARTS = """log => {
  window.largest = window.lines = window.elements = 0;
  const count = (text) => text.split("\\n").length;
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.parentNode === log);
    window.largest = Math.max(window.largest, added.reduce((sum, node) => sum + count(node.textContent), 0));
    window.lines = Math.max(window.lines, count(log.textContent));
    window.elements = Math.max(window.elements, log.querySelectorAll("*").length);
  }).observe(log, {childList: true});
}"""


@pytest.fixture
def node(world):
    agent = world.agent("jobs-1")
    agent.beat()
    return agent


@pytest.fixture
def running(world, node):
    job_id = world.queue("jobs-1", "echo something")
    node.accept(job_id)
    yield job_id
    node.complete(job_id, 0)


ENDS_WITH = "(log, words) => log.textContent.trimEnd().endsWith(words)"


def watch(page, world, job_id):
    page.goto(f"{world.url}/dashboard/jobs/{job_id}")
    expect(page.locator("[data-following]")).to_have_text("Live")
    return page.get_by_role("log")


def test_a_script_for_one_node_leads_to_its_job(ada, world, node):
    ada.goto(f"{world.url}/dashboard/nodes/jobs-1")
    ada.get_by_role("link", name="Run a script…").click()
    ada.get_by_label("Script").fill("set -e\nuptime --pretty")
    ada.get_by_label("Environment").fill("LEVEL=3")
    ada.get_by_role("button", name="Run it").click()

    expect(ada.locator("h1")).to_contain_text("uptime --pretty")
    expect(ada.locator("h1")).to_contain_text("Queued")
    ada.get_by_text("Script and environment").click()
    expect(ada.get_by_label("The script")).to_have_text("set -e\nuptime --pretty")
    expect(ada.locator(".source .facts")).to_contain_text("LEVEL")

    ada.get_by_text("Cancel…").click()
    ada.get_by_role("button", name="Cancel it").click()
    expect(ada.locator("h1")).to_contain_text("Cancelled")
    expect(ada.get_by_text("Cancelled by ada before it started.")).to_be_visible()


def test_a_script_for_ticked_nodes_is_planned_and_becomes_a_run(ada, world, node):
    world.agent("jobs-2").beat()
    ada.goto(f"{world.url}/dashboard/nodes?q=jobs-")
    ada.get_by_label("Tick jobs-1").check()
    ada.get_by_label("Tick jobs-2").check()
    ada.get_by_role("button", name="Run a script…").click()
    expect(ada.get_by_role("textbox", name="Nodes", exact=True)).to_have_value("node=jobs-1,jobs-2")
    ada.get_by_role("textbox", name="Script").fill("true # for two")
    ada.get_by_role("button", name="Show the plan").click()
    expect(ada.get_by_role("heading", name="The plan: 2 nodes in 2 batches")).to_be_visible()
    ada.get_by_role("button", name="Begin the run").click()

    expect(ada.get_by_role("heading", name="true # for two")).to_be_visible()
    expect(ada.get_by_role("row").filter(has_text="jobs-1")).to_be_visible()
    ada.get_by_text("Stop…").click()
    ada.get_by_role("button", name="Stop it").click()
    expect(ada.locator("h1")).to_contain_text("Stopped")
    for row in world.visitor("ada").get("/api/jobs?state=QUEUED").json()["items"]:
        world.visitor("ada").post(f"/dashboard/jobs/{row['id']}/cancellation")


def test_a_form_that_is_refused_keeps_what_was_typed(ada, world, node):
    ada.goto(f"{world.url}/dashboard/run?node=nowhere")
    ada.get_by_label("Script").fill("<b>\n echo 'kept'")
    ada.get_by_role("button", name="Run it").click()
    expect(ada.get_by_role("alert")).to_have_text("Node nowhere is not known.")
    expect(ada.get_by_label("Script")).to_have_value("<b>\n echo 'kept'")


def test_output_appears_as_it_is_written_and_goes_on_after_a_reload(ada, world, node, running):
    log = watch(ada, world, running)
    node.say(running, "first \x1b[1mbold\x1b[0m\n")
    expect(log).to_contain_text("first bold")
    ada.reload()
    node.say(running, "second\n")
    expect(log).to_contain_text("first bold\nsecond")
    assert log.inner_text().count("first") == 1


def test_ten_megabytes_come_in_parts_and_the_last_lines_stay(ada, world, node, running):
    """Not how long a part takes, which is the machine's, but how much the page is ever asked to do at once."""
    log = watch(ada, world, running)
    log.evaluate(WATCH_PARTS)
    node.say(running, LINE * 25_000)
    ada.get_by_role("button", name="Stop following").click()  # it listens while more comes
    expect(ada.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    for _ in range(4):
        node.say(running, LINE * 25_000)
    node.say(running, "the very end\n")

    wait_until(lambda: log.evaluate(ENDS_WITH, "the very end"), seconds=120)
    expect(ada.locator("[data-left-out]")).to_be_visible()
    assert log.evaluate("log => log.textContent.split('\\n').length") > 3000
    largest, most_lines, most_elements = ada.evaluate("[window.largest, window.lines, window.elements]")
    assert 0 < largest <= 1001
    assert most_lines <= 6100
    assert most_elements < 100


def test_a_line_of_a_megabyte_is_cut_and_the_next_one_is_whole(ada, world, node, running):
    log = watch(ada, world, running)
    node.say(running, "begun, and ")
    expect(log).to_contain_text("begun, and")
    node.say(running, "x" * 1_000_000 + "\nthe next\nand no end")
    expect(log).to_contain_text("the rest of this line is in the raw output\nthe next\nand no end")
    node.say(running, " of this one\n")
    expect(log).to_contain_text("and no end of this one")
    assert log.evaluate("log => log.textContent.length") < 6000
    assert log.evaluate("log => log.querySelectorAll('*').length") < 10


def test_what_the_page_itself_scrolls_undoes_no_click(ada, world, node, running):
    """More comes than is kept, so all before it goes, and what is there is shorter than where one was."""
    log = watch(ada, world, running)
    node.say(running, LINE * 3000 + "pause\n")
    wait_until(lambda: log.evaluate(ENDS_WITH, "pause"))

    ada.get_by_role("button", name="Stop following").click()
    node.say(running, LINE * 25_000 + "the very end\n")
    wait_until(lambda: log.evaluate(ENDS_WITH, "the very end"), seconds=120)
    expect(ada.get_by_role("button", name="Follow", exact=True)).to_be_visible(timeout=1)


def test_it_follows_until_somebody_scrolls_up(ada, world, node, running):
    log = watch(ada, world, running)
    node.say(running, LINE * 200)
    expect(ada.get_by_role("button", name="Stop following")).to_be_visible()
    wait_until(lambda: log.evaluate("log => log.scrollTop") > 100)

    log.evaluate("log => log.scrollTop = 50")
    expect(ada.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    node.say(running, "more\n")
    expect(log).to_contain_text("more")
    assert log.evaluate("log => log.scrollTop") == 50
    ada.get_by_role("button", name="Follow", exact=True).click()
    wait_until(lambda: log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 2)


def test_the_end_comes_by_itself_with_its_reason(ada, world, node):
    job_id = world.queue("jobs-1", "sleep 1h", timeoutSeconds=60)
    node.accept(job_id)
    watch(ada, world, job_id)
    node.complete(job_id, 137, reason="timeout", signal=9, output="bye\n", survivors=[{"pid": 4321, "comm": "nginx"}])

    expect(ada.get_by_role("heading", name="Stopped after 1 min, its time limit")).to_be_visible()
    expect(ada.locator("[data-following]")).to_have_text("Ended")
    expect(ada.get_by_role("log")).to_contain_text("bye")
    expect(ada.get_by_role("cell", name="4321")).to_be_visible()

    ada.get_by_text("Run again…").click()
    ada.get_by_role("button", name="Run it again").click()
    expect(ada.locator("h1")).to_contain_text("Queued")
    world.visitor("ada").post(f"/dashboard/jobs/{ada.url.rpartition('/')[2]}/cancellation")


def test_a_running_job_is_asked_to_stop(ada, world, node):
    job_id = world.queue("jobs-1", "sleep 1h")
    node.accept(job_id)
    watch(ada, world, job_id)
    ada.get_by_text("Cancel…").click()
    ada.get_by_role("button", name="Cancel it").click()
    expect(ada.locator("h1")).to_contain_text("Being cancelled")

    node.complete(job_id, 143, reason="cancel")
    expect(ada.get_by_role("heading", name="Cancelled by ada after")).to_be_visible()
