"""`make screenshots`: every page of the demonstration as a picture, in light, in dark and on a phone.

All of them go to docs/pictures/all, which is not kept; the few that the docs show are copied beside it.
`tools/screenshots.py home nodes` takes only those.
"""

import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
URL = f"http://127.0.0.1:{PORT}"
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
ALL = PICTURES / "all"
SHOWN = ("home-light", "finding-fixed-dark", "node-light", "nodes-phone", "run-over-many-light")
COLOURS, GREY = 256, 40
PATIENCE = 180_000  # milliseconds, on a busy machine
ONLY = set(sys.argv[1:])

WAYS = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
}
FOR_STRANGERS = {"sign-in": "/dashboard/sign-in", "api": "/api/docs"}
PAGES = {
    "home": "/dashboard",
    "nodes": "/dashboard/nodes",
    "nodes-filtered": "/dashboard/nodes?q=env%3Dprod+finding%3E%3Dcritical",
    "node": "/dashboard/nodes/db-fra-02",
    "node-findings": "/dashboard/nodes/mail-hel-01/findings",
    "node-jobs": "/dashboard/nodes/web-fra-07/jobs",
    "node-inventory": "/dashboard/nodes/web-fra-07/inventory",
    "node-settings": "/dashboard/nodes/web-fra-07/settings",
    "node-offline": "/dashboard/nodes/edge-hel-01",
    "add-node": "/dashboard/add-node",
    "label-nodes": "/dashboard/label-nodes?node=web-fra-01&node=web-fra-02",
    "findings": "/dashboard/findings",
    "findings-of-a-type": "/dashboard/findings?type=tls.expiring",
    "findings-one-by-one": "/dashboard/findings?view=list",
    "acknowledge": "/dashboard/findings/acknowledgement?type=ssh.password_auth&severity=WARN",
    "finding": "/dashboard/findings/{open}",
    "finding-fixed": "/dashboard/findings/{fixed}",
    "finding-acknowledged": "/dashboard/findings/{held}",
    "jobs": "/dashboard/jobs",
    "job-running": "/dashboard/jobs/{running}",
    "job-queued": "/dashboard/jobs/{queued}",
    "job-timed-out": "/dashboard/jobs/{timed_out}",
    "job-failed": "/dashboard/jobs/{failed}",
    "run": "/dashboard/run?node=web-fra-01",
    "runs": "/dashboard/runs",
    "run-over-many": "/dashboard/runs/{over_many}",
    "begin-run": "/dashboard/begin-run?q=role%3Dweb&preset=apt-security-upgrade",
    "schedules": "/dashboard/schedules",
    "suppressions": "/dashboard/suppressions",
    "search": "/dashboard/search?q=web",
    "presets": "/dashboard/presets",
    "preset": "/dashboard/presets/apt-security-upgrade?node=web-fra-01",
    "settings-tokens": "/dashboard/settings/tokens",
    "settings-people": "/dashboard/settings/people",
    "settings-keys": "/dashboard/settings/keys",
    "settings-audit": "/dashboard/settings/audit",
    "settings-notifications": "/dashboard/settings/notifications",
    "settings-sessions": "/dashboard/settings/sessions",
    "settings-retention": "/dashboard/settings/retention",
    "settings-thresholds": "/dashboard/settings/thresholds",
    "settings-server": "/dashboard/settings/server",
    "settings-account": "/dashboard/settings/account",
    "settings-second-factor": "/dashboard/settings/account/second-factor",
    "not-found": "/dashboard/nodes/no-such-node",
}


def main() -> None:
    ALL.mkdir(parents=True, exist_ok=True)
    with demonstration() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        cookies, ids = sign_in(browser, link)
        for way, looks in WAYS.items():
            take_all(browser, way, looks, cookies, ids)
        browser.close()
    for name in SHOWN:
        small(ALL / f"{name}.png").save(PICTURES / f"{name}.png", optimize=True)
    print(f"{len(list(ALL.glob('*.png')))} pictures in {ALL}, {len(SHOWN)} of them shown by the docs")


@contextmanager
def demonstration() -> Iterator[str]:
    """The link that lets ada in."""
    with tempfile.TemporaryFile() as said:
        command = [str(Path(sys.executable).parent / "hyprbox"), "demo", "--port", str(PORT)]
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            wait_for(process)
            said.seek(0)
            yield re.search(r"http://\S+/welcome/\S+", said.read().decode())[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def wait_for(process: subprocess.Popen, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{URL}/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("the demonstration did not start")


def sign_in(browser: Browser, link: str) -> tuple[list, dict[str, str]]:
    """The cookie of ada's session, and ids of things that are worth a picture."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button", name="Come in").click()
        page.wait_for_url("**/dashboard")
        return context.cookies(), {
            "open": found(page, "findings?nodeId=web-fra-03&type=tls.expiring"),
            "fixed": found(page, "findings?nodeId=web-ams-03&type=tls.expiring&state=RESOLVED"),
            "held": found(page, "findings?state=ACKNOWLEDGED"),
            "running": found(page, "jobs?state=RUNNING"),
            "queued": found(page, "jobs?state=QUEUED&nodeId=edge-hel-01"),
            "timed_out": found(page, "jobs?state=TIMED_OUT"),
            "failed": found(page, "jobs?state=FAILED"),
            "over_many": found(page, "runs"),
        }


def found(page: Page, query: str) -> str:
    return page.request.get(f"{URL}/api/{query}").json()["items"][0]["id"]


def take_all(browser: Browser, way: str, looks: dict, cookies: list, ids: dict[str, str]) -> None:
    for pages, known in ((FOR_STRANGERS, []), (PAGES, cookies)):
        with browser.new_context(**looks) as context:
            context.add_cookies(known)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            for name, path in pages.items():
                if ONLY and name not in ONLY:
                    continue
                page.goto(URL + path.format(**ids))
                if known and name != "not-found":
                    page.locator("#live.is-ok").wait_for(state="attached")
                take(page, ALL / f"{name}-{way}.png", whole=way != "phone")


def take(page: Page, file: Path, whole: bool) -> None:
    picture = Image.open(BytesIO(page.screenshot(full_page=whole, animations="disabled")))
    picture.convert("RGB").save(file)


def small(file: Path) -> Image.Image:
    """In its commonest colours, a third of the size. What is colourful means something, and stays what it is."""
    picture = Image.open(file)
    found = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    colourful = [colour for _, colour in found if max(colour) - min(colour) > GREY][: COLOURS // 2]
    kept = [*colourful, *(colour for _, colour in found if colour not in colourful)][:COLOURS]
    places = {colour: nearest(colour, kept) for _, colour in found}
    made = Image.new("P", picture.size)
    made.putpalette([part for colour in kept for part in colour])
    points = zip(*[iter(picture.tobytes())] * 3, strict=True)
    made.putdata([places[colour] for colour in points])
    return made


def nearest(colour: tuple[int, ...], kept: list[tuple[int, ...]]) -> int:
    return min(range(len(kept)), key=lambda place: sum((a - b) ** 2 for a, b in zip(colour, kept[place], strict=True)))


main()
