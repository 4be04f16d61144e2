"""HTTP/1.1 as far as an agent speaks it: one question at a time over a connection that is kept. By hand, since the
standard library's brings a parser of e-mail with it, an eighth of all that an idle agent weighs."""

import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase

from hyprnode.dial import in_ascii

LARGEST_HEAD = 64 * 1024
PIECE = 64 * 1024
NO_BODY = (204, 304)
SECONDS = 30  # for an answer
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Closed(ConnectionResetError):
    """Before anything of an answer came."""


@dataclass
class Connection:
    """Opened by the first question, and again by the next one after close()."""

    open: Callable[[], socket.socket]
    host: str
    """As the API is called, with a port that is not the scheme's own."""
    sock: socket.socket | None = None
    owes: bool = False
    """An answer, or the rest of one: whatever came next would be taken for that to the next question."""

    def connect(self) -> socket.socket:
        if self.sock is not None and (self.owes or is_speaking(self.sock)):
            self.close()
        if self.sock is None:
            self.sock, self.owes = self.open(), False
        return self.sock

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, seconds: float = SECONDS
    ) -> None:
        """So many of them for the answer."""
        said = head(method, path, {"Host": self.host, **headers}, body) + (body or b"")
        sock, self.owes = self.connect(), True
        sock.settimeout(seconds)
        sock.sendall(said)

    def hear(self) -> "Answered":
        """As soon as the head of the answer is there. The whole of it must come within the socket's time limit."""
        if self.sock is None:
            raise Closed("the connection was closed before the answer")
        file = BufferedReader(Arriving(self.sock))
        while True:
            answered = Answered(*status(file), fields(file), file, self)
            if answered.status // 100 != 1:  # else it is only on its way
                return answered

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        self.sock = None


class Arriving(RawIOBase):
    """What comes over a socket within its time limit, all together: a piece now and then does not extend it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.deadline = time.monotonic() + (sock.gettimeout() or SECONDS)
        self.is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]  # what BufferedReader hands over
        if self.is_over:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self.sock.settimeout(left)
        return self.sock.recv_into(buffer)


def is_speaking(sock: socket.socket) -> bool:
    """Though nothing was asked, or it has said goodbye."""
    look = select.poll()
    look.register(sock, select.POLLIN)
    has_said = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0  # off the wire already, and not read
    return has_said or bool(look.poll(0))


def head(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """ValueError where a word would end its line."""
    length = {} if body is None else {"Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**headers, **length}.items())]
    if re.search(r"[\s\x00]", path) or any(re.search(r"[\r\n\x00]", line) for line in lines):
        raise ValueError("a line break or a space is where a request cannot have one")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def host_of(name: str, port: int, usual: int) -> str:
    """For the header."""
    text = in_ascii(name).decode().partition("%")[0]
    text = f"[{text}]" if ":" in text else text
    return text if port == usual else f"{text}:{port}"


def status(file: "BufferedReader[Arriving]") -> tuple[int, bool]:
    """And whether the connection stays open unless the head says otherwise."""
    line = file.readline(LARGEST_HEAD)
    if not line:
        raise Closed("Remote end closed connection without response")
    match = re.match(rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?![^\s])", line)
    if match is None:
        raise OSError("the answer is no HTTP")
    return int(match[2]), match[1] == b"1"


def fields(file: "BufferedReader[Arriving]") -> dict[str, str]:
    """By their names in lower case; what is said several times, with commas between."""
    found: dict[str, str] = {}
    left = LARGEST_HEAD
    while (line := file.readline(left)).strip(b"\r\n"):
        left -= len(line)
        name, colon, value = line.decode("latin-1").partition(":")
        if left <= 0 or not line.endswith(b"\n") or not colon:
            raise OSError("the answer's head is no HTTP, or too long")
        if not NAME.fullmatch(name):
            raise OSError("the answer's head is no HTTP")
        name, value = name.lower(), value.strip()
        found[name] = f"{found[name]}, {value}" if name in found else value
    if not line:
        raise OSError("the answer broke off in its head")
    return found


@dataclass
class Answered:
    status: int
    stays: bool
    headers: dict[str, str]
    file: "BufferedReader[Arriving]"
    connection: Connection
    got: int = field(default=0, init=False)

    def pieces(self) -> Iterator[bytes]:
        """Of its body, as they come. OSError when it breaks off."""
        with self.file:
            for piece in self._body():
                self.got += len(piece)
                yield piece
            if self._is_kept() and not self._is_followed():
                self.connection.owes = False
            else:
                self.connection.close()

    def _body(self) -> Iterator[bytes]:
        if self.status in NO_BODY:
            return
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            yield from self._chunks()
        elif "content-length" in self.headers:
            yield from self._exactly(length(self.headers["content-length"]))
        else:
            self.stays = False
            while piece := self.file.read1(PIECE):
                yield piece

    def _chunks(self) -> Iterator[bytes]:
        while size := number(self._line().partition(b";")[0].strip().decode("latin-1"), 16):
            yield from self._exactly(size)
            if self._line().strip(b"\r\n"):
                raise OSError("a piece of the answer is longer than it says")
        while self._line().strip():  # trailers
            pass

    def _line(self) -> bytes:
        line = self.file.readline(LARGEST_HEAD)
        if not line.endswith(b"\n"):
            raise self._broken()
        return line

    def _exactly(self, length: int) -> Iterator[bytes]:
        while length:
            piece = self.file.read1(min(length, PIECE))
            if not piece:
                raise self._broken()
            length -= len(piece)
            yield piece

    def _broken(self) -> OSError:
        return OSError(f"the answer broke off after {self.got} bytes")

    def _is_kept(self) -> bool:
        words = {word.strip() for word in self.headers.get("connection", "").lower().split(",")}
        return self.stays and "close" not in words

    def _is_followed(self) -> bool:
        """By something that nobody asked for."""
        self.file.raw.is_over = True
        return self.file.peek(1) != b""


def length(text: str) -> int:
    """Said several times, it must be the same: else who stands between may see another end than we do."""
    said = {number(word.strip(), 10) for word in text.split(",")}
    if len(said) > 1:
        raise OSError(f"the answer says of its length {text[:20]!r}, expected one number")
    return said.pop()


def number(text: str, base: int) -> int:
    if not re.fullmatch(r"[0-9a-fA-F]{1,15}" if base == 16 else r"[0-9]{1,18}", text):
        raise OSError(f"the answer says of its length {text[:20]!r}, expected a number")
    return int(text, base)
