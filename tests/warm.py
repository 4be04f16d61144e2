"""`python -m hyprbox …` from a process that has read the program already: reading it is most of a start, and there are
hundreds of starts. What it makes is a process like any other, and a child of the test that asks for it."""

import atexit
import ctypes
import gc
import os
import pickle
import platform
import runpy
import signal
import socket
import subprocess
import sys
import threading
from functools import cache
from importlib import import_module

from hyprbox.cli import COMMANDS, command

CLONE = {"x86_64": 56, "aarch64": 220}[platform.machine()]
CLONE_PARENT = 0x8000
LONGEST = 1024 * 1024  # bytes, of words and environment


class Popen(subprocess.Popen):
    """For what begins with `python -m hyprbox`; knows of the standard files, `env`, and no more."""

    def _execute_child(self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, *others):
        pipes = others[3:9]
        files = [file if file != -1 else own for own, file in enumerate((pipes[0], pipes[3], pipes[5]))]
        self.pid = nursery().make(args[3:], dict(os.environ if env is None else env), files)
        self._child_created = True
        self._close_pipe_fds(*pipes)


class Nursery:
    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def make(self, words: list[str], env: dict[str, str], files: list[int]) -> int:
        socket.send_fds(self._ours, [pickle.dumps((words, env, os.getcwd()))], files)
        return int(self._ours.recv(20))

    def stop(self) -> None:
        self._ours.close()
        self._process.wait()


@cache
def nursery() -> Nursery:
    made = Nursery()
    atexit.register(made.stop)
    return made


def read_all() -> None:
    for name in COMMANDS:
        command(name)
    import_module("hyprbox.serve")
    import_module("alembic.command")  # which a new database needs
    gc.collect()
    gc.freeze()  # what is never looked at again is shared by all


def serve(channel: socket.socket) -> None:
    while True:
        said, files, *_ = socket.recv_fds(channel, LONGEST, 3)
        if not said:
            return
        if pid := fork_for_our_parent():
            channel.send(b"%d" % pid)
            for file in files:
                os.close(file)
        else:
            channel.close()
            become(*pickle.loads(said), files)


def fork_for_our_parent() -> int:
    """As os.fork, but a child of our parent's, which can wait for it."""
    pid = ctypes.PyDLL(None).syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    return pid


def become(words: list[str], env: dict[str, str], folder: str, files: list[int]) -> None:
    for own, file in enumerate(files):
        os.dup2(file, own)
    os.closerange(3, max(files) + 1)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv[1:] = words
    end(result())


def result() -> int:
    try:
        runpy.run_module("hyprbox", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def end(code: int) -> None:
    """As the interpreter ends, but for freeing what it has read, which takes longer than most commands."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    read_all()
    serve(socket.socket(fileno=int(sys.argv[1])))
