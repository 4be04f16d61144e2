import faulthandler
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.window import VIEWPORT, Complaints
from tests.world import World, world

__all__ = ["world"]

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong

# The same engine without a window of its own around each page, which was half of what the tests cost.
SHELL = "/usr/bin/chromium-headless-shell"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(autouse=True)
def hang_is_ended() -> Iterator[None]:
    """After five minutes, and with it the worker: to close a page has once never come to an end."""
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone before another file's tests begin: while it is there, this thread has a running event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport=VIEWPORT) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A window of somebody unknown, of which nothing may be complained, on any page."""
    context.clear_cookies()
    with context.new_page() as page:
        complaints = Complaints(page)
        yield page
    assert complaints == []


@pytest.fixture
def ada(page: Page, world: World) -> Page:
    """Ada's browser, signed in."""
    world.sign_in(page, "ada")
    return page
