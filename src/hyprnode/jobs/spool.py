"""A job's own directory in memory-backed storage, where supervisor and agent meet. Neither needs the other to be there.

    holder      locked for as long as the supervisor lives; says its pid
    group       the control group of the script, where it has one
    head        the first part of the output; what was sent of it is freed
    tail-<n>    what came after it, in segments of which the newest two are kept
    sent        how far the agent has got, and from where on `head` is still there
    cancel      there when the API wants the job to end
    exit.json   how the job ended

The supervisor imports this, so it stays light.
"""

import fcntl
import json
import os
import signal
from contextlib import suppress
from typing import Any, NamedTuple

REPORT = 16384  # bytes
LARGEST_PID = 10  # digits


class Sent(NamedTuple):
    """Places as raw bytes and as what is sent of them: how far the API is, and where `head` begins by now."""

    raw: int = 0
    offset: int = 0
    base_raw: int = 0
    base_offset: int = 0


class Spool:
    def __init__(self, path: str) -> None:
        self.path = path

    def file(self, name: str) -> str:
        return os.path.join(self.path, name)

    def create(self) -> int:
        """The lock of `holder`, to be handed on: held by whoever has the job, in flight or running.

        OSError, also when there is no room for what must be said at the end: the output may fill the place.
        """
        self.remove()
        os.mkdir(self.path, 0o700)
        holder = os.open(self.file("holder"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            os.pwrite(holder, b" " * LARGEST_PID, 0)
            self._reserve("exit.json", REPORT)
        except OSError:
            os.close(holder)
            self.remove()
            raise
        return holder

    def is_held(self) -> bool:
        """A lock, unlike a pid, cannot be mistaken for another's, and is there before the process that gets it."""
        try:
            with open(self.file("holder")) as holder:
                fcntl.flock(holder, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def holder(self) -> int | None:
        """The supervisor's pid, while there is one."""
        text = self.text("holder").strip()
        return int(text) if text and self.is_held() else None

    def has_begun(self) -> bool:
        return self.text("holder").strip() != ""

    def text(self, name: str) -> str:
        try:
            with open(self.file(name)) as file:
                return file.read()
        except OSError:
            return ""

    def put(self, name: str, text: str) -> None:
        """Whole or not at all."""
        new = os.open(self.file(name + ".new"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with open(new, "w") as file:
            file.write(text)
            file.truncate()
        os.rename(self.file(name + ".new"), self.file(name))

    def _reserve(self, name: str, size: int) -> None:
        """So that put() finds room for `size` bytes even when the place is full by then."""
        new = os.open(self.file(name + ".new"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with open(new, "wb") as file:
            file.write(bytes(size))

    def ending(self) -> dict[str, Any] | None:
        """None: it goes on, or nobody was left to say how it ended."""
        text = self.text("exit.json")
        try:
            ending = json.loads(text or "null")
        except ValueError:
            return None
        return ending if isinstance(ending, dict) else None

    def cancel(self) -> None:
        """Asks the supervisor to end the job, if there is one."""
        pid = self.holder()
        if pid is not None:
            with suppress(OSError):
                self.put("cancel", "")
                os.kill(pid, signal.SIGTERM)

    def is_cancelled(self) -> bool:
        return os.path.exists(self.file("cancel"))

    def note(self, sent: Sent) -> bool:
        """Not needed to be right or there at all, only whole: the API says where it is. False: it is not noted."""
        try:
            self.put("sent", " ".join(map(str, sent)))
        except OSError:
            return False
        return True

    def sent(self) -> Sent:
        words = self.text("sent").split()
        return Sent(*map(int, words)) if len(words) == 4 else Sent()

    def free(self, length: int) -> None:
        """The first part of `head` is not needed any more. Not every file system gives it back."""
        from hyprnode.syscalls import punch_hole  # here: ctypes is large, and most jobs print little

        with suppress(OSError), open(self.file("head"), "r+b") as head:
            punch_hole(head.fileno(), 0, length)

    def drop(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self.file(name))

    def segments(self) -> list[int]:
        """The numbers of the tail's segments, oldest first."""
        try:
            names = os.listdir(self.path)
        except OSError:
            return []
        return sorted(int(name[5:]) for name in names if name.startswith("tail-"))

    def size(self, name: str) -> int:
        try:
            return os.stat(self.file(name)).st_size
        except OSError:
            return 0

    def read(self, name: str, position: int, size: int) -> bytes:
        try:
            with open(self.file(name), "rb", buffering=0) as file:
                file.seek(position)
                return file.read(size)
        except OSError:
            return b""

    def remove(self) -> None:
        try:
            for name in os.listdir(self.path):
                os.unlink(self.file(name))
            os.rmdir(self.path)
        except FileNotFoundError:
            pass
