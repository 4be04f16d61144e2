"""Every page: nothing that axe finds, nothing that the browser complains of, in light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.window import Complaints
from tests.world import World, finding

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
FIND = "() => axe.run(document, {resultTypes: ['violations']})"
FIND_CONTRAST = "() => axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})"
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 200))"""

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\u202eetirw\u2066\x07\x1b[31m"
NODE = "evil<b>\u202enode"

PAGES = [
    "/dashboard",
    "/dashboard/nodes",
    "/dashboard/nodes?q=eu+status%3Doffline",
    "/dashboard/nodes/page-1",
    "/dashboard/nodes/page-1/findings",
    "/dashboard/nodes/page-1/jobs",
    "/dashboard/nodes/page-1/settings",
    "/dashboard/add-node",
    "/dashboard/findings",
    "/dashboard/findings?view=list",
    "/dashboard/findings/acknowledgement?type=tls.expiring&severity=CRITICAL",
    "/dashboard/findings/{finding}",
    "/dashboard/jobs",
    "/dashboard/jobs/{ended}",
    "/dashboard/jobs/{running}",
    "/dashboard/jobs/{queued}",
    "/dashboard/run?node=page-1",
    "/dashboard/presets",
    "/dashboard/presets/certbot-renew",
    "/dashboard/settings/tokens",
    "/dashboard/settings/people",
    "/dashboard/settings/keys",
    "/dashboard/settings/audit",
    "/dashboard/settings/account",
    "/dashboard/nodes/{hostile_node}",
    "/dashboard/nodes/{hostile_node}/findings",
    "/dashboard/findings/{hostile_finding}",
    "/dashboard/jobs/{hostile_job}",
    "/api/docs",
]


@pytest.fixture(scope="module")
def ids(world: World) -> dict[str, str]:
    """A sick node with jobs of all kinds, and one whose every word is meant to harm."""
    agent, evil = world.agent("page-1"), world.agent(NODE)
    agent.beat(kernel="6.1", ip="10.0.0.5", uptime_seconds=100_000)
    agent.report(
        finding("tls.expiring", "/etc/a/fullchain.pem", "CRITICAL", "5 days left", daysLeft=5, names=["a", "b"]),
        finding("updates.security", "system"),
        finding("agent.version", "agent", "INFO"),
        types=["tls.expiring", "updates.security", "agent.version"],
    )
    ended, running, queued = (world.queue("page-1", f"echo {n}", env={"A": "b"}) for n in range(3))
    agent.accept(ended)
    agent.say(ended, "\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[34mblue\x1b[0m\n")
    agent.complete(ended, 137, reason="timeout", signal=9, survivors=[{"pid": 7, "comm": "rsync", "state": "D"}])
    agent.accept(running)
    evil.beat(hostname=HOSTILE * 3, os=HOSTILE, kernel=HOSTILE, ip=HOSTILE, region=HOSTILE, agent_version=HOSTILE)
    evil.report(
        finding(
            "evil.<b>type",
            "/" + "k" * 900 + "<b>",
            "CRITICAL",
            HOSTILE * 20,
            **{HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]},
        ),
        types=["evil.<b>type"],
    )
    hostile_job = world.queue(NODE, HOSTILE.replace("\x07", ""))
    evil.accept(hostile_job)
    evil.say(hostile_job, HOSTILE + "\n" + "x" * 1_000_000 + "\n<b>end</b>\n")
    evil.complete(hostile_job, 1, errorMsg=HOSTILE, survivors=[{"pid": 1, "comm": HOSTILE}])
    return {
        "finding": world.finding_id("page-1", "tls.expiring"),
        "hostile_finding": world.finding_id(NODE, "evil.<b>type"),
        "ended": ended, "running": running, "queued": queued, "hostile_job": hostile_job,
        "hostile_node": "evil%3Cb%3E%E2%80%AEnode",
    }  # fmt: skip


def violations(page: Page) -> list[str]:
    """All rules in light, those about contrast in dark as well."""
    found = []
    for scheme, look in (("light", FIND), ("dark", FIND_CONTRAST)):
        page.emulate_media(color_scheme=scheme)
        found += page.evaluate(look)["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(WIDER)
    return found


@pytest.fixture(scope="module")
def looking(context: BrowserContext) -> Iterator[tuple[Page, Complaints]]:
    """One window for all pages, with axe in it; a policy of ours would not let a page load it."""
    with context.new_page() as page:
        page.add_init_script(AXE)
        yield page, Complaints(page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(looking, world, ids, path):
    page, complaints = looking
    world.sign_in(page, "ada")
    assert page.goto(world.url + path.format(**ids)).status == 200
    assert violations(page) == []

    assert page.title() != "owned"
    assert page.locator("script:not([src]), img").count() == 0
    assert "\u202e" not in page.content()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == []
    assert complaints == []


@pytest.mark.parametrize("path", ["/dashboard/sign-in", "/dashboard/welcome/nothing", "/dashboard/nowhere"])
def test_a_page_for_strangers_is_sound(looking, world, path):
    page, complaints = looking
    page.context.clear_cookies()
    status = page.goto(world.url + path).status
    assert (status == 200) == (path == "/dashboard/sign-in")
    assert violations(page) == []
    assert complaints == []


def test_nothing_moves_while_a_page_loads_and_refreshes(ada, world, ids):
    """Cumulative layout shift, measured by the browser itself."""
    ada.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    for path in ("/dashboard", "/dashboard/nodes", "/dashboard/nodes/page-1"):
        ada.goto(world.url + path)
        world.agent("page-1").beat()
        ada.wait_for_timeout(400)
        assert ada.evaluate("window.shift") < 0.01
