"""What the standard library does not offer of Linux. The only place with ctypes: another build may have it in C."""

import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper(wanted: bool = True) -> None:
    """Orphaned descendants become our children instead of init's, however they were detached."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
