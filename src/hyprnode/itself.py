"""What a process of this program says of itself, and how it is started once more."""

import os
import sys
from contextlib import suppress

try:
    from _hyprnode_syscalls import let_go_of_code as let_go_of_code  # type: ignore[import-not-found]  # an executable's own
except ImportError:

    def let_go_of_code() -> None:
        """Of its pages that nobody is in just now: who comes there again finds them in the system's cache.

        Of all that starting has brought in, waiting needs half. Only the executable can.
        """


# By this name the executable imports from itself: it stays what was started when another file takes its place.
ONE_FILE = "/proc/self/exe"
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from hyprnode.__main__ import main; main()"


def name(text: str) -> None:
    """What `ps` calls this process."""
    try:
        with open("/proc/self/comm", "w") as comm:
            comm.write(text[:15])
    except OSError:
        pass


def command(*words: str) -> list[str]:
    """This program with these words, whoever starts it and wherever: nothing of the environment matters."""
    home = os.path.dirname(os.path.dirname(__file__))  # a directory, or an archive
    if home in (sys.executable, ONE_FILE):  # all in one file, which needs no telling
        return [sys.executable, *words]
    return [sys.executable, "-I", "-S", "-c", START, home, *words]


def program() -> str:
    """What runs it. The executable as it was started, also when another file has taken its place."""
    return ONE_FILE if command() == [sys.executable] else sys.executable


def close_all_but(keep: int) -> None:
    """Whoever started the agent may have left descriptors open; a job must not find them."""
    for fd in [int(entry) for entry in os.listdir("/proc/self/fd")]:
        if fd > 2 and fd != keep:
            with suppress(OSError):  # the one that listed them is closed already
                os.close(fd)
