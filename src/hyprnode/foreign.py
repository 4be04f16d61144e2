"""System calls through ctypes, where the agent runs in a Python that was not made for it."""

import ctypes
import os

TIMEX_BYTES = 256  # more than struct timex has anywhere
LIBC = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    check(LIBC.prctl(option, value, 0, 0, 0))


def fallocate(fd: int, mode: int, start: int, length: int) -> None:
    call = getattr(LIBC, "fallocate64", None) or LIBC.fallocate  # glibc has both; musl's only one has 64 bits
    check(call(fd, mode, ctypes.c_int64(start), ctypes.c_int64(length)))


def adjtimex() -> tuple[int, int]:
    """The clock's status and its largest error in microseconds. Asks only; needs no rights."""
    timex = ctypes.create_string_buffer(TIMEX_BYTES)
    if LIBC.adjtimex(timex) < 0:
        check(-1)
    # modes, then offset, frequency, maximal and estimated error as longs, then status: each where C aligns it
    long = ctypes.sizeof(ctypes.c_long)
    return ctypes.c_int.from_buffer(timex, 5 * long).value, ctypes.c_long.from_buffer(timex, 3 * long).value


def check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
