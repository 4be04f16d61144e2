"""`hyprnode scan`: looks once and prints what it sees. Nothing is sent."""

import json
from dataclasses import asdict

from hyprnode import scanners
from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners.look import look
from hyprwire import Finding, ScannerRun


def show(config: Config, as_json: bool) -> int:
    findings: list[Finding] = []
    runs: list[ScannerRun] = []
    host = Host(proc=config.proc)
    for scanner in scanners.ALL.values():
        found, run = look(scanner, host, config)
        findings += found
        runs.append(run)
    print(in_json(findings, runs) if as_json else in_words(findings, runs))
    return 0


def in_json(findings: list[Finding], runs: list[ScannerRun]) -> str:
    seen = {"findings": [asdict(one) for one in findings], "scanners": [asdict(one) for one in runs]}
    return json.dumps(seen, indent=2)


def in_words(findings: list[Finding], runs: list[ScannerRun]) -> str:
    lines = [f"{one.severity:8} {one.type:18} {one.key}: {one.message}" for one in findings]
    names = ", ".join(run.name for run in runs)
    return "\n".join([*lines, f"{len(findings)} findings by {names}"])
