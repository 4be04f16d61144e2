"""Where this process stands in the control groups, of the second kind and of the first. Light: supervisors use it."""

import os
from collections.abc import Iterator

UNIFIED = ""


def systemd_runs() -> bool:
    """As sd_booted(3) tells. It wants nobody else to make groups where it does."""
    return os.path.isdir("/run/systemd/system")


def bears_jobs() -> bool:
    """Whether systemd would, each as a unit of its own."""
    return systemd_runs() and os.geteuid() == 0


def unit() -> str | None:
    """Of this process, if systemd started it as a service."""
    name = os.path.basename(own() or "")
    return name if name.endswith(".service") and systemd_runs() else None


def is_going_down() -> bool:
    """The host, as its systemd tells."""
    from hyprnode import command  # here: asked when a job is told to stop, and hardly ever then

    return systemd_runs() and command.run(["systemctl", "is-system-running"]).output.strip() == "stopping"


def text(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def own(controller: str = UNIFIED) -> str | None:
    """The directory of this process's group, if it can be seen; `controller` is one of the first kind, as `memory`."""
    name = membership(text("/proc/self/cgroup"), controller)
    return place(text("/proc/self/mountinfo"), controller, name) if name is not None else None


def top() -> str | None:
    """The uppermost group of the second kind that can be seen."""
    return next((point for _, point in mounts(text("/proc/self/mountinfo"), UNIFIED)), None)


def membership(cgroup: str, controller: str) -> str | None:
    """`cgroup` as /proc/self/cgroup: lines of number, controllers and name."""
    for line in cgroup.splitlines():
        _, controllers, name = line.split(":", 2)
        if controller in controllers.split(","):
            return name
    return None


def place(mountinfo: str, controller: str, name: str) -> str | None:
    """None for a group that lies outside of what is mounted, as in a container."""
    for root, point in mounts(mountinfo, controller):
        if (name + "/").startswith(root.rstrip("/") + "/") and "/.." not in name:
            return point + name.removeprefix(root.rstrip("/")).rstrip("/")
    return None


def mounts(mountinfo: str, controller: str) -> Iterator[tuple[str, str]]:
    """Which group is to be seen, and where. `mountinfo` as /proc/self/mountinfo."""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        if kind == "cgroup2" if controller == UNIFIED else controller in options.split(","):
            root, point = left.split(" ")[3:5]
            yield root, point


def count(path: str, name: str) -> int | None:
    """Of lines such as `oom_kill 3`; None when nobody counts that there."""
    found = [line.split(" ")[1] for line in text(path).splitlines() if line.startswith(name + " ")]
    return int(found[0]) if found else None
