"""Heads of an agent's calls, as they came before on the same connection.

An agent says the same few again and again. The same bytes mean the same call, so they are not parsed a second time;
only the body is new. What is not known here to the byte, and whole, is for the parser.
"""

from hyprbox.hot.call import Call
from hyprbox.hot.shim import Route

END = b"\r\n\r\n"
MOST = 4  # a poll's, a ping's, and a heartbeat's of two lengths
LONGEST = 1024
TRIES = 16  # so many are kept in vain: behind a proxy a connection brings the heads of many agents


class Heads:
    __slots__ = ("_known", "_tries")

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[int, Route, Call]] = {}
        self._tries = TRIES

    def find(self, data: bytes) -> tuple[Route, Call] | None:
        """The call that these bytes are, no less and no more, if their head is known."""
        if not self._known:
            return None
        head = _head(data)
        size, route, call = self._known.get(head, (0, None, None))
        if route is None or call is None or size != len(data):
            return None
        self._tries = TRIES
        return route, call.again(data[len(head) :])

    def keep(self, data: bytes, route: Route, call: Call) -> None:
        """`call` was read from `data` alone. In chunks, or behind a head that ended otherwise, the sum is another."""
        if not self._tries:
            return
        head = _head(data)
        if len(head) > LONGEST or len(head) + len(call.body) != len(data):
            return
        self._tries -= 1
        if len(self._known) == MOST or not self._tries:
            self._known.clear()
        if self._tries:
            self._known[head] = len(data), route, call.again(b"")


def _head(data: bytes) -> bytes:
    return data[: data.find(END) + len(END)]
