"""Paths and patterns that an operator configured: what they match, and where we may not look."""

import os

from hyprnode.host import Host


def is_glob(path: str) -> bool:
    return any(character in path for character in "*?[")


def matches(host: Host, pattern: str) -> list[str]:
    """A path that was named is meant whether it exists or not; a pattern says what exists."""
    return host.glob(pattern) if is_glob(pattern) else [pattern]


def closed(host: Host, pattern: str) -> tuple[str, str] | None:
    """A pattern that matches nothing is silence, unless its folder may not be listed: that one, and why."""
    if not is_glob(pattern):
        return None
    folder = os.path.dirname(pattern)
    while is_glob(folder):
        folder = os.path.dirname(folder)
    try:
        os.listdir(host.path(folder))
    except PermissionError as error:
        return folder, f"cannot be listed: {error.strerror}"
    except OSError:
        pass
    return None
