"""One process for one job: feeds bash, keeps its output, its time and its tree, leaves exit.json. It needs no agent.

Born in the nursery, single-threaded: one poll loop over bash's output, the feed, and signals. SIGCHLD says that
somebody of the tree ended, SIGTERM that the job is to be cancelled.
"""

import json
import os
import select
import signal
import time
from contextlib import suppress
from math import inf
from types import FrameType
from typing import Any, NoReturn

from hyprnode import memory, nursery
from hyprnode.clock import stamp
from hyprnode.jobs import ending, shell
from hyprnode.jobs.demise import Demise
from hyprnode.jobs.feeder import Feeder
from hyprnode.jobs.recorder import Recorder
from hyprnode.jobs.spool import Spool
from hyprnode.syscalls import become_subreaper

PIECE = 65536
DRAIN_SECONDS = 0.3  # after bash's end, for what its last children still write: `exec > >(tee log)` for one
LONGEST_WAIT = 3600  # poll() takes no more than weeks
REPORT = 16384  # bytes; room for the ending is kept from the start, since the output may fill the place


def main(order: int, script: int, holder: int, bell: int) -> NoReturn:
    """`order` and `script` are files in memory, `holder` is the spool's lock, `bell` a pipe to the agent."""
    terms = json.loads(memory.whole(order))
    os.write(holder, str(os.getpid()).encode())
    _settle(bell)
    supervisor = Supervisor(terms, script, bell)
    supervisor.spool.put("exit.json", json.dumps(supervisor.supervise()))
    supervisor.ring()
    if supervisor.is_written_to:
        drink_up(supervisor.bash.output)
    os._exit(0)


def _settle(bell: int) -> None:
    nursery.name("hyprnode-job")
    os.chdir("/")
    os.umask(0o022)
    os.set_blocking(bell, False)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):  # the agent's may be a pipe, whose reader must not wait for us
        os.dup2(nothing, fd)
    become_subreaper()


class Supervisor:
    def __init__(self, terms: dict[str, Any], script: int, bell: int) -> None:
        self.terms = terms
        self.script = script
        self.bell = bell
        self.spool = Spool(terms["spool"])
        self.spool.reserve("exit.json", REPORT)
        self.recorder = Recorder(self.spool, terms["head"], terms["tail"])
        self.reason = "exit"
        self.demise: Demise | None = None
        self.status: int | None = None
        self.is_cancelled = False
        self.is_childless = False
        self.is_written_to = False
        self.drained_at = inf

    def supervise(self) -> dict[str, Any]:
        """The report."""
        self.started_at = stamp()
        self.signals = listen(self._cancel)
        try:
            self.bash = shell.start(self.terms["env"])
        except OSError as error:
            self.reason = "spawn_error"
            return self._report({"errorMsg": f"{shell.BASH} could not be started: {error.strerror}"})
        self._begin()
        while not self._is_over():
            self._wait()
            self._keep_time(time.monotonic())
        return self._report(ending.exit_of(self.status, self.reason) | self._traces())

    def _begin(self) -> None:
        self.deadline = time.monotonic() + self.terms["timeoutSeconds"]
        self.is_written_to = True
        self.feeder = Feeder(self.script, self.bash.feed, self.bash.gate)
        self.poll = select.poll()
        self.poll.register(self.signals, select.POLLIN)
        self.poll.register(self.bash.output, select.POLLIN)
        self.poll.register(self.bash.feed, select.POLLOUT)

    def _is_over(self) -> bool:
        now = time.monotonic()
        if self._has_ended():
            self.drained_at = min(self.drained_at, now + DRAIN_SECONDS)
            return not self.is_written_to or now >= self.drained_at
        return self.demise is not None and now >= self.demise.give_up_at

    def _has_ended(self) -> bool:
        """The process counts, not the pipe: a background process may hold that for ever."""
        return self.status is not None and (self.demise is None or self.is_childless)

    def _wait(self) -> None:
        until = min(self.deadline, self.drained_at, self.demise.next_at if self.demise else inf)
        seconds = min(max(0.0, until - time.monotonic()), LONGEST_WAIT)
        for fd, _ in self.poll.poll(seconds * 1000 + 1):
            if fd == self.bash.output:
                self._copy()
            elif fd == self.signals:
                self._reap()
            else:
                self._feed()

    def _copy(self) -> None:
        output = os.read(self.bash.output, PIECE)
        if output:
            self.recorder.write(output)
            self.ring()
        else:
            self.poll.unregister(self.bash.output)
            self.is_written_to = False

    def _feed(self) -> None:
        self.feeder.pump()
        if self.feeder.is_done:
            self.poll.unregister(self.bash.feed)

    def _reap(self) -> None:
        os.read(self.signals, PIECE)
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0] != 0:
                self._mourn(*ended)
        except ChildProcessError:
            self.is_childless = True

    def _mourn(self, pid: int, status: int) -> None:
        if pid == self.bash.pid:
            self.status = status
            self.deadline = inf
            if self.demise is not None:
                self.demise.ask_again()

    def _keep_time(self, now: float) -> None:
        if self.demise is not None:
            if now >= self.demise.next_at:
                self.demise.press(now)
        elif self.status is None and self.is_cancelled:
            self._end("cancel", now)
        elif now >= self.deadline:
            self._end("timeout", now)

    def _end(self, reason: str, now: float) -> None:
        self.reason = reason
        self.deadline = inf
        self.demise = Demise(os.getpid(), self.terms["killGraceSeconds"], now)

    def _cancel(self, number: int, frame: FrameType | None) -> None:
        self.is_cancelled = True

    def ring(self) -> None:
        """Tells the agent to look; it may be gone, or know already."""
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self.bell, b"!")

    def _traces(self) -> dict[str, Any]:
        left = [] if self.is_childless else ending.survivors(os.getpid())
        return {"survivors": left, "rusage": ending.usage()}

    def _report(self, facts: dict[str, Any]) -> dict[str, Any]:
        times = {"startedAt": self.started_at, "finishedAt": stamp()}
        return {"reason": self.reason, "total": self.recorder.total, **times, **facts}


def listen(on_cancel: Any) -> int:
    """A descriptor that becomes readable when a child ended or the job is to be cancelled."""
    signals, wake = shell.pipe()
    os.set_blocking(signals, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only a signal with a handler wakes
    signal.signal(signal.SIGTERM, on_cancel)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    return signals


def drink_up(output: int) -> NoReturn:
    """A daemon that the script started has the pipe: without a reader it would die of SIGPIPE at its next word."""
    become_subreaper(False)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # stays across exec: the kernel reaps
    os.set_blocking(output, True)
    os.dup2(output, 0)
    try:
        os.execve("/bin/cat", ["cat"], {})
    except OSError:
        while os.read(output, PIECE):
            pass
    os._exit(0)
