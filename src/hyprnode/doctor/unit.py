"""The service: whether it runs, and whether what runs is what is installed."""

import os
from collections.abc import Iterator

from hyprnode import answering, cgroup
from hyprnode.config import Config
from hyprnode.doctor.check import Check, broken, to_mend, well
from hyprnode.host import Host
from hyprnode.jobs.place import NoPlace
from hyprwire import __version__

UNIT = "hyprnode.service"
OURS = "/hyprnode.service.d/token.conf"
ASKED = ("LoadState", "ActiveState", "NeedDaemonReload", "DropInPaths", "KillMode", "UnitFileState")


def look(config: Config, host: Host) -> Iterator[Check]:
    yield running(config, host)
    if cgroup.systemd_runs():
        yield from drift(properties(host))


def running(config: Config, host: Host) -> Check:
    try:
        told = answering.ask(answering.address(config, host))
    except (OSError, ValueError, NoPlace):
        why = "" if os.geteuid() == 0 else "; only its own user is answered"
        return to_mend("agent", f"no agent of {config.node_id} answers on this host{why}")
    if told["version"] != __version__:
        return to_mend("agent", f"{told['version']} runs, {__version__} is installed: restart it")
    errors = [one["error"] for one in told["rhythms"] if one["error"]]
    if errors:
        return broken("agent", f"it runs, and says: {'; '.join(errors)}")
    return well("agent", f"{told['version']} runs as {config.node_id}, pid {told['pid']}")


def properties(host: Host) -> dict[str, str]:
    ran = host.run(["systemctl", "show", UNIT, f"--property={','.join(ASKED)}"])
    return dict(line.split("=", 1) for line in ran.output.splitlines() if "=" in line)


def drift(unit: dict[str, str]) -> Iterator[Check]:
    if unit.get("LoadState") != "loaded":
        yield to_mend("unit", f"{UNIT} is not installed: nothing starts the agent after a restart of the host")
        return
    found = list(deviations(unit))
    yield from (to_mend("unit", sentence) for sentence in found)
    if not found:
        yield well("unit", f"{UNIT} is {unit.get('ActiveState')} and as it was installed")


def deviations(unit: dict[str, str]) -> Iterator[str]:
    if unit.get("NeedDaemonReload") == "yes":
        yield f"{UNIT} was changed since it was loaded: systemctl daemon-reload"
    if changing := [path for path in unit.get("DropInPaths", "").split() if not path.endswith(OURS)]:
        yield f"{UNIT} is changed by {' '.join(changing)}"
    if unit.get("KillMode", "process") != "process":
        yield f"{UNIT} has KillMode={unit['KillMode']}, expected process: a stop could end jobs without systemd's units"
    if unit.get("UnitFileState") not in ("enabled", "enabled-runtime", None, ""):
        yield f"{UNIT} is {unit['UnitFileState']}, expected enabled: it does not start with the host"
