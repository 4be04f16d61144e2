"""Memory that runs out in one unit of the box: the kernel itself ends whoever it likes least there."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.host.box import Box
from tests.servers import wait_until

FIRST_KIND = Path("/sys/fs/cgroup/memory")  # a machine that counts memory here has boxes that count none


@contextmanager
def short(box: Box, unit: str, size: int) -> Iterator[None]:
    """All that runs in there by now may take `size` bytes more, and whoever it starts as well."""
    if FIRST_KIND.exists():
        yield from _by_the_machine(box, unit, size)
    else:
        assert "memory" in box.read("/sys/fs/cgroup/cgroup.controllers"), "expected a box that counts memory"
        box.run(f"systemctl set-property --runtime {unit} MemoryMax={size}")
        yield


def likes_least(box: Box, unit: str, victim: str) -> None:
    """Says so to the kernel: this one goes first."""
    box.run("\n".join(f"choom -n {1000 if pid == victim else 0} -p {pid}" for pid in everybody(box, unit)))


def everybody(box: Box, unit: str) -> list[str]:
    """As the box numbers them."""
    group = f"/sys/fs/cgroup/system.slice/{unit}"
    return box.run(f"cat {group}/cgroup.procs {group}/*/cgroup.procs").output.split()


def _by_the_machine(box: Box, unit: str, size: int) -> Iterator[None]:
    group = FIRST_KIND / f"{box.folder.name}-{unit}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(size))
        for pid in everybody(box, unit):
            join = ["nsenter", "--target", str(box.leader), "-p", "sh", "-c", 'echo "$1" >"$2/cgroup.procs"']
            subprocess.run([*join, "join", pid, str(group)], check=True)  # the number counts in the box
        yield
    finally:
        wait_until(lambda: _is_gone(group))


def _is_gone(group: Path) -> bool:
    with suppress(OSError):  # somebody in it is still on his way out
        group.rmdir()
    return not group.exists()
