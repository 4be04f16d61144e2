"""The nursery: a small process in which every process that lives a life of its own is born.

Threads and fork do not mix, and a job must outlive the agent. So this is forked before anything else is
imported or read (the token too), stays single-threaded, and does nothing but fork. It dies with the agent.

Where systemd bears the jobs, or there is no bash for any, it would sit there for a scan every 15 minutes. There each is
a start of this program anew: that takes 50 ms more and leaves nothing behind.
"""

import _thread
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import NoReturn

from hyprnode import cgroup, itself

LARGEST = 256
BASH = "/bin/bash"  # as jobs/shell says, which is not to be imported here
DEAF_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Gone(Exception):
    """The nursery died. Without it there are no jobs and no scans: the agent starts anew."""


class Nursery:
    """The agent's end of it."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.line = line
        self.lock = _thread.allocate_lock()

    def bear(self, what: str, fds: Sequence[int]) -> int:
        """The pid of a new `supervisor` or `scan`, to which `fds` are handed. OSError: the system has no room."""
        with self.lock:
            try:
                socket.send_fds(self.line, [what.encode()], fds)
                word = self.line.recv(LARGEST)
            except OSError:
                word = b""
        if not word:
            raise Gone
        pid, _, error = word.decode().partition(" ")
        if error:
            raise OSError(int(pid), error)
        return int(pid)


class OnCall(Nursery):
    """Nobody waits: who is to be born is started with what it is to do in a socket as its standard input."""

    def __init__(self) -> None:
        self.pid = 0

    def bear(self, what: str, fds: Sequence[int]) -> int:
        words = itself.command("summoned")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            socket.send_fds(ours, [what.encode()], fds)
            stdin = (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0)
            return os.posix_spawn(itself.program(), words, {}, file_actions=[stdin], setsid=True, setsigmask=DEAF_TO)


def start() -> Nursery | None:
    """None where there are no jobs and scans: they are for Linux."""
    if sys.platform != "linux":
        return None
    if cgroup.bears_jobs() or not os.path.exists(BASH):
        return OnCall()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        _live(theirs)
    theirs.close()
    return Nursery(pid, ours)


def _live(line: socket.socket) -> NoReturn:
    try:
        _settle(line.fileno())
        _tend(line)
    except BaseException:
        _last_words()
    os._exit(1)


def _settle(line: int) -> None:
    itself.name("hyprnode-births")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    # Meant for the agent; when it goes, so does this. What is born here is born deaf, and listens when it is ready:
    # a job that is cancelled that early must not be lost for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, DEAF_TO)
    os.environ.clear()
    itself.close_all_but(line)


def _tend(line: socket.socket) -> NoReturn:
    from hyprnode.jobs import supervisor  # here, once, so that a birth need not wait for it

    del supervisor
    while True:
        word, fds, _, _ = socket.recv_fds(line, LARGEST, 16)
        if not word:
            os._exit(0)
        for fd in fds:  # a received descriptor is inherited across exec, and recv_fds() ignores flags
            os.set_inheritable(fd, False)
        line.send(_birth(word.decode(), fds, line))
        for fd in fds:
            os.close(fd)


def _birth(what: str, fds: list[int], line: socket.socket) -> bytes:
    try:
        pid = os.fork()
    except OSError as error:
        return f"{error.errno} {error.strerror}".encode()
    if pid == 0:
        _grow_up(what, fds, line)
    return str(pid).encode()


def _grow_up(what: str, fds: list[int], line: socket.socket) -> NoReturn:
    try:
        line.close()
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _become(what, fds)
    except BaseException:
        _last_words()
    os._exit(1)


def summoned() -> NoReturn:
    """Started by systemd or by OnCall; what there is to do waits on standard input, or was given to somebody else."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    itself.close_all_but(0)
    with socket.socket(fileno=os.dup(0)) as line:
        word, fds, _, _ = socket.recv_fds(line, LARGEST, 16)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)  # else the next pipe would be its standard input, and that of all it starts
    os.close(nothing)
    for fd in fds:
        os.set_inheritable(fd, False)
    if word:
        _become(word.decode(), fds)
    os._exit(0)


def _become(what: str, fds: list[int]) -> NoReturn:
    if what == "supervisor":
        from hyprnode.jobs import supervisor

        supervisor.main(*fds)
    from hyprnode.scanners import child  # here: certificates and what reads them are for this child alone

    child.main(*fds)


def _last_words() -> None:
    import traceback  # here: it is never needed

    traceback.print_exc()
