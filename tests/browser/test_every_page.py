"""Every page: nothing that axe finds, nothing that the browser complains of, in light and dark, wide and narrow."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from litestar.handlers import HTTPRouteHandler
from playwright.sync_api import BrowserContext, Page, expect

from hyprbox import app
from hyprbox.guards import store as guards
from tests.browser.window import VIEWPORT, Complaints
from tests.servers import wait_until
from tests.world import PASSWORD, World, finding

SCREENSHOTS = Path(__file__).parents[2] / "tools/screenshots.py"
AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
HAS_AXE = "typeof axe === 'object'"
FIND = "() => axe.run(document, {resultTypes: ['violations'], preload: false})"
FIND_CONTRAST = "() => axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})"
WIDE, PHONE = 1440, 390
# Everything in light and in dark, wide and on a phone; what is only there on a wide screen has its colours in dark too.
LOOKS = [("light", WIDE, FIND), ("dark", WIDE, FIND_CONTRAST), ("dark", PHONE, FIND)]
# Cumulative layout shift, measured by the browser itself.
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true})"""
WIRE = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map(entry => [entry.name, entry.transferSize])"""
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 200))"""

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\u202eetirw\u2066\x07\x1b[31m"
NODE = "evil<b>\u202enode"

API = "/api/docs"
SHORTER = """() => document.querySelectorAll("article.call:nth-of-type(n+4)").forEach(each => each.remove())"""
PAGES = [
    "/dashboard",
    "/dashboard/nodes",
    "/dashboard/nodes?q=eu+status%3Doffline",
    "/dashboard/nodes/page-1",
    "/dashboard/nodes/page-1/findings",
    "/dashboard/nodes/page-1/jobs",
    "/dashboard/nodes/page-1/inventory?part=packages",
    "/dashboard/nodes/page-1/settings",
    "/dashboard/add-node",
    "/dashboard/label-nodes?node=page-1&node={hostile_node}",
    "/dashboard/findings",
    "/dashboard/findings?view=list",
    "/dashboard/findings/acknowledgement?type=tls.expiring&severity=CRITICAL",
    "/dashboard/findings/{finding}",
    "/dashboard/findings/{fixed}",
    "/dashboard/jobs",
    "/dashboard/jobs/{ended}",
    "/dashboard/jobs/{running}",
    "/dashboard/jobs/{queued}",
    "/dashboard/jobs/{guarded}",
    "/dashboard/guards/{guarded}",
    "/dashboard/run?node=page-1",
    "/dashboard/runs",
    "/dashboard/runs/{run}",
    "/dashboard/begin-run?q=page-1",
    "/dashboard/begin-run?q=page-1&preset=apt-security-upgrade",
    "/dashboard/schedules",
    "/dashboard/suppressions",
    "/dashboard/search?q=page",
    "/dashboard/search?q=%3Cscript%3E%22evil%3Cb%3E%E2%80%AE",
    "/dashboard/search?q=nothing+is+called+that",
    "/dashboard/presets",
    "/dashboard/presets/certbot-renew",
    "/dashboard/settings/tokens",
    "/dashboard/settings/people",
    "/dashboard/settings/keys",
    "/dashboard/settings/thresholds",
    "/dashboard/settings/audit",
    "/dashboard/settings/sessions",
    "/dashboard/settings/notifications",
    "/dashboard/settings/retention",
    "/dashboard/settings/server",
    "/dashboard/settings/account",
    "/dashboard/settings/account/second-factor",
    "/dashboard/nodes/{hostile_node}",
    "/dashboard/nodes/{hostile_node}/inventory?part=packages",
    "/dashboard/nodes/{hostile_node}/findings",
    "/dashboard/findings/{hostile_finding}",
    "/dashboard/jobs/{hostile_job}",
    API,
]

FOR_STRANGERS = ["/dashboard/sign-in", "/dashboard/welcome/nothing", "/dashboard/nowhere"]
# What the router has besides pages: streams, parts of pages, files, and ways to somewhere else.
NO_PAGES = {"/live", "/jobs/*/live", "/palette", "/completions", "/remediations/*/proof", "/settings"}
NO_PAGES |= {"/sign-in/openid", "/sign-in/openid/back"}


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
    agent.stock("packages", {"nginx": "1.22", "curl": "7.88"})
    ended, running, queued = (world.queue("page-1", f"echo {n}", env={"A": "b"}) for n in range(3))
    agent.accept(ended)
    agent.say(ended, "\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[34mblue\x1b[0m\n")
    agent.complete(ended, 137, reason="timeout", signal=9, survivors=[{"pid": 7, "comm": "rsync", "state": "D"}])
    agent.accept(running)
    evil.beat(hostname=HOSTILE * 3, os=HOSTILE, kernel=HOSTILE, ip=HOSTILE, region=HOSTILE, agent_version=HOSTILE)
    evil.stock("packages", {"<script>alert(1)</script>" + "x" * 170: "<b>" * 90})
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
    browser = {"user-agent": HOSTILE.encode("ascii", "ignore").decode().translate({7: None, 27: None})}
    world.visitor_with(None).send("/dashboard/sign-in", {"name": "bo", "password": PASSWORD}, **browser)
    hostile_job = world.queue(NODE, HOSTILE.replace("\x07", ""))
    evil.accept(hostile_job)
    evil.say(hostile_job, HOSTILE + "\n" + "x" * 1_000_000 + "\n<b>end</b>\n")
    evil.complete(hostile_job, 1, errorMsg=HOSTILE, survivors=[{"pid": 1, "comm": HOSTILE}])
    return {
        "fixed": fixed(world),
        "guarded": guarded(world),
        "run": begun(world),
        "finding": world.finding_id("page-1", "tls.expiring"),
        "hostile_finding": world.finding_id(NODE, "evil.<b>type"),
        "ended": ended, "running": running, "queued": queued, "hostile_job": hostile_job,
        "hostile_node": "evil%3Cb%3E%E2%80%AEnode",
    }  # fmt: skip


def violations(page: Page, looks: Sequence[tuple[str, int, str]] = LOOKS) -> list[str]:
    """Ends as wide as it began; on the way, nothing may make the page scroll sideways."""
    found: list[str] = []
    if not page.evaluate(HAS_AXE):
        page.evaluate(AXE)
    for scheme, width, look in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        rules = page.evaluate(look)["violations"]
        found += [
            f"{each['id']}: {node['target']} {node['failureSummary']}" for each in rules for node in each["nodes"]
        ]
        found += [f"too-wide: {element}" for element in too_wide(page)]
    page.set_viewport_size(VIEWPORT)
    return found


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(WIDER)
    return found


def fixed(world: World) -> str:
    """A finding with a proof."""
    agent = world.agent("page-2")
    agent.beat()
    agent.report(finding("tls.expiring", "/etc/letsencrypt/live/b/fullchain.pem"), types=["tls.expiring"])
    finding_id = world.finding_id("page-2", "tls.expiring")
    job_id = world.visitor("ada").post(
        f"/dashboard/findings/{finding_id}/fix", {"preset": "certbot-renew", "p.lineage": "b"}
    )
    job_id = job_id.headers["location"].rpartition("/")[2]
    agent.accept(job_id)
    agent.complete(job_id, 0)
    agent.report(types=["tls.expiring"], job_id=job_id)
    return finding_id


def guarded(world: World) -> str:
    """A change that its node is going to take back."""
    world.agent("page-3").beat()
    job_id = world.visitor("ada").post("/dashboard/presets/ssh-harden", {"nodes": "page-3"}).headers["location"]
    job_id = job_id.rpartition("/")[2]
    with world.db.session() as session:
        guard = guards.get(session, job_id)
        guard.state, guard.until = "ARMED", datetime.now(UTC) + timedelta(minutes=5)
    return job_id


def begun(world: World) -> str:
    answer = world.visitor("ada").post(
        "/dashboard/begin-run", {"q": "node=page-1", "script": "echo run", "sure": "yes"}
    )
    return answer.headers["location"].rpartition("/")[2]


@pytest.fixture(scope="module")
def looking(context: BrowserContext) -> Iterator[tuple[Page, Complaints]]:
    """One window for all pages, with axe in it; a policy of ours would not let a page load it."""
    with context.new_page() as page:
        page.add_init_script(AXE)
        page.add_init_script(SHIFT)
        yield page, Complaints(page)


def test_every_page_of_the_router_is_looked_at():
    """A page that somebody adds is one more line above."""
    assert missing(PAGES + FOR_STRANGERS) == set()


def test_every_page_of_the_router_has_its_picture():
    """But the one behind a link that works once, and the one of a guard: in the demonstration nobody is shut out."""
    assert missing(re.findall(r'"(/dashboard[^"]*)"', SCREENSHOTS.read_text())) <= {"/welcome/*", "/guards/*"}


def missing(addresses: list[str]) -> set[str]:
    """Of the router's pages, those at none of these addresses."""
    pages = [path for path in addresses if path.startswith("/dashboard")]
    looked_at = {re.sub(r"\?.*", "", path).removeprefix("/dashboard") or "/" for path in pages}
    served = {path for resource in app.PAGES for each in resource.handlers for path in paths(each)}
    return {path for path in served - NO_PAGES if not any(is_at(page, path) for page in looked_at)}


def is_at(page: str, path: str) -> bool:
    """A star stands for one name, not for what lies below it."""
    names, wanted = page.split("/"), path.split("/")
    return len(names) == len(wanted) and all(map(fnmatchcase, names, wanted))


def paths(handler: HTTPRouteHandler) -> set[str]:
    """With a star for each parameter."""
    return {re.sub(r"\{[^}]*\}", "*", path) for path in handler.paths} if "GET" in handler.http_methods else set()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(looking, world, ids, path):
    page, complaints = looking
    world.sign_in(page, "ada")
    assert page.goto(world.url + path.format(**ids)).status == 200
    assert page.evaluate("window.shift") < 0.01
    if path == API:  # the same over and over: all of it in one light and on a phone, then of each a few in all looks
        assert violations(page, LOOKS[:1]) == []
        page.set_viewport_size({"width": PHONE, "height": 900})
        assert too_wide(page) == []
        page.evaluate(SHORTER)
    assert violations(page) == []

    assert page.title() != "owned"
    assert page.locator("script:not([src]), img").count() == 0
    assert "\u202e" not in page.content()
    assert complaints == []


@pytest.mark.parametrize("path", FOR_STRANGERS)
def test_a_page_for_strangers_is_sound(looking, world, path):
    page, complaints = looking
    page.context.clear_cookies()
    status = page.goto(world.url + path).status
    assert (status == 200) == (path == "/dashboard/sign-in")
    assert violations(page) == []
    assert complaints == []


def test_what_opens_on_a_page_is_sound(looking, world, ids):
    """A question, the palette with what it found, what appears for ticked nodes."""
    page, complaints = looking
    world.sign_in(page, "ada")
    page.goto(f"{world.url}/dashboard/findings/{ids['finding']}")
    page.get_by_text("Acknowledge…").click()
    expect(page.get_by_role("textbox", name="Why")).to_be_visible()
    assert violations(page) == []

    page.goto(f"{world.url}/dashboard/nodes?q=page-")
    page.get_by_label("Tick page-1").check()
    expect(page.get_by_role("button", name="Labels…")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to").get_by_role("link").first).to_be_visible()
    assert violations(page) == []
    assert complaints == []


def test_what_looks_at_pages_finds_what_is_planted(looking, world):
    """Else all pages would be sound because nobody looked."""
    page, complaints = looking
    world.sign_in(page, "ada")
    page.goto(f"{world.url}/dashboard/nodes")
    page.evaluate(
        """() => {
          const planted = document.createElement("div");
          planted.textContent = "hardly to be read";
          planted.style.cssText = "height: 300px; width: 3000px; color: #ccc; background: #ddd";
          document.querySelector("main").prepend(planted, document.createElement("button"));
          console.error("planted");
        }"""
    )
    found = violations(page)
    assert any(each.startswith("button-name") for each in found)
    assert sum(each.startswith("color-contrast") for each in found) == len(
        LOOKS
    )  # in light and in dark, also on a phone
    assert any(each.startswith("too-wide") for each in found)
    wait_until(lambda: page.evaluate("window.shift > 0.01"))
    assert [said.split()[0] for said in complaints] == ["planted"]
    complaints.clear()


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/nodes", "/dashboard/findings", "/dashboard/sign-in"])
def test_a_first_page_is_small(world, ids, path):
    """Everything that comes over the wire for it, when a browser has nothing of it yet."""
    page = world.visitor("ada" if path != "/dashboard/sign-in" else None).get(path)
    files = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
    assert len(files) >= 2
    sizes = [len(page.content), *(wire_size(world, file) for file in files)]
    assert sum(sizes) < 100_000, sizes


def wire_size(world: World, file: str) -> int:
    with world.http.stream("GET", file, headers={"accept-encoding": "gzip"}) as answer:
        return sum(map(len, answer.iter_raw()))


@pytest.mark.parametrize("path", ["", "/nodes", "/nodes/page-1", "/jobs/{ended}"])
def test_what_a_browser_fetches_for_a_first_page_is_small(browser, world, ids, path):
    """As the browser itself counts it, with an empty cache, after the page has come to life."""
    with browser.new_context() as fresh, fresh.new_page() as page:
        world.sign_in(page, "ada")
        page.goto(f"{world.url}/dashboard{path}".format(**ids))
        page.locator("#live.is-ok").wait_for(state="attached")
        sizes = dict(page.evaluate(WIRE))
        assert any(name.endswith("hyprbox.css") and size > 1000 for name, size in sizes.items()), sizes
        assert any(name.endswith("page.js") and size > 1000 for name, size in sizes.items()), sizes
        assert sum(sizes.values()) < 100_000, sizes


def test_a_browser_runs_and_loads_nothing_but_ours(context, world):
    """The policy is the strictest there is, and the browser keeps to it: an injected script and a foreign picture."""
    ada = context.new_page()
    complaints = Complaints(ada)
    world.sign_in(ada, "ada")
    answer = ada.goto(f"{world.url}/dashboard")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy
    broken = ada.evaluate(
        """() => new Promise(done => {
          const seen = [];
          document.addEventListener("securitypolicyviolation", event => {
            seen.push(event.effectiveDirective);
            if (seen.length === 3) done(seen.sort());
          });
          const script = document.createElement("script");
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
          const picture = document.createElement("img");
          picture.src = "http://127.0.0.2/picture.png";
          document.body.append(picture);
          document.body.setAttribute("style", "color: red");
        })"""
    )
    assert broken == ["img-src", "script-src-elem", "style-src-attr"]
    assert ada.title() != "owned"
    assert len(complaints) >= 3  # so a page of which nothing is complained has broken none
    ada.close()


def test_nothing_moves_while_a_page_refreshes(ada, world, ids):
    ada.add_init_script(SHIFT)
    for path in ("/dashboard", "/dashboard/nodes", "/dashboard/nodes/page-1", "/dashboard/findings"):
        ada.goto(world.url + path)
        ada.locator("#live.is-ok").wait_for(state="attached")
        ada.evaluate(
            "document.addEventListener('htmx:after:swap', () => { window.swapped = true }, {once: true});"
            "htmx.trigger(document.body, 'nodes'); htmx.trigger(document.body, 'findings')"
        )
        wait_until(lambda: ada.evaluate("window.swapped === true"))
        assert ada.evaluate("window.shift") < 0.01
