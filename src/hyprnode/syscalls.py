"""What the standard library does not offer of Linux. All of them raise OSError."""

try:
    from _hyprnode_syscalls import adjtimex, fallocate, prctl  # type: ignore[import-not-found]  # an executable's own
except ImportError:
    from hyprnode.foreign import adjtimex, fallocate, prctl

PR_SET_CHILD_SUBREAPER = 36
FALLOC_FL_KEEP_SIZE = 1
FALLOC_FL_PUNCH_HOLE = 2
STA_UNSYNC = 0x40


def become_subreaper() -> None:
    """Orphaned descendants become our children instead of init's, however they were detached."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def punch_hole(fd: int, start: int, length: int) -> None:
    """What the file holds there is given back to the system, and read as zeros; the file keeps its size."""
    fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, start, length)


def clock() -> tuple[bool, int]:
    """Whether somebody keeps the clock right, and by how many microseconds it may be wrong at most."""
    status, most_wrong = adjtimex()
    return not status & STA_UNSYNC, most_wrong
