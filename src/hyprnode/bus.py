"""As much of D-Bus as it takes to ask systemd for something: one call over the system's bus, and its answer."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

ADDRESS = "/run/dbus/system_bus_socket"
SECONDS = 10
CALL, RETURN, ERROR = 1, 2, 3
PATH, INTERFACE, MEMBER, DESTINATION, SIGNATURE, UNIX_FDS = 1, 2, 3, 6, 8, 9


class Refused(Exception):
    """What was asked for will not be done; in the words of who was asked."""


@dataclass(frozen=True)
class Command:
    argv: list[str]


@dataclass(frozen=True)
class Descriptor:
    """The number of one of those that are sent along."""

    number: int


Value = str | int | bool | list[str] | Command | Descriptor


class Writer:
    """Values in D-Bus's own form, in which each stands at a multiple of its size."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def align(self, size: int) -> None:
        self.bytes += bytes(-len(self.bytes) % size)

    def number(self, value: int) -> None:
        self.align(4)
        self.bytes += struct.pack("<I", value)

    def long(self, value: int) -> None:
        self.align(8)
        self.bytes += struct.pack("<Q", value)

    def text(self, value: str) -> None:
        content = value.encode("utf-8", "replace")
        self.number(len(content))
        self.bytes += content + b"\0"

    def signature(self, value: str) -> None:
        self.bytes += bytes([len(value)]) + value.encode() + b"\0"

    @contextmanager
    def array(self, size: int) -> Iterator[None]:
        """Of what is written inside of it; `size` is what its items are aligned to."""
        self.number(0)
        length_at = len(self.bytes) - 4
        self.align(size)
        start = len(self.bytes)
        yield
        struct.pack_into("<I", self.bytes, length_at, len(self.bytes) - start)

    def variant(self, value: Value) -> None:
        match value:
            case bool():
                self.signature("b")
                self.number(value)
            case int():
                self.signature("t")
                self.long(value)
            case str():
                self.signature("s")
                self.text(value)
            case list():
                self.signature("as")
                with self.array(4):
                    for each in value:
                        self.text(each)
            case Descriptor():
                self.signature("h")
                self.number(value.number)
            case Command():
                self.signature("a(sasb)")
                self._command(value.argv)

    def _command(self, argv: list[str]) -> None:
        """A list of one, of which a failure is one."""
        with self.array(8):
            self.align(8)
            self.text(argv[0])
            with self.array(4):
                for word in argv:
                    self.text(word)
            self.number(False)

    def properties(self, values: dict[str, Value]) -> None:
        with self.array(8):
            for name, value in values.items():
                self.align(8)
                self.text(name)
                self.variant(value)


class Bus:
    """OSError when it cannot be had."""

    def __enter__(self) -> Self:
        self.line = socket.socket(socket.AF_UNIX)
        self.line.settimeout(SECONDS)
        try:
            self.line.connect(ADDRESS)
            self._introduce()
        except BaseException:
            self.line.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.line.close()

    def _introduce(self) -> None:
        """Descriptors may be sent only when the bus has agreed to that and heard our first call."""
        who = str(os.getuid()).encode().hex().encode()
        self.line.sendall(b"\0AUTH EXTERNAL " + who + b"\r\nNEGOTIATE_UNIX_FD\r\n")
        answer = b""
        while answer.count(b"\r\n") < 2:
            answer += self._hear_some()
        if b"AGREE_UNIX_FD" not in answer:
            raise Refused(f"the system's bus answers {answer[:80]!r}")
        self.line.sendall(b"BEGIN\r\n")
        bus = "org.freedesktop.DBus"
        self.call(bus, "/org/freedesktop/DBus", bus, "Hello")

    def call(
        self, to: str, path: str, interface: str, member: str, signature: str = "", body: bytes = b"", fd: int = -1
    ) -> None:
        """Refused, or OSError: then it may have been done or not."""
        names = {PATH: ("o", path), INTERFACE: ("s", interface), MEMBER: ("s", member), DESTINATION: ("s", to)}
        message = Writer()
        message.bytes += struct.pack("<BBBBII", ord("l"), CALL, 0, 1, len(body), 1)
        with message.array(8):
            self._fields(message, names, signature, fd)
        message.align(8)
        socket.send_fds(self.line, [bytes(message.bytes) + body], [fd] if fd >= 0 else [])
        self._hear_answer()

    def _fields(self, message: Writer, names: dict[int, tuple[str, str]], signature: str, fd: int) -> None:
        for code, (kind, text) in names.items():
            self._field(message, code, kind)
            message.text(text)
        if signature:
            self._field(message, SIGNATURE, "g")
            message.signature(signature)
        if fd >= 0:
            self._field(message, UNIX_FDS, "u")
            message.number(1)

    def _field(self, message: Writer, code: int, kind: str) -> None:
        message.align(8)
        message.bytes.append(code)
        message.signature(kind)

    def _hear_answer(self) -> None:
        """Past what else is said to us."""
        while True:
            order, kind, body_length, fields_length = struct.unpack("<cB2xI4xI", self._hear(16))
            if order != b"l":
                raise OSError("the bus speaks in another byte order")
            rest = self._hear(fields_length + -fields_length % 8 + body_length)
            if kind == ERROR:
                raise Refused(
                    rest[-body_length + 4 : -1].decode("utf-8", "replace") if body_length else "no reason given"
                )
            if kind == RETURN:
                return

    def _hear(self, size: int) -> bytes:
        heard = b""
        while len(heard) < size:
            heard += self._hear_some(size - len(heard))
        return heard

    def _hear_some(self, size: int = 4096) -> bytes:
        some = self.line.recv(size)
        if not some:
            raise OSError("the bus hung up")
        return some
