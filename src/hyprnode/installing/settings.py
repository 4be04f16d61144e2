"""The service's settings, a file of lines NAME=value. What is not ours to set stays as somebody wrote it."""

import re

from hyprnode.jobs.shell import env_file

PLAIN = re.compile(r"[\w.:/@%+,=-]*", re.ASCII)


def values(text: str) -> dict[str, str]:
    return env_file(text)


def changed(text: str, wanted: dict[str, str | None]) -> str:
    """With these values in place of the ones there; None takes a line away."""
    left = dict(wanted)
    lines = []
    for line in text.splitlines():
        name = line.partition("=")[0].strip()
        if name not in wanted:
            lines.append(line)
        elif (value := left.pop(name, None)) is not None:
            lines.append(f"{name}={quoted(value)}")
    lines += [f"{name}={quoted(value)}" for name, value in left.items() if value is not None]
    return "".join(f"{line}\n" for line in lines)


def quoted(value: str) -> str:
    """As systemd reads it."""
    if PLAIN.fullmatch(value):
        return value
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'
