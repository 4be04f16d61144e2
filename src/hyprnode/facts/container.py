"""Whether this is a container: then the kernel, the clock, the disks and a restart are somebody else's business."""

from hyprnode.host import Host, shared

MARKS = ("/run/systemd/container", "/.dockerenv", "/run/.containerenv")


@shared
def is_container(host: Host) -> bool:
    return any(map(host.exists, MARKS)) or "container=" in (host.text("/proc/1/environ") or "")
