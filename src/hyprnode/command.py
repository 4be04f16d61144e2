"""Other programs, asked a question: from the usual places, in plain English, with nothing to read, for so long."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from hyprnode.memory import whole

PLACES = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
ENVIRONMENT = {"PATH": ":".join(PLACES), "LC_ALL": "C", "HOME": "/"}
SECONDS = 8
NOT_THERE = 127
TOO_SLOW = 124


@dataclass(frozen=True)
class Ran:
    """`code` as bash gives it: NOT_THERE without such a program, TOO_SLOW when it had to be ended."""

    code: int
    output: str = ""
    errors: str = ""

    @property
    def why(self) -> str:
        """Its last words, for a sentence."""
        words = (self.errors or self.output).strip().splitlines()
        return words[-1] if words else f"it ended with {self.code}"


def run(words: Sequence[str], seconds: float = SECONDS) -> Ran:
    """What it says goes into memory, not through a pipe: nothing that it leaves behind can keep us waiting."""
    program = find(words[0])
    if program is None:
        return Ran(NOT_THERE, errors=f"{words[0]} is not installed")
    output, errors = os.memfd_create("output"), os.memfd_create("errors")
    try:
        code = _wait(_start(program, words, output, errors), seconds)
        return Ran(code, _text(output), f"took more than {seconds:g} s" if code == TOO_SLOW else _text(errors))
    finally:
        os.close(output)
        os.close(errors)


def find(name: str) -> str | None:
    paths = [name] if "/" in name else [f"{place}/{name}" for place in PLACES]
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def _start(program: str, words: Sequence[str], output: int, errors: int) -> int:
    redirections = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, errors, 2),
    ]
    return os.posix_spawn(program, list(words), ENVIRONMENT, file_actions=redirections, setsigmask=())


def _wait(pid: int, seconds: float) -> int:
    """Looked for often at first: most have an answer within milliseconds."""
    end = time.monotonic() + seconds
    pause = 0.0005
    try:
        while time.monotonic() < end:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.005)
    except BaseException:  # our own time is up: it must not live on
        _kill(pid)
        raise
    _kill(pid)
    return TOO_SLOW


def _kill(pid: int) -> None:
    """Not waited for: one that hangs in the kernel would keep us, too."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _text(fd: int) -> str:
    return whole(fd).decode("utf-8", "replace")
