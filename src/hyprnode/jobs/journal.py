"""What must survive the agent: which jobs it took, how far each got, and which it has done, so that none runs twice.

One small file a job, on disk before the step it speaks of. Nothing of a script or its output is in here.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from hyprwire import Completion, codec

REMEMBERED = 1000
DONE = "done.jsonl"
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
    spool: str
    tail: int
    runId: str | None = None
    leaseSeconds: float | None = None
    rescan: list[str] = field(default_factory=list)

    def at(self, stage: Stage) -> "Entry":
        return replace(self, stage=stage)


@dataclass(frozen=True, kw_only=True)
class Record:
    """How a job ended that is done."""

    id: str
    completion: Completion


class Journal:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.length = sum(1 for _ in self._done())

    def entries(self) -> list[Entry]:
        """What an agent that was here before left unfinished; what cannot be read is no entry."""
        found = [self._read(path) for path in sorted(self.directory.glob("*.json"))]
        return [entry for entry in found if entry is not None]

    def _read(self, path: Path) -> Entry | None:
        try:
            return codec.decode(Entry, path.read_bytes())
        except (OSError, ValueError):
            return None

    def write(self, entry: Entry) -> None:
        """On disk when this returns."""
        path = self._path(entry.id)
        new = path.with_suffix(".new")
        _write_through(new, os.O_TRUNC, codec.encode(entry))
        os.rename(new, path)
        self._sync()

    def drop(self, entry: Entry) -> None:
        self._path(entry.id).unlink(missing_ok=True)

    def remember(self, job_id: str, completion: Completion) -> None:
        """The API knows how it ended, and so do we from now on."""
        record = Record(id=job_id, completion=replace(completion, output="", offset=None, leftOut=0))
        _write_through(self.directory / DONE, os.O_APPEND, codec.encode(record) + b"\n")
        self.length += 1
        if self.length >= 2 * REMEMBERED:
            self._shorten()

    def known(self, job_id: str) -> Record | None:
        for line in self._done():
            if job_id.encode() in line and (record := _record(line)) and record.id == job_id:
                return record
        return None

    def _done(self) -> Iterator[bytes]:
        try:
            with open(self.directory / DONE, "rb") as lines:
                yield from lines
        except FileNotFoundError:
            return

    def _shorten(self) -> None:
        newest = list(self._done())[-REMEMBERED:]
        new = self.directory / (DONE + ".new")
        _write_through(new, os.O_TRUNC, b"".join(newest))
        os.rename(new, self.directory / DONE)
        self.length = len(newest)

    def _path(self, job_id: str) -> Path:
        return self.directory / f"{file_name(job_id)}.json"

    def _sync(self) -> None:
        directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(directory)
        os.close(directory)


def file_name(job_id: str) -> str:
    """A name from elsewhere never becomes a path; hashed ones are longer than any that is not, so they never meet."""
    if PLAIN_ID.fullmatch(job_id):
        return job_id
    return "sha256-" + hashlib.sha256(job_id.encode("utf-8", "replace")).hexdigest()


def _record(line: bytes) -> Record | None:
    try:
        return codec.decode(Record, line)
    except ValueError:
        return None


def _write_through(path: Path, how: int, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
