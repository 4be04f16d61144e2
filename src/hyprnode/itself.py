"""What a process of this program says of itself, and how it is started once more."""

import os
import sys

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
