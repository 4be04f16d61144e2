"""What the standard library does not offer of Linux. The only place with ctypes: another build may have it in C."""

import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36
STA_UNSYNC = 0x40
TIMEX_BYTES = 256  # more than struct timex has anywhere


def become_subreaper(wanted: bool = True) -> None:
    """Orphaned descendants become our children instead of init's, however they were detached."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def clock() -> tuple[bool, int]:
    """Whether somebody keeps the clock right, and by how many microseconds it may be wrong at most."""
    timex = ctypes.create_string_buffer(TIMEX_BYTES)  # modes = 0: only asks
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtimex(timex) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    # modes, then offset, frequency, maximal and estimated error as longs, then status: each where C aligns it
    long = ctypes.sizeof(ctypes.c_long)
    most_wrong = ctypes.c_long.from_buffer(timex, 3 * long).value
    status = ctypes.c_int.from_buffer(timex, 5 * long).value
    return not status & STA_UNSYNC, most_wrong
