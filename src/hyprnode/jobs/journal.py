"""What must survive the agent: which jobs it took, how far each got, and which it has done, so that none runs twice.

One small file a job, on disk before the step it speaks of: a line for each step, of which the last whole one counts.
Nothing of a script or its output is in here.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from hyprwire import Completion, codec

DONE = "done.jsonl"
REMEMBERED = 1000
BLOCK = 65536
LARGEST_DONE = 1024 * 1024  # then only so many of the newest are kept
PLAIN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class Stage(StrEnum):
    TAKEN = "taken"
    """A run was made up for it. The API may know."""
    SPAWNED = "spawned"
    """A supervisor was ordered. It may have started."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    id: str
    stage: Stage
    boot: str
    machine: str = ""
    tail: int
    spool: str = ""
    runId: str | None = None
    leaseSeconds: float | None = None
    rescan: list[str] = field(default_factory=list)
    by: str | None = None
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """How a job ended that is done."""

    id: str
    completion: Completion


class Journal:
    def __init__(self, directories: Sequence[Path]) -> None:
        """What the first does not take, the next does: a node whose disk is full may need a job for just that."""
        self.directories = directories

    def entries(self) -> list[Entry]:
        """What an agent that was here before left unfinished; what cannot be read is no entry.

        One that got further counts more: should the disk have taken the first step only, the next one is elsewhere.
        """
        found = [_read(path) for directory in self.directories for path in sorted(directory.glob("*.json"))]
        entries = sorted(filter(None, found), key=lambda entry: entry.stage is Stage.SPAWNED)
        return list({entry.id: entry for entry in entries}.values())

    def write(self, entry: Entry) -> None:
        """On disk when this returns. OSError: nowhere."""
        name = file_name(entry.id) + ".json"
        self._first(lambda directory: _create(directory, name, codec.encode(entry) + b"\n"))

    def go_on(self, entry: Entry) -> None:
        """The next step of one that was written. A line more costs a third of a new file. OSError: nowhere."""
        path = self.directories[0] / (file_name(entry.id) + ".json")
        try:
            _write_through(path, os.O_APPEND, codec.encode(entry) + b"\n")
        except OSError:
            self.write(entry)

    def drop(self, entry: Entry) -> None:
        for directory in self.directories:
            (directory / (file_name(entry.id) + ".json")).unlink(missing_ok=True)

    def remember(self, job_id: str, completion: Completion) -> None:
        """The API knows how it ended, and so do we from now on."""
        record = Record(id=job_id, completion=replace(completion, output="", offset=None, leftOut=0))
        self._first(lambda directory: _append(directory / DONE, codec.encode(record) + b"\n"))

    def known(self, job_id: str) -> Record | None:
        for line in self._done(job_id.encode("utf-8", "replace")):
            if (record := _record(line)) and record.id == job_id:
                return record
        return None

    def _done(self, name: bytes) -> Iterator[bytes]:
        """The lines with this in them. There is none as a rule, and thousands of lines to look through."""
        for directory in self.directories:
            with suppress(OSError), open(directory / DONE, "rb") as lines:
                while block := lines.readlines(BLOCK):
                    yield from (line for line in block if name in line) if name in b"".join(block) else ()

    def _first(self, write: Callable[[Path], None]) -> None:
        *others, last = self.directories
        for directory in others:
            with suppress(OSError):
                return write(directory)
        return write(last)


def file_name(job_id: str) -> str:
    """A name from elsewhere never becomes a path; hashed ones are longer than any that is not, so they never meet."""
    if PLAIN_ID.fullmatch(job_id):
        return job_id
    return "sha256-" + hashlib.sha256(job_id.encode("utf-8", "replace")).hexdigest()


def _read(path: Path) -> Entry | None:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        with suppress(ValueError):  # a power cut may have left half of the last
            return codec.decode(Entry, line)
    return None


def _record(line: bytes) -> Record | None:
    try:
        return codec.decode(Record, line)
    except ValueError:
        return None


def _create(directory: Path, name: str, content: bytes) -> None:
    """In half the time: of a new file half a line is as good as none, so it needs no other name before."""
    try:
        _write_through(directory / name, os.O_CREAT | os.O_EXCL, content)
        _name_through(directory)
    except FileExistsError:
        _put(directory, name, content)
    except OSError:  # half of it must not stay: the next step would be the rest of that line
        (directory / name).unlink(missing_ok=True)
        raise


def _put(directory: Path, name: str, content: bytes) -> None:
    """Whole or not at all, and the name too is on disk."""
    new = directory / (name + ".new")
    _write_through(new, os.O_CREAT | os.O_TRUNC, content)
    os.rename(new, directory / name)
    _name_through(directory)


def _name_through(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _append(path: Path, line: bytes) -> None:
    _write_through(path, os.O_CREAT | os.O_APPEND, line)
    if path.stat().st_size > LARGEST_DONE:
        with suppress(OSError):
            _put(path.parent, path.name, b"".join(path.read_bytes().splitlines(keepends=True)[-REMEMBERED:]))


def _write_through(path: Path, how: int, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CLOEXEC | how, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
