"""The scan child: born in the nursery, looks, writes what it saw as lines of JSON, and is gone with its memory."""

import json
import os
import signal
from dataclasses import asdict
from typing import Any, NoReturn

from hyprnode import config, itself, memory, scanners
from hyprnode.host import Host
from hyprnode.scanners.look import look
from hyprwire import codec


def main(order: int, report: int) -> NoReturn:
    """`order` says the settings and which scanners, all if it names none; `report` is a pipe to the agent."""
    itself.name("hyprnode-scan")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    terms = json.loads(memory.whole(order))
    settings = config.load(terms["given"])
    host = Host(proc=settings.proc)
    with open(report, "wb") as lines:
        for scanner in scanners.ALL.values():
            if not terms["scanners"] or scanner.name in terms["scanners"]:
                lines.write(line("begin", scanner.name))
                lines.flush()  # so that the agent knows whose turn it was, should it have to end this
                findings, run = look(scanner, host, settings)
                lines.writelines(line("finding", asdict(finding)) for finding in findings)
                lines.write(line("run", asdict(run)))
    os._exit(0)


def line(kind: str, value: Any) -> bytes:
    return codec.encode({kind: value}) + b"\n"
