"""System calls through ctypes, where the agent runs in a Python that was not made for it."""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    check(LIBC.prctl(option, value, 0, 0, 0))


def fallocate(fd: int, mode: int, start: int, length: int) -> None:
    call = getattr(LIBC, "fallocate64", None) or LIBC.fallocate  # glibc has both; musl's only one has 64 bits
    check(call(fd, mode, ctypes.c_int64(start), ctypes.c_int64(length)))


def check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
