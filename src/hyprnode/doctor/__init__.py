"""`hyprnode doctor`: looks at everything that the agent needs, and says of each in one sentence whether it is there."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from hyprnode.config import Config
from hyprnode.doctor import files, host, unit, way
from hyprnode.doctor.check import Check, Verdict
from hyprnode.host import Host

WELL, TO_MEND, BROKEN = 0, 1, 3  # 2 is for settings that are none
COLOURS = {Verdict.WELL: 32, Verdict.TO_MEND: 33, Verdict.BROKEN: 31}


def show(config: Config, as_json: bool) -> int:
    """0 all is well, 1 something should be mended, 3 the agent cannot do its work."""
    checks = []
    for check in look(config):
        checks.append(check)
        if not as_json:
            print(in_words(check, sys.stdout.isatty()), flush=True)
    code = verdict(checks)
    if as_json:
        print(json.dumps({"exit": code, "checks": [asdict(check) for check in checks]}, indent=2))
    return code


def look(config: Config) -> Iterator[Check]:
    here = Host(proc=config.proc)
    yield from files.look(config, here)
    yield from host.look(config, here)
    yield from way.look(config, here)
    yield from unit.look(config, here)


def verdict(checks: list[Check]) -> int:
    verdicts = {check.verdict for check in checks}
    return BROKEN if Verdict.BROKEN in verdicts else TO_MEND if Verdict.TO_MEND in verdicts else WELL


def in_words(check: Check, in_colour: bool) -> str:
    mark = f"{check.verdict:8}"
    if in_colour:
        mark = f"\033[{COLOURS[check.verdict]}m{mark}\033[0m"
    return f"{mark} {check.name:14} {check.text}"
