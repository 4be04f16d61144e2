"""A job's supervisor as a transient service of systemd: outside the agent's control group, with none of its limits.

What it is to do waits in a socket that becomes its standard input: nothing of a job is among a unit's properties,
which everybody may read. Whoever takes the message out of the socket has the job, so that it is born once.
"""

import os
import socket
from collections.abc import Sequence

from hyprnode import cgroup, itself
from hyprnode.bus import Bus, Command, Descriptor, Refused, Value, Writer
from hyprnode.say import Trouble

START = (
    "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager",
    "StartTransientUnit",
    "ssa(sv)a(sa(sv))",
)
MICROSECONDS = 1_000_000

trouble = Trouble("[jobrunner] systemd")


def start(name: str, longest: float, fds: Sequence[int]) -> bool:
    """False when there is no systemd, or it will not: then nothing was started. `longest` seconds may it run."""
    if not cgroup.bears_jobs():
        return False
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        socket.send_fds(ours, [b"supervisor"], fds)
        try:
            _ask(name, properties(longest), theirs.fileno())
        except (OSError, Refused) as error:
            trouble.arose(f"{error}; jobs run in sessions of their own")
            return not _is_taken_back(theirs)
    trouble.ended()
    return True


def _ask(name: str, values: dict[str, Value], fd: int) -> None:
    with Bus() as bus:
        try:
            bus.call(*START, body=_body(name, values), fd=fd)
        except Refused as refused:
            if "OOMPolicy" not in str(refused):
                raise
            known_before_243 = {key: value for key, value in values.items() if key != "OOMPolicy"}
            bus.call(*START, body=_body(name, known_before_243), fd=fd)


def properties(longest: float) -> dict[str, Value]:
    """Without a word of the job.

    KillMode: what a job leaves running on purpose goes on when its supervisor has ended. OOMPolicy: when the kernel
    kills one of its processes, the script is to see that for itself. RuntimeMaxUSec is the second time limit, should
    the supervisor not keep its own. After: when the host goes down, the job is stopped first, and the agent still there
    to say how it ended.
    """
    return {
        "Description": "A job of HyprBox",
        "ExecStart": Command(itself.command("summoned")),
        "StandardInputFileDescriptor": Descriptor(0),
        "RuntimeMaxUSec": int(longest * MICROSECONDS),
        "KillMode": "process",
        "OOMPolicy": "continue",
        "Delegate": True,
        "CollectMode": "inactive-or-failed",
        "After": [unit for unit in [cgroup.unit()] if unit],
    }


def _body(name: str, values: dict[str, Value]) -> bytes:
    body = Writer()
    body.text(f"{name}.service")
    body.text("fail")
    body.properties(values)
    body.properties({})  # of other units
    return bytes(body.bytes)


def _is_taken_back(theirs: socket.socket) -> bool:
    """Whether what we sent was still in the socket; else somebody has been started with it after all."""
    theirs.setblocking(False)
    try:
        _, copies, _, _ = socket.recv_fds(theirs, 64, 16)
    except OSError:
        return False
    for fd in copies:
        os.close(fd)
    return True
