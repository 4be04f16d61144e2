from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.world import World, world

__all__ = ["world"]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


class Complaints(list[str]):
    """What the browser complained of: scripts that fail, requests that fail, violations of the policy."""

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.append(message.text)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Nothing may be complained of, on any page."""
    page, complaints = context.new_page(), Complaints()
    page.on("console", complaints.hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def ada(page: Page, world: World) -> Page:
    """Ada's browser, signed in."""
    world.sign_in(page, "ada")
    return page


@pytest.fixture
def bo(page: Page, world: World) -> Page:
    world.sign_in(page, "bo")
    return page
