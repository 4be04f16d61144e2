"""`hyprnode scan`: looks once, as the agent would, and prints what it sees. Nothing is sent."""

import json
from dataclasses import asdict

from hyprnode import scanning
from hyprnode.config import Config
from hyprnode.nursery import Nursery
from hyprnode.scanning import Sight
from hyprnode.thresholds import Thresholds


def show(nursery: Nursery, config: Config, as_json: bool) -> int:
    sight = scanning.look(nursery, Thresholds.kept(config).applied())
    print(in_json(sight) if as_json else in_words(sight))
    return 0


def in_json(sight: Sight) -> str:
    seen = {"findings": [asdict(one) for one in sight.findings], "scanners": [asdict(one) for one in sight.runs]}
    return json.dumps(seen, indent=2)


def in_words(sight: Sight) -> str:
    lines = [f"{one.severity:8} {one.type:26} {one.key}: {one.message}" for one in sight.findings]
    names = ", ".join(run.name for run in sight.runs)
    return "\n".join([*lines, f"{len(sight.findings)} findings by {names}"])
