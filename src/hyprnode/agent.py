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

from hyprnode import route
from hyprnode.client import LONGEST_PAUSE, Client, Fault
from hyprnode.config import Config, expected, load
from hyprnode.host import Host, boot_id
from hyprnode.jobs.journal import Journal
from hyprnode.jobs.place import NoPlace, Place
from hyprnode.jobs.run import Runner
from hyprnode.nursery import Nursery
from hyprnode.pulse import Heard, Pulse
from hyprnode.rhythm import Failure, Rhythm, phase_of
from hyprnode.say import say
from hyprnode.vitals import Linux, Vitals
from hyprnode.watch import Watch
from hyprnode.work import Work, describe
from hyprwire import __version__

SOON = 10  # seconds within which the first scan comes after the start
LAST_MOMENTS = 1.0  # seconds for the rhythms to come to a stop; a job goes on without us


def run(nursery: Nursery | None) -> int:
    """The exit code."""
    return Agent(load(os.environ), nursery).run()


def once(nursery: Nursery | None) -> int:
    """One beat, one scan, all jobs that wait; 1 when the API cannot be had."""
    agent = Agent(load(os.environ), nursery)
    agent.heed_signals()
    try:
        agent.pulse().beat()
        if nursery is not None:
            watch = agent.watch(nursery)
            watch.scan()
            agent.work(nursery, watch).drain()
    except (Fault, Failure) as trouble:
        say(f"error: {trouble}")
        return 1
    return agent.exit_code


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

    def watch(self, nursery: Nursery) -> Watch:
        return Watch(self.client(), nursery, self.heard, self.stop)

    def work(self, nursery: Nursery, watch: Watch) -> Work:
        client = self.client()
        return Work(client, self.runner(client, nursery, watch), self.heard, self.stop)

    def runner(self, client: Client, nursery: Nursery, watch: Watch) -> Runner:
        place = Place(self.config, self.host)
        return Runner(
            client=client,
            another_client=self.client,
            nursery=nursery,
            journal=journal(self.config.state_dir, place),
            place=place,
            boot=boot_id(self.host) or "",
            rescan=watch.rescan,
            stop=self.stop,
        )

    def run(self) -> int:
        say(f"hyprnode {__version__}", node=self.config.node_id, api=self.config.api_url)
        self.heed_signals()
        threads = [
            Thread(target=rhythm.run, args=(first,), name=rhythm.subject, daemon=True)
            for rhythm, first in self.rhythms()
        ]
        for thread in threads:
            thread.start()
        self.stop.wait()
        self.heard.end()
        until = time.monotonic() + LAST_MOMENTS
        for thread in threads:
            thread.join(max(0, until - time.monotonic()))
        return self.exit_code

    def rhythms(self) -> list[tuple[Rhythm, float]]:
        """Each with its first pause."""
        phase = phase_of(self.config.node_id)
        patience = min(self.config.interval, LONGEST_PAUSE)
        pulse = Rhythm("heartbeat", self.pulse().beat, self.config.interval, self.stop, patience, phase)
        if self.nursery is None:
            return [(pulse, 0)]
        watch = self.watch(self.nursery)
        scans = Rhythm("scan", watch.scan, self.config.scan_interval, self.stop, patience)
        work = self.work(self.nursery, watch)
        jobs = Rhythm("[jobrunner] poll", work.step, 0, self.stop, patience, describe=describe)
        return [(pulse, 0), (jobs, 0), (scans, phase * min(SOON, self.config.scan_interval / 10))]

    def heed_signals(self) -> None:
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


def journal(state: Path, place: Place) -> Journal:
    """On disk, and where output is kept for when the disk takes no more: forgetful, but better than none."""
    kept = [path for path in (state / "jobs", spare(place)) if path is not None and is_made(path)]
    if not kept:
        raise expected("HYPRBOX_STATE_DIR", str(state), "a directory that can be written")
    if kept[0] != state / "jobs":
        say("the journal is kept in memory only", HYPRBOX_STATE_DIR=state)
    return Journal(kept)


def spare(place: Place) -> Path | None:
    try:
        return Path(place.directory()) / ".journal"  # no job's file can be called that
    except NoPlace:
        return None


def is_made(directory: Path) -> bool:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)
