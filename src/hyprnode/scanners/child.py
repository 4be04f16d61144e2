"""The scan child: born in the nursery, looks, writes what it saw as lines of JSON, and is gone with its memory."""

import json
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, NoReturn

from hyprnode import config, itself, kept, memory, scanners
from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners.contract import Scanner
from hyprnode.scanners.look import look, off
from hyprwire import codec


def main(order: int, report: int) -> NoReturn:
    """`order` says the settings and which scanners, all if it names none; `report` is a pipe to the agent."""
    itself.name("hyprnode-scan")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    terms = json.loads(memory.whole(order))
    settings = config.load(terms["given"])
    host = Host(proc=settings.proc, kept=kept.load(settings.state_dir, terms["afresh"], settings.given))
    with open(report, "wb") as lines:
        for word in say(chosen(terms["scanners"]), host, settings):
            lines.write(word)
            lines.flush()  # so that the agent knows whose turn it is, should it have to end this
        host.kept.save()
    os._exit(0)


def chosen(names: Sequence[str]) -> list[Scanner]:
    return [scanner for scanner in scanners.ALL.values() if not names or scanner.name in names]


def say(plan: Sequence[Scanner], host: Host, settings: Config) -> Iterator[bytes]:
    yield line("plan", [scanner.name for scanner in plan])
    for scanner in plan:
        yield line("begin", scanner.name)
        findings, run = off(scanner) if scanner.name in settings.scanners_off else look(scanner, host, settings)
        yield b"".join(line("finding", asdict(finding)) for finding in findings) + line("run", asdict(run))


def line(kind: str, value: Any) -> bytes:
    return codec.encode({kind: value}) + b"\n"
