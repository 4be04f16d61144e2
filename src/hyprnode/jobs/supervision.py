"""Feeds bash, keeps its output, its time and its tree, and says how it ended.

Single-threaded: one poll loop over bash's output, the feed, and signals. SIGCHLD says that somebody of the tree
ended, SIGTERM that the job is to end.
"""

import os
import select
import signal
import time
from contextlib import suppress
from math import inf
from types import FrameType
from typing import Any

from hyprnode import cgroup, execlock, itself
from hyprnode.clock import stamp
from hyprnode.jobs import deferral, ending, group, oom, shell, signals
from hyprnode.jobs.demise import Demise
from hyprnode.jobs.family import Family
from hyprnode.jobs.feeder import Feeder
from hyprnode.jobs.listener import Listener
from hyprnode.jobs.spool import Spool

DRAIN_SECONDS = 0.3  # after bash's end, for what its last children still write: `exec > >(tee log)` for one
MOVE_SECONDS = 0.3  # after bash's start: the kernel takes ten milliseconds to move a process, and most jobs are short
LONGEST_WAIT = 3600  # poll() takes no more than weeks
LARGEST = 65536
SPARED = -900  # when memory is short, a supervisor is of no use dead and holds little


class Supervision:
    def __init__(self, terms: dict[str, Any], script: int, bell: int, word: int) -> None:
        self.terms = terms
        self.script = script
        self.word = word
        self.bell = bell
        self.spool = Spool(terms["spool"])
        self.poll = select.poll()
        self.has_bash = False
        self.unborn: str | None = None
        self.reason = "exit"
        self.demise: Demise | None = None
        self.status: int | None = None
        self.is_cancelled = False
        self.is_childless = False
        self.drained_at = inf
        self.moves_at = inf

    def is_wanted(self) -> bool:
        """Waits for the agent's word, with bash standing at its gate, so that it need not be waited for afterwards.

        Not for a job that may have to wait for others, nor with variables that are more than that to bash: then bash is
        started when it can run.
        """
        self.signals = signals.listen(self._cancel)
        self.poll.register(self.signals, select.POLLIN)
        if not self.terms["waitFor"] and shell.stands_still(self.terms["env"]):
            self._start_bash()
        self._make_ready()
        is_wanted = self._word() != b""
        if not is_wanted:
            self._put_down_bash()
        return is_wanted

    def _word(self) -> bytes:
        """Of the agent; none when it is gone, or when this is told to end before that: a host that goes down need not
        wait until its agent has reached an API."""
        hearing = select.poll()
        for fd in (self.word, self.signals):
            hearing.register(fd, select.POLLIN)
        while not self.is_cancelled:
            if any(fd == self.word for fd, _ in hearing.poll()):
                return os.read(self.word, LARGEST)
            self._reap()
        return b""

    def supervise(self) -> dict[str, Any]:
        """The report."""
        self.started_at = stamp()
        if (refusal := self._refusal()) is not None:
            self._put_down_bash()
            return self._report(refusal)
        if not self.has_bash and self.unborn is None:
            self._start_bash()
            self._settle_bash()
        if self.unborn is not None:
            return self._report({"reason": "spawn_error", "errorMsg": self.unborn})
        self.started_at = stamp()
        self._begin()
        while not self._is_over():
            self._wait()
            self._keep_time(time.monotonic())
        self.listener.finish()
        return self._report(self._end_of_bash())

    def _start_bash(self) -> None:
        try:
            self.bash = shell.start(self.terms["env"])
        except OSError as error:
            self.unborn = f"{shell.BASH} could not be started: {error.strerror}"
        else:
            self.has_bash = True
            self.feeder = Feeder(self.script, self.bash.feed, self.bash.gate)
            self.feeder.pump()

    def _make_ready(self) -> None:
        """What bash need not wait for, while it starts."""
        itself.name("hyprnode-job")
        with suppress(OSError):  # not without root
            oom.spare(SPARED)
        self.family = Family(os.getpid(), group.settle(self.terms["name"]))
        self._settle_bash()
        self.listener = Listener(self.spool, self.terms, self.bell)
        self.kills = oom.kills(self.family.group is not None)

    def _settle_bash(self) -> None:
        if self.has_bash:
            shell.settle(self.bash.pid, self.family.group)

    def _put_down_bash(self) -> None:
        """It has done nothing: its gate was never opened."""
        if self.has_bash and self.status is None:
            os.kill(self.bash.pid, signal.SIGKILL)

    def _refusal(self) -> dict[str, Any] | None:
        """Why it must not run, once it could."""
        hindered = deferral.wait(self.terms["waitFor"], self.listener.say, self._pause)
        if self.is_cancelled:
            return {"reason": "cancel", "errorMsg": "cancelled before it started"}
        if hindered is not None or execlock.is_there():
            return {"reason": "refused", "errorMsg": hindered or execlock.sentence()}
        return None

    def _pause(self, seconds: float) -> bool:
        """False as soon as the job is to end."""
        self.poll.poll(seconds * 1000)
        return not self.is_cancelled

    def _begin(self) -> None:
        now = time.monotonic()
        self.deadline, self.moves_at = now + self.terms["timeoutSeconds"], now + MOVE_SECONDS
        self._note_group()
        self.listener.attach(self.bash.output)
        self.poll.register(self.bash.output, select.POLLIN)
        if not self.feeder.is_done:
            self.poll.register(self.bash.feed, select.POLLOUT)
        self.feeder.let_run()

    def _note_group(self) -> None:
        if self.family.group is not None:
            with suppress(OSError):  # a full place; it is needed only should this process die
                self.spool.put("group", self.family.group.path)

    def _move(self) -> None:
        """With all that it has started, into a group of their own, unless they are in one."""
        if self.family.group is not None or self.demise is not None or self.status is not None:
            return
        if (made := group.make(self.terms["name"], self.terms["spool"])) is None:
            return
        alone, self.family = self.family, Family(os.getpid(), made)
        made.gather(lambda: [process.pid for process in alone.members()])
        self.kills = oom.kills(is_alone=True)
        self._note_group()

    def _is_over(self) -> bool:
        now = time.monotonic()
        if self._has_ended():
            self.drained_at = min(self.drained_at, now + DRAIN_SECONDS)
            return not self.listener.is_open or now >= self.drained_at
        return self.demise is not None and now >= self.demise.give_up_at

    def _has_ended(self) -> bool:
        """The process counts, not the pipe: a background process may hold that for ever."""
        return self.status is not None and (self.demise is None or self.is_childless)

    def _wait(self) -> None:
        for fd, _ in self.poll.poll(self._patience() * 1000 + 1):
            if fd == self.bash.output:
                self._hear()
            elif fd == self.signals:
                self._reap()
            else:
                self._feed()

    def _patience(self) -> float:
        now = time.monotonic()
        until: float = min(self.deadline, self.drained_at, self.moves_at, self.demise.next_at if self.demise else inf)
        seconds = min(max(0.0, until - now), LONGEST_WAIT)
        return min(seconds, self.listener.patience(self.poll, now, may_brake=self.status is None))

    def _hear(self) -> None:
        self.listener.hear()
        if not self.listener.is_open:
            self.poll.unregister(self.bash.output)

    def _feed(self) -> None:
        self.feeder.pump()
        if self.feeder.is_done:
            self.poll.unregister(self.bash.feed)

    def _reap(self) -> None:
        os.read(self.signals, LARGEST)
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
        if now >= self.moves_at:
            self.moves_at = inf
            self._move()
        if self.demise is not None:
            if now >= self.demise.next_at:
                self.demise.press(now)
        elif self.status is None and self.is_cancelled:
            self._end(self._why_told(), now)
        elif now >= self.deadline:
            self._end("timeout", now)

    def _why_told(self) -> str:
        """By the API or somebody here; or the host goes down."""
        return "reboot" if not self.spool.is_cancelled() and cgroup.is_going_down() else "cancel"

    def _end(self, reason: str, now: float) -> None:
        self.reason = reason
        self.deadline = inf
        self.demise = Demise(self.family, self.terms["killGraceSeconds"], now)

    def _cancel(self, number: int, frame: FrameType | None) -> None:
        self.is_cancelled = True

    def _end_of_bash(self) -> dict[str, Any]:
        facts = ending.exit_of(self.status, self.reason)
        left = [] if self.is_childless else ending.survivors(self.family)
        return {**facts, "errorMsg": self._why(facts["exitCode"]), "survivors": left, "rusage": ending.usage()}

    def _why(self, code: int | None) -> str | None:
        """What the reason and the exit code do not tell."""
        if self.reason == "reboot":
            return "the host went down while the job ran"
        if self.reason == "cancel" and not self.spool.is_cancelled():
            return "ended on this host: its supervisor was told to stop"
        return oom.since(self.kills, oom.kills(self.family.group is not None)) if code != 0 else None

    def _report(self, facts: dict[str, Any]) -> dict[str, Any]:
        times = {"startedAt": self.started_at, "finishedAt": stamp()}
        return {"reason": self.reason, "total": self.listener.total, **times, **facts}
