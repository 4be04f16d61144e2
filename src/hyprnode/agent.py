"""The running agent: its rhythms, from the first beat to SIGTERM."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from hyprnode import route
from hyprnode.answer import Fault
from hyprnode.client import Client
from hyprnode.config import Config, load
from hyprnode.herald import Herald, herald
from hyprnode.host import Host
from hyprnode.nursery import Nursery
from hyprnode.pulse import Heard, Pulse
from hyprnode.rhythm import Failure, Rhythm, phase_of
from hyprnode.say import say
from hyprnode.vitals import Linux, Vitals
from hyprwire import __version__

LAST_MOMENTS = 0.3  # seconds for a request that is on its way; a job goes on without us


@dataclass
class Agent:
    config: Config
    stop: Event = field(default_factory=Event)
    heard: Heard = field(default_factory=Heard)
    exit_code: int = 0
    herald: Herald | None = None

    def __post_init__(self) -> None:
        self.host = Host(proc=self.config.proc)
        self.route = route.plan(self.config)

    def client(self) -> Client:
        """A new connection: each rhythm has its own."""
        return Client(self.config, self.route)

    def pulse(self, about: Callable[[], dict[str, Any]] = dict) -> Pulse:
        return Pulse(self.config, self.client(), observer(self.host), self.heard, about)

    def rhythm(self, subject: str, action: Callable[[], object], interval: float) -> Rhythm:
        return Rhythm(subject, action, interval, self.stop, self.config.patience, phase_of(self.config.node_id))

    def keep(self, rhythms: list[Rhythm]) -> None:
        """Until told to stop."""
        threads = [Thread(target=rhythm.run, name=rhythm.subject, daemon=True) for rhythm in rhythms]
        for thread in threads:
            thread.start()
        if self.herald is not None:
            self.herald.start(rhythms)
        hold_signals(False)
        self.stop.wait()
        self.heard.end()
        until = time.monotonic() + LAST_MOMENTS
        for thread in threads:
            thread.join(max(0, until - time.monotonic()))

    def heed_signals(self, nursery: Nursery | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: self.stop.set())
        if nursery is not None:
            signal.signal(signal.SIGCHLD, lambda number, frame: self._mourn(nursery))

    def _mourn(self, nursery: Nursery) -> None:
        """As a container's first process we are also handed orphans to bury."""
        try:
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if pid == nursery.pid and not self.stop.is_set():
                    say("the nursery died, starting anew", nursery=pid)
                    self.exit_code = 1
                    self.stop.set()
        except ChildProcessError:
            pass


def run(nursery: Nursery | None) -> int:
    """The exit code."""
    agent = Agent(load(os.environ), herald=herald(os.environ))
    say(f"hyprnode {__version__}", node=agent.config.node_id, api=agent.config.api_url)
    agent.heed_signals(nursery)
    hold_signals(True)
    if nursery is None:
        rhythms = [agent.rhythm("heartbeat", agent.pulse().beat, agent.config.interval)]
    else:
        from hyprnode import duties  # full of what only Linux has

        rhythms = duties.rhythms(agent, nursery)
    agent.keep(rhythms)
    return agent.exit_code


def hold_signals(held: bool) -> None:
    """While the other threads are born, which stay as they are born: signals are for the one that waits for them.

    Of two that come at once another thread would take the second, and nobody would be woken for it.
    """
    if sys.platform == "linux":
        how = signal.SIG_BLOCK if held else signal.SIG_UNBLOCK
        signal.pthread_sigmask(how, (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD))


def once(nursery: Nursery | None) -> int:
    """One beat, one scan, all jobs that wait; 1 when the API cannot be had."""
    agent = Agent(load(os.environ))
    agent.heed_signals(nursery)
    try:
        if nursery is None:
            agent.pulse().beat()
        else:
            from hyprnode import duties

            duties.once(agent, nursery)
    except (Fault, Failure) as trouble:
        say(f"error: {trouble}")
        return 1
    return agent.exit_code


def observer(host: Host) -> Callable[[], Vitals]:
    if sys.platform == "linux":
        return Linux(host).observe
    from hyprnode import elsewhere  # psutil is installed only where it is needed

    return elsewhere.observe
