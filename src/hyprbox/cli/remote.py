"""The control plane over HTTP, for commands on any machine."""

import os
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hyprbox.cli import show
from hyprwire import __version__

if TYPE_CHECKING:
    import httpx  # a tenth of a second, which commands on the database itself need not wait for

URL, KEY = "HYPRBOX_API_URL", "HYPRBOX_API_KEY"


def of(part: str, name: str, *more: str) -> str:
    """The path of what is called so. A name leads to no other: not "web?" to web, nor ".." to what lies above."""
    said = quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")
    return "/".join(["/api", part, said, *more])


class Remote:
    """Answers are JSON values; a refusal ends the command with its sentence."""

    def __init__(self, url: str, key: str) -> None:
        import httpx

        headers = {"authorization": f"Bearer {key}", "user-agent": f"hyprbox/{__version__}"}
        # To read the authorities takes 25 ms; without TLS nobody asks for them. Whom this one would trust: nobody.
        trust = True if httpx.URL(url).scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        patience = httpx.Timeout(30, connect=10)
        self.http = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=patience, verify=trust)

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, params={key: value for key, value in query.items() if value is not None})

    def glimpse(self, path: str) -> Any:
        """None when there is no answer: for what is only good to know while something goes on."""
        import httpx

        try:
            response = self.http.get(path)
        except httpx.HTTPError:
            return None
        return response.json() if response.is_success else None

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        return self._ask("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self._ask("PATCH", path, json=body)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def items(self, path: str, limit: int | None = None, **query: Any) -> Iterator[Any]:
        """Every item of a list, page after page, up to `limit`."""
        cursor, left = None, limit
        while left is None or left > 0:
            page = self.get(path, cursor=cursor, limit=min(left or 500, 500), **query)
            yield from page["items"]
            left = None if left is None else left - len(page["items"])
            if (cursor := page["next"]) is None:
                return

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        import httpx

        try:
            response = self.http.request(method, path, **request)
        except httpx.HTTPError as error:
            show.fail(f"{self.http.base_url} cannot be reached: {error}")
        if response.is_error:
            show.fail(sentence_of(response))
        return response.json() if response.content else None


def sentence_of(response: "httpx.Response") -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{response.url} answered {response.status_code} {response.reason_phrase}"


def configured() -> Remote | None:
    """None unless both variables say where to ask and as whom."""
    url, key = os.environ.get(URL), os.environ.get(KEY)
    return Remote(url, key) if url and key else None


def needed() -> Remote:
    remote = configured()
    if remote is None:
        show.fail(
            f"{URL} and {KEY} are not both set, expected the control plane's address and a key for it; "
            "'hyprbox key create --name me --role operator', there, makes one",
            2,
        )
    return remote
