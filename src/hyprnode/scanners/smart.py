"""Disks that say of themselves that they fail or wear out."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from hyprnode import command
from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen
from hyprwire import Finding, Severity

EVERY = timedelta(hours=6)
ASLEEP = 2  # smartctl's exit code for a disk that it was told not to wake
# By their numbers: reallocated, pending, uncorrectable sectors.
BAD_SECTORS = {5: "reallocated", 197: "pending", 198: "uncorrectable"}

FAILING = FindingType(
    "disk.smart_failing",
    "Disk says that it fails",
    "The disk's own check says that it will fail soon.",
    (Severity.CRITICAL,),
)
WEAR = FindingType(
    "disk.smart_wear",
    "Disk wears out",
    "The disk has bad sectors, or used up 90 % of the writes that it was made for.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Asked every six hours: it takes a while, and disks do not like it."""
    disks = [name for name in host.names("/sys/block") if re.fullmatch(r"sd[a-z]+|nvme\d+n\d+|hd[a-z]", name)]
    if is_container(host) or not disks:
        return
    turn = int(host.now().timestamp() // EVERY.total_seconds())
    yield from host.kept.again(
        "smart", f"{turn} {' '.join(disks)}", partial(examine, host, disks, config.ssd_worn_percent)
    )


def examine(host: Host, disks: list[str], worn: int) -> Iterator[Seen]:
    for name in disks:
        ran = host.run(["smartctl", "-n", "standby", "-H", "-A", "-i", "-j", f"/dev/{name}"])
        if ran.code == command.NOT_THERE:
            return
        if ran.code == ASLEEP:
            yield Gap(f"/dev/{name}")
        elif said := parsed(ran.output):
            yield from judge(f"/dev/{name}", said, worn)


def parsed(output: str) -> Mapping[str, Any]:
    """Nothing for a disk that has no such thing, as in virtual machines and behind RAID controllers."""
    try:
        said = json.loads(output)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and "smart_status" in said else {}


def judge(disk: str, said: Mapping[str, Any], worn: int) -> Iterator[Finding]:
    facts = {"model": said.get("model_name"), "serial": said.get("serial_number")}
    if said["smart_status"].get("passed") is False:
        message = f"{disk} ({facts['model']}) says that it will fail"
        yield FAILING.found(disk, Severity.CRITICAL, message, **facts)
    signs = {**bad_sectors(said), **wear(said, worn)}
    if signs:
        some = ", ".join(f"{name} {value}" for name, value in signs.items())
        yield WEAR.found(disk, Severity.WARN, f"{disk} ({facts['model']}) wears out: {some}", signs=signs, **facts)


def bad_sectors(said: Mapping[str, Any]) -> dict[str, int]:
    table = said.get("ata_smart_attributes", {}).get("table", [])
    values = {row["id"]: row["raw"]["value"] for row in table}
    return {name: values[number] for number, name in BAD_SECTORS.items() if values.get(number)}


def wear(said: Mapping[str, Any], worn: int) -> dict[str, int]:
    log = said.get("nvme_smart_health_information_log", {})
    found = {}
    if log.get("percentage_used", 0) >= worn:
        found["percentageUsed"] = log["percentage_used"]
    if log.get("available_spare", 100) < log.get("available_spare_threshold", 0):
        found["availableSpare"] = log["available_spare"]
    if log.get("media_errors"):
        found["mediaErrors"] = log["media_errors"]
    return found


SCANNER = Scanner("smart", scan, (FAILING, WEAR))
