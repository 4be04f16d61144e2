"""How bash is started, so that a script on its standard input runs whole or not at all, in the environment promised.

Fed naively, `bash -s` has two traps. A command that reads standard input eats the rest of the script, and bash
exits 0. And when whoever feeds it dies half-way, bash runs the half. So the first line moves the script to
descriptor 9, points standard input at /dev/null and sources the rest, which bash reads to its end before it runs
any of it; and the script's first line starts with a gate that opens only when everything has been fed.
"""

import fcntl
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from hyprnode.jobs import oom
from hyprnode.jobs.group import Group

BASH = "/bin/bash"
GATE_FD = 7  # this and 9 are closed again before the script's first command
PROLOGUE = b"exec 9<&0 </dev/null; . /dev/fd/9\n"
GATE = b"read -ru7 _ || exit 126; exec 7<&- 9<&-; "  # on the script's own first line, so that $LINENO stays
OPEN_GATE = b"go\n"

BEFORE_THE_GATE = ("BASH", "SHELLOPTS", "PS4", "LD_")  # BASH_ENV is a file that bash runs, BASH_FUNC_read%% a function

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NEVER_PASSED = ("HYPRBOX_NODE_TOKEN", "HYPRBOX_NODE_TOKEN_FILE")


def fodder(script: str) -> bytes:
    """What bash is fed. NUL bytes go, as they would on standard input: a sourced file with one is refused as binary."""
    return PROLOGUE + GATE + script.replace("\0", "").encode("utf-8", "replace")


def environment(job_id: str, asked: Mapping[str, str], site: str, home: str) -> dict[str, str]:
    """The whole environment of a job; `site` is the text of /etc/hyprbox/job.env. Nothing is expanded.

    ValueError names a variable that cannot be one.
    """
    own = {
        "PATH": PATH,
        "HOME": home,
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        "HYPRBOX_JOB_ID": job_id,
    }
    everything = own | env_file(site) | dict(asked)
    for name, value in everything.items():
        check_variable(name, value)
    return {name: value for name, value in everything.items() if name not in NEVER_PASSED}


def stands_still(env: Mapping[str, str]) -> bool:
    """Whether bash, started in it, does nothing before its gate is opened. Of some variables it makes commands."""
    return not any(name.startswith(BEFORE_THE_GATE) for name in env)


def check_variable(name: str, value: str) -> None:
    if not name or "=" in name or "\0" in name + value:
        raise ValueError(f"env has {name!a}, expected a name without '=' and no NUL characters")


def env_file(text: str) -> dict[str, str]:
    """Lines as systemd's EnvironmentFile= takes them: NAME=value, quoted or not, # and ; start a comment."""
    lines = (line.strip().removeprefix("export ") for line in text.splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and line[0] not in "#;")
    return {name.strip(): unquoted(value.strip()) for name, value in pairs}


def unquoted(value: str) -> str:
    is_quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


class Bash(NamedTuple):
    """A started bash and our ends of its pipes; reading and feeding never block."""

    pid: int
    feed: int
    gate: int
    output: int


def start(env: Mapping[str, str]) -> Bash:
    """OSError when there is no bash, or no room for it.

    Spawned, not forked: that costs a fifth. What else there is to do to it can wait until it has started, for it runs
    nothing before its gate is opened. Its own session, so that `kill 0` in a script does not reach the supervisor.
    """
    stdin, feed = pipe()
    go, gate = pipe()
    output, stdout = pipe()
    places = [(stdin, 0), (stdout, 1), (stdout, 2), (go, GATE_FD)]
    try:
        pid = os.posix_spawn(
            BASH,
            [BASH, "-s"],
            env_bytes(env),
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, place) for fd, place in places],
            setsid=True,
            setsigmask=(),
            setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},  # Python ignores SIGPIPE
        )
    finally:
        for fd in (stdin, go, stdout):
            os.close(fd)
    os.set_blocking(feed, False)
    os.set_blocking(output, False)
    return Bash(pid, feed, gate, output)


def settle(pid: int, group: Group | None) -> None:
    """Into a group of its own if there is one. When memory is short, it is to be ended sooner than its supervisor."""
    with suppress(OSError):
        oom.spare(oom.sooner(), str(pid))
        if group is not None:
            group.take(pid)


def pipe() -> tuple[int, int]:
    """Its descriptors lie above those that a script knows, so that none is in the way when bash gets its own."""
    reading, writing = os.pipe()
    return _lifted(reading), _lifted(writing)


def _lifted(fd: int) -> int:
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(fd)
    return high


def env_bytes(env: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.encode("utf-8", "replace"): value.encode("utf-8", "replace") for name, value in env.items()}
