"""A process that sends letters: it reads them from standard input, says how each has gone, and ends.

It is one of its own because Apprise is large, because what it talks to may hang, and because the guard over its
connections can then be one over all of them.
"""

import hashlib
import hmac
import json
import logging
import re
import sys
import time
from ipaddress import ip_network
from typing import Any

from hyprbox.notices import guard

SECONDS = 15
HIDDEN = 6  # parts of an address from this length on are taken out of what is said of it


def main() -> None:
    asked = json.load(sys.stdin)
    guard.install([ip_network(text) for text in asked["allowed"]])
    import apprise  # after the guard is in place

    for letter in asked["letters"]:
        try:
            error = (
                webhook(letter) if letter["url"].startswith(("http://", "https://")) else by_apprise(apprise, letter)
            )
        except Exception as problem:  # whatever one of them does must not cost the others
            error = str(problem) or type(problem).__name__
        print(json.dumps({"id": letter["id"], "error": clean(error, letter["url"])}), flush=True)


def webhook(letter: dict[str, Any]) -> str:
    import httpx  # after the guard is in place

    body = json.dumps(
        {
            "id": letter["id"],
            "title": letter["title"],
            "body": letter["body"],
            "at": letter["made_at"],
            **letter["data"],
        }
    ).encode()
    headers = {
        "content-type": "application/json", "user-agent": "hyprbox", "x-hyprbox-delivery": letter["id"],
        "x-hyprbox-signature": signature(letter["signs"], int(time.time()), body),
    }  # fmt: skip
    with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
        answer = client.post(letter["url"], content=body, headers=headers)
    return "" if answer.is_success else f"it answered {answer.status_code}"


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=…,v1=…`: the time is signed too, so that nobody can send an old message again."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def by_apprise(apprise: Any, letter: dict[str, Any]) -> str:
    said = Said()
    logging.getLogger("apprise").addHandler(said)
    try:
        made = apprise.Apprise.instantiate(letter["url"], suppress_exceptions=True)
        if made is None:
            return "Apprise does not know this kind of address"
        good = made.notify(title=letter["title"], body=letter["body"], notify_type="info")
    finally:
        logging.getLogger("apprise").removeHandler(said)
    return "" if good else said.text or "it was not accepted"


class Said(logging.Handler):
    """The last thing that Apprise complained about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()


def clean(error: str, url: str) -> str:
    """Without the secrets of the address."""
    secrets = {part for part in re.split(r"[/:@?&=#+%]+", url.partition("://")[2]) if len(part) >= HIDDEN}
    host = re.split(r"[/?#]", url.partition("://")[2].rpartition("@")[2])[0]
    for part in sorted(secrets - {host, host.partition(":")[0]}, key=len, reverse=True):
        error = error.replace(part, "***")
    return error.replace(url, "***")[:500]


if __name__ == "__main__":
    main()
