"""Under which names people and scripts may ask: the one of HYPRBOX_PUBLIC_URL, this machine's own, and bare addresses.

Another name that leads here is none of ours: behind it a stranger's page could pose as one of ours. Addresses cannot be
made to lead elsewhere. Agents, and who only asks whether we live, may use any name: what they get depends on none.
"""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from hyprbox.errors import Misdirected, problem
from hyprbox.hot.call import Receive, Scope, Send
from hyprbox.hot.shim import App

LOCAL = ("localhost",)
ANYBODYS = ("/health", "/ready", "/metrics")


def only(public_url: str, app: App) -> App:
    ours = (urlsplit(public_url).hostname or "", *LOCAL)

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ANYBODYS or is_ours(name := _host(scope), ours):
            await app(scope, receive, send)
            return
        sentence = f"this server was asked as {name[:80]!a}, expected {ours[0]} as in HYPRBOX_PUBLIC_URL"
        status, headers, body = problem(Misdirected(sentence))
        encoded = [(key.encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": body})

    return checked


def is_ours(host: str, ours: tuple[str, ...]) -> bool:
    """`host` as in the header, with or without a port."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in ours or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _host(scope: Any) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
