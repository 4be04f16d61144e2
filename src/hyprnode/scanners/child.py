"""The scan child: born in the nursery, looks, writes what it saw as lines of JSON, and is gone with its memory."""

import json
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any, NoReturn

from hyprnode import config, itself, kept, memory, scanners
from hyprnode.config import Config
from hyprnode.facts import inventory
from hyprnode.host import Host
from hyprnode.scanners.contract import Scanner
from hyprnode.scanners.look import SECONDS, alarm, look, off
from hyprwire import codec


def main(order: int, report: int) -> NoReturn:
    """`order` says the settings and which scanners, all if it names none; `report` is a pipe to the agent."""
    itself.name("hyprnode-scan")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    terms = json.loads(memory.whole(order))
    settings = config.load(terms["given"])
    host = Host(proc=settings.proc, kept=kept.load(settings.state_dir, terms["afresh"], settings.given))
    words = chain(say(chosen(terms["scanners"]), host, settings), stock(host, terms["known"]))
    try:
        with open(report, "wb") as lines:
            for word in words:
                lines.write(word)
                lines.flush()  # so that the agent knows whose turn it is, should it have to end this
            host.kept.save()
    except BrokenPipeError:  # the agent is gone, and its successor looks for itself
        os._exit(1)
    os._exit(0)


def chosen(names: Sequence[str]) -> list[Scanner]:
    return [scanner for scanner in scanners.ALL.values() if not names or scanner.name in names]


def say(plan: Sequence[Scanner], host: Host, settings: Config) -> Iterator[bytes]:
    yield line("plan", [scanner.name for scanner in plan])
    for scanner in plan:
        yield line("begin", scanner.name)
        findings, run = off(scanner) if scanner.name in settings.scanners_off else look(scanner, host, settings)
        yield b"".join(line("finding", asdict(finding)) for finding in findings) + line("run", asdict(run))


def stock(host: Host, known: dict[str, str] | None) -> Iterator[bytes]:
    """Of the inventory what is not as `known`. A part that cannot be told costs none of the others."""
    for name in inventory.KINDS if known is not None else ():
        try:
            with alarm(SECONDS):
                part = inventory.news(host, name, (known or {}).get(name, ""))
        except Exception:  # the edge of each part: what is wrong there the scanners of the same things say
            continue
        if part:
            yield line("part", asdict(part))


def line(kind: str, value: Any) -> bytes:
    return codec.encode({kind: value}) + b"\n"
