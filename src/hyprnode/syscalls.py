"""What the standard library does not offer of Linux. The only place with ctypes: another build may have it in C.

Such a build brings a module of these two functions; both raise OSError.
"""

import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36
FALLOC_FL_KEEP_SIZE = 1
FALLOC_FL_PUNCH_HOLE = 2


def become_subreaper(wanted: bool = True) -> None:
    """Orphaned descendants become our children instead of init's, however they were detached."""
    check(_libc().prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0))


def punch_hole(fd: int, start: int, length: int) -> None:
    """What the file holds there is given back to the system, and read as zeros; the file keeps its size."""
    libc = _libc()
    fallocate = getattr(libc, "fallocate64", None) or libc.fallocate  # of glibc; musl has the other, with 64 bits too
    how = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
    check(fallocate(fd, how, ctypes.c_int64(start), ctypes.c_int64(length)))


def check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
