"""Files in people's homes, read by root: whatever a user put there leads nowhere else, and nothing waits."""

import os
import stat
from dataclasses import dataclass

from hyprnode.host import Host, Unreadable

LARGEST = 1024 * 1024
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True)
class Entry:
    path: str
    status: os.stat_result
    text: str = ""


def entries(host: Host, home: str, below: str) -> list[Entry]:
    """The folders on the way from `home` to the file `below`, and the file. Empty when there is none. Unreadable.

    The home itself is root's choice, and may be a link; what is below is its owner's.
    """
    found: list[Entry] = []
    *folders, name = [part for part in below.split("/") if part]
    try:
        here = os.open(host.path(home), FOLDER & ~os.O_NOFOLLOW)
    except OSError:
        return []
    try:
        path = home
        for folder in folders:
            there = os.open(folder, FOLDER, dir_fd=here)
            os.close(here)
            here, path = there, f"{path}/{folder}"
            found.append(Entry(path, os.fstat(here)))
        found.append(file_in(here, name, f"{path}/{name}"))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unreadable(f"is not looked at: {error.strerror}") from None
    finally:
        os.close(here)
    return found


def file_in(folder: int, name: str, path: str) -> Entry:
    """Looked at before it is opened: opening alone may do something, to a tape or a FIFO."""
    before = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(before.st_mode):
        raise Unreadable("is a link, which root does not follow there")
    if not stat.S_ISREG(before.st_mode):
        raise Unreadable("is not a regular file")
    with open(os.open(name, FILE, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):  # it was another a moment ago
            raise Unreadable("is not a regular file")
        return Entry(path, status, file.read(LARGEST).decode("utf-8", "replace"))
