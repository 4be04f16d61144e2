"""What the standard library does not offer of Linux. Both functions raise OSError."""

try:
    from _hyprnode_syscalls import fallocate, prctl  # type: ignore[import-not-found]  # an executable's own, in C
except ImportError:
    from hyprnode.foreign import fallocate, prctl

PR_SET_CHILD_SUBREAPER = 36
FALLOC_FL_KEEP_SIZE = 1
FALLOC_FL_PUNCH_HOLE = 2


def become_subreaper() -> None:
    """Orphaned descendants become our children instead of init's, however they were detached."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def punch_hole(fd: int, start: int, length: int) -> None:
    """What the file holds there is given back to the system, and read as zeros; the file keeps its size."""
    fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, start, length)
