"""A window of a browser, and what it complains of."""

import re

from playwright.sync_api import ConsoleMessage, Page, ViewportSize

VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
# On purpose: browsers report every answer above 399. A machine that is too busy lets nobody listen for a second.
REFUSED = re.compile(r"status of 4(00|01|03|09|10)|/nowhere|404 .*/run|status of 503 .*/live")


class Complaints(list[str]):
    """What the browser complains of: scripts that fail, requests that fail, violations of the policy."""

    def __init__(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        said = f"{message.text} {message.location['url']}"
        if message.type == "error" and not REFUSED.search(said):
            self.append(said)
