"""The running agent: three rhythms and a nursery, from the first beat to SIGTERM."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from hyprnode import client, route, work
from hyprnode.client import Client
from hyprnode.config import BadSetting, Config, load
from hyprnode.host import Host, boot_id
from hyprnode.jobs import place
from hyprnode.jobs.journal import Journal
from hyprnode.jobs.place import NoPlace
from hyprnode.jobs.run import Runner
from hyprnode.nursery import Nursery
from hyprnode.pulse import Heard, Pulse
from hyprnode.rhythm import Rhythm, phase_of
from hyprnode.say import say
from hyprnode.vitals import Linux, Vitals
from hyprnode.work import Work
from hyprwire import __version__

LAST_MOMENTS = 1.0  # seconds for the rhythms to come to a stop; a job goes on without us


def run(nursery: Nursery | None) -> int:
    """The exit code."""
    try:
        return Agent(load(os.environ), nursery).run()
    except (BadSetting, NoPlace) as sentence:
        print(sentence, file=sys.stderr)
        return 2


@dataclass
class Agent:
    config: Config
    nursery: Nursery | None
    stop: Event = field(default_factory=Event)
    heard: Heard = field(default_factory=Heard)
    exit_code: int = 0

    def __post_init__(self) -> None:
        self.host = Host(proc=self.config.proc)
        self.route = route.plan(self.config)

    def client(self) -> Client:
        return Client(self.config, self.route)

    def pulse(self) -> Pulse:
        return Pulse(self.config, self.client(), observer(self.host), self.heard)

    def work(self, nursery: Nursery) -> Work:
        return Work(self.client(), self.runner(nursery), self.heard, self.stop)

    def runner(self, nursery: Nursery) -> Runner:
        spools = place.choose(self.config, self.host)
        return Runner(
            clients=self.client,
            nursery=nursery,
            journal=journal(self.config.state_dir, spools),
            spools=spools,
            boot=boot_id(self.host) or "",
            rescan=lambda scanners, job: None,
            stop=self.stop,
        )

    def run(self) -> int:
        say(f"hyprnode {__version__}", node=self.config.node_id, api=self.config.api_url)
        self._heed_signals()
        threads = [Thread(target=rhythm.run, name=rhythm.subject, daemon=True) for rhythm in self.rhythms()]
        for thread in threads:
            thread.start()
        self.stop.wait()
        self.heard.beat.set()
        until = time.monotonic() + LAST_MOMENTS
        for thread in threads:
            thread.join(max(0, until - time.monotonic()))
        return self.exit_code

    def rhythms(self) -> list[Rhythm]:
        phase = phase_of(self.config.node_id)
        patience = min(self.config.interval, client.LONGEST_PAUSE)
        pulse = Rhythm("heartbeat", self.pulse().beat, self.config.interval, self.stop, patience, phase)
        if self.nursery is None:
            return [pulse]
        jobs = Rhythm("[jobrunner] poll", self.work(self.nursery).step, 0, self.stop, patience, describe=work.describe)
        return [pulse, jobs]

    def _heed_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        if self.nursery is not None:
            signal.signal(signal.SIGCHLD, self._mourn)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.stop.set()

    def _mourn(self, number: int, frame: FrameType | None) -> None:
        """As a container's first process we are also handed orphans to bury."""
        try:
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if self.nursery is not None and pid == self.nursery.pid and not self.stop.is_set():
                    say("the nursery died, starting anew", nursery=pid)
                    self.exit_code = 1
                    self.stop.set()
        except ChildProcessError:
            pass


def observer(host: Host) -> Callable[[], Vitals]:
    if sys.platform == "linux":
        return Linux(host).observe
    from hyprnode import elsewhere  # psutil is installed only where it is needed

    return elsewhere.observe


def journal(state: Path, spools: str) -> Journal:
    """Beside the spools when the state directory cannot be written: forgetful at a reboot, but better than nothing."""
    try:
        return Journal(state / "jobs")
    except OSError as error:
        say("the journal is kept in memory only", HYPRBOX_STATE_DIR=state, why=error.strerror)
        return Journal(Path(spools) / "journal")
