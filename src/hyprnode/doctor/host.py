"""What the host gives a job: bash, a place outside of the agent, and room to breathe."""

import os
from collections.abc import Iterator

from hyprnode import cgroup, pressure
from hyprnode.config import Config
from hyprnode.doctor.check import Check, broken, to_mend, well
from hyprnode.host import Host
from hyprnode.jobs.shell import BASH


def look(config: Config, host: Host) -> Iterator[Check]:
    yield bash(host)
    yield outside()
    yield breath(host)


def bash(host: Host) -> Check:
    if not os.access(BASH, os.X_OK):
        return broken("bash", f"{BASH} is not there: no job can run")
    ran = host.run([BASH, "--version"])
    return well("bash", ran.output.split("\n")[0]) if ran.code == 0 else broken("bash", f"{BASH}: {ran.why}")


def outside() -> Check:
    """Of the agent, so that what ends it does not end its jobs."""
    if cgroup.systemd_runs() and os.geteuid() == 0:
        return well("jobs run", "as transient units of systemd, outside of the agent")
    top = cgroup.top()
    if top is not None and os.access(top, os.W_OK) and not cgroup.systemd_runs():
        return well("jobs run", f"in control groups of their own, below {top}")
    return to_mend("jobs run", "in sessions of their own: a limit of the agent's control group is theirs as well")


def breath(host: Host) -> Check:
    under = pressure.high(host)
    return to_mend("pressure", f"{under}; scans wait meanwhile") if under else well("pressure", "low")
