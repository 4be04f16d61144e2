"""Files that are nowhere but in memory, to be handed to a process."""

import os


def in_memory(name: str, content: bytes) -> int:
    """Its descriptor."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    with open(fd, "wb", closefd=False) as file:
        file.write(content)
    return fd


def whole(fd: int) -> bytes:
    return os.pread(fd, os.fstat(fd).st_size, 0)
