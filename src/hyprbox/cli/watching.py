"""Output of jobs on a terminal or into a file, of one or of many at a time."""

import sys
import threading
from collections.abc import Callable
from typing import Any

from hyprbox.cli import show
from hyprbox.cli.follow import Unreachable, follow
from hyprbox.cli.remote import Remote
from hyprbox.cli.safe import Output


class Lines:
    """Whole lines behind the name of their node, so that those of two nodes never mix."""

    def __init__(self, prefix: str, one_at_a_time: threading.Lock) -> None:
        self._prefix, self._lock, self._rest = prefix, one_at_a_time, ""

    def write(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        with self._lock:
            sys.stdout.writelines(f"{self._prefix}{line}\n" for line in lines)
            sys.stdout.flush()

    def end(self) -> None:
        if self._rest:
            self.write("\n")


def writer(raw: bool, write: Callable[[str], Any]) -> Callable[[str], None]:
    """On a terminal only colours pass; into a file or a pipe goes what the job printed."""
    safe = Output()
    filtered = sys.stdout.isatty() and not raw

    def put(text: str) -> None:
        write(safe.feed(text) if filtered else text)
        sys.stdout.flush()

    return put


def until_its_end(api: Remote, job_id: str, write: Callable[[str], None]) -> Any:
    try:
        return follow(api, job_id, write)
    except Unreachable as error:
        show.fail(str(error))
