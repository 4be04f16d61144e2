"""What the agent does on Linux besides beating: jobs and scans."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hyprnode import answering, execlock, pressure
from hyprnode.agent import Agent
from hyprnode.config import Config
from hyprnode.host import boot_id, machine
from hyprnode.jobs import birth
from hyprnode.jobs.journal import Journal
from hyprnode.jobs.ledger import Ledger
from hyprnode.jobs.place import NoPlace, Place
from hyprnode.jobs.run import Runner
from hyprnode.now import Now
from hyprnode.nursery import Nursery
from hyprnode.rhythm import Rhythm
from hyprnode.say import say
from hyprnode.values import expected
from hyprnode.watch import Watch
from hyprnode.work import Work, describe

SOON = 10  # seconds within which the first scan comes


def rhythms(agent: Agent, nursery: Nursery) -> list[Rhythm]:
    watch = watching(agent, nursery)
    work = working(agent, nursery, watch)
    beats = agent.rhythm("heartbeat", agent.pulse(about(agent)).beat, agent.config.interval)
    scans = agent.rhythm("scan", watch.scan, agent.config.scan_interval)
    scans.first_pause = scans.phase * min(SOON, scans.interval / 10)
    jobs = agent.rhythm("[jobrunner] poll", work.step, interval=0)
    jobs.describe = describe
    answering.start(Now(agent, [beats, scans, jobs], work.runner))
    return [beats, scans, jobs]


def about(agent: Agent) -> Callable[[], dict[str, Any]]:
    return partial(about_host, agent.config)


def about_host(config: Config) -> dict[str, Any]:
    """What a heartbeat says besides how the host is."""
    head = Ledger(config.state_dir).told()
    journal = {"journal_seq": head.seq, "journal_head": head.hash} if head else {}
    return {**journal, "exec_lock": execlock.is_there()}


def once(agent: Agent, nursery: Nursery) -> None:
    agent.pulse(about(agent)).beat()
    watch = watching(agent, nursery)
    watch.scan()
    working(agent, nursery, watch).drain()


def watching(agent: Agent, nursery: Nursery) -> Watch:
    return Watch(agent.client(), nursery, agent.heard, agent.stop, pressure=partial(pressure.high, agent.host))


def working(agent: Agent, nursery: Nursery, watch: Watch) -> Work:
    client = agent.client()
    place = Place(agent.config, agent.host)
    runner = Runner(
        client=client,
        another_client=agent.client,
        bear=birth.outside_or_in(nursery),
        journal=journal(agent.config.state_dir, place),
        place=place,
        boot=boot_id(agent.host) or "",
        machine=machine(agent.host),
        ledger=Ledger(agent.config.state_dir),
        rescan=watch.rescan,
        stop=agent.stop,
    )
    return Work(client, runner, agent.heard, agent.stop)


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
