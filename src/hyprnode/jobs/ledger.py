"""What ran on this host, who asked for it and how it ended: a file that is only appended to, each line chained to the
one before it by a hash. Its head goes along with the heartbeats, so that who rewrites it here is found out there.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyprnode.clock import stamp
from hyprnode.say import Trouble

NAME = "ledger.jsonl"
OLDER = "ledger.1.jsonl"
LARGEST = 16 * 1024 * 1024  # then it becomes the older one, and the chain goes on in a new file
LAST_LINE = 65536  # bytes, from the end, in which the last line is looked for
NO_HASH = "0" * 64

trouble = Trouble("[jobrunner] ledger")


@dataclass(frozen=True)
class Head:
    """Of the chain: how many lines it has by now, and the hash of the last."""

    seq: int = 0
    hash: str = NO_HASH


class Ledger:
    def __init__(self, state: Path) -> None:
        self.path = state / NAME

    def note(self, what: str, **facts: object) -> None:
        """On disk when this returns."""
        self.keep(self.write(what, **facts))

    def write(self, what: str, **facts: object) -> int | None:
        """The file, with one line more that keep() brings to the disk.

        None: a disk that takes no more stops no job, but the log says that this is missing.
        """
        try:
            return self._longer({"at": stamp(), "what": what, **facts})
        except OSError as error:
            trouble.arose(f"{self.path}: {error.strerror}", missing=what)
            return None

    def keep(self, file: int | None) -> None:
        if file is None:
            return
        try:
            os.fsync(file)
            if os.fstat(file).st_size > LARGEST:
                os.rename(self.path, self.path.with_name(OLDER))
        except OSError as error:
            trouble.arose(f"{self.path}: {error.strerror}")
        else:
            trouble.ended()
        finally:
            os.close(file)

    def _longer(self, facts: dict[str, object]) -> int:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            end, head = end_of(file)
            os.ftruncate(file, end)  # a line that a power cut left half is none
            os.write(file, line_after(head or self._older(), facts))
        except OSError:
            os.close(file)
            raise
        return file

    def head(self) -> Head:
        return self._head_in(NAME) or self._older()

    def told(self) -> Head | None:
        """The head, for others to hold against us. None while a line is on its way to the disk: a power cut would take
        it back, and who was told of it take us for broken into. Who wrote it may have ended before it got there."""
        try:
            with open(self.path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                os.fsync(file.fileno())
                return self.head()
        except FileNotFoundError:
            return self.head()
        except OSError:
            return None

    def _older(self) -> Head:
        return self._head_in(OLDER) or Head()

    def _head_in(self, name: str) -> Head | None:
        try:
            with open(self.path.with_name(name), "rb") as file:
                return end_of(file.fileno())[1]
        except OSError:
            return None

    def broken_at(self) -> int | None:
        """The number of the first line that does not follow from the one before it; None: all do."""
        before = None
        for line in self._lines():
            head = head_of(line)
            if head is None or (before is not None and (head.seq, prev_of(line)) != (before.seq + 1, before.hash)):
                return before.seq + 1 if before else 1
            before = head
        return None

    def _lines(self) -> Iterator[bytes]:
        for name in (OLDER, NAME):
            try:
                with open(self.path.with_name(name), "rb") as lines:
                    yield from lines
            except OSError:
                pass


def line_after(head: Head, facts: dict[str, object]) -> bytes:
    content = _in_json({"seq": head.seq + 1, **facts, "prev": head.hash})
    return content[:-1] + b',"hash":"' + hashlib.sha256(content).hexdigest().encode() + b'"}\n'


def end_of(file: int) -> tuple[int, Head | None]:
    """Where the last whole line of the file ends, and the newest one that is what its own hash says."""
    start = max(0, os.fstat(file).st_size - LAST_LINE)
    whole, newline, _ = os.pread(file, LAST_LINE, start).rpartition(b"\n")
    heads = (head_of(line) for line in reversed(whole.split(b"\n")))
    return start + len(whole + newline), next((head for head in heads if head), None)


def head_of(line: bytes) -> Head | None:
    """None when it is not what its own hash says."""
    said = _object(line)
    digest = said.pop("hash", None)
    seq = said.get("seq")
    if not isinstance(seq, int) or hashlib.sha256(_in_json(said)).hexdigest() != digest:
        return None
    return Head(seq, str(digest))


def prev_of(line: bytes) -> object:
    return _object(line).get("prev")


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _in_json(facts: dict[str, object]) -> bytes:
    return json.dumps(facts, separators=(",", ":"), default=str).encode("ascii", "replace")
