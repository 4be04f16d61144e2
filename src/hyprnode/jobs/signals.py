"""Signals for a loop that polls: whoever of the tree ends, and the word that the job is to end, wake it."""

import os
import signal
from collections.abc import Callable
from types import FrameType

from hyprnode.jobs import shell

Handler = Callable[[int, FrameType | None], None]


def listen(on_cancel: Handler) -> int:
    """A descriptor that becomes readable when a child ended or the job is to be cancelled."""
    signals, wake = shell.pipe()
    os.set_blocking(signals, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only a signal with a handler wakes
    signal.signal(signal.SIGTERM, on_cancel)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    return signals


def be_deaf() -> None:
    """For what this process becomes: children are buried by the kernel, which stays so across exec."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
