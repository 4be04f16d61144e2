"""Who is on the host has the last word: while this file is there, no job is started, whatever the API says."""

import os

FILE = "/etc/hyprbox/exec.lock"


def is_there() -> bool:
    return os.path.lexists(FILE)


def sentence() -> str:
    return f"{FILE} is there, expected it to be gone before anything may run on this host"
