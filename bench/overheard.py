"""A wire between an agent and the control plane, on which it is written down when what was said."""

import re
import socket
import threading
import time
from contextlib import suppress

ASKED = re.compile(rb"(?:GET|POST) [^?\s]*/(\w+)")
ANSWERED = b"HTTP/1.1 "


class Wire:
    def __init__(self, port: int) -> None:
        """`port` is the control plane's."""
        self.port = port
        self.said: list[tuple[float, str]] = []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def first(self, since: float, *what: str) -> float:
        """When one of these was said for the first time after that; `accept` is asked, `accept!` answered."""
        return min(at for at, said in list(self.said) if said in what and at >= since)

    def _listen(self) -> None:
        while True:
            agent, _ = self.door.accept()
            plane = socket.create_connection(("127.0.0.1", self.port))
            asked: list[str] = []
            for end in (agent, plane):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(agent, plane, asked), daemon=True).start()
            threading.Thread(target=self._carry, args=(plane, agent, asked), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, asked: list[str]) -> None:
        with suppress(OSError):
            while data := one.recv(262144):
                now = time.time()
                self._note(now, data, asked)  # before: the answer may be back at once
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def _note(self, now: float, data: bytes, asked: list[str]) -> None:
        """`asked` is what waits for an answer on this connection."""
        if data.startswith(ANSWERED):
            self.said.append((now, f"{asked.pop(0)}!"))
        elif found := ASKED.match(data):
            asked.append(found[1].decode())
            self.said.append((now, asked[-1]))
