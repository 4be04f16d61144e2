"""hyprbox finding: what is wrong."""

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration, as_json, limit
from hyprbox.cli.run import pairs, settings, watch_one
from hyprbox.cli.safe import plain

COLUMNS = {
    "ID": "id", "SEVERITY": "severity", "NODE": "nodeId", "TYPE": "type", "KEY": "key", "STATE": "state",
    "SEEN": "lastSeen",
}  # fmt: skip
FACTS = {
    "Finding": "id", "Node": "nodeId", "Type": "type", "Key": "key", "Severity": "severity", "State": "state",
    "Message": "message", "First seen": "firstSeen", "Last seen": "lastSeen", "Reopened": "reopenCount",
    "Held by": "heldBy", "Because": "reason", "Until": "until", "Resolved": "resolvedHow", "Details": "metadata",
}  # fmt: skip
EVENTS = {"WHEN": "at", "WAS": "was", "BECAME": "became", "BY": "actor", "NOTE": "note"}

STATES = ("OPEN", "ACKNOWLEDGED", "SNOOZED", "FIXING", "RESOLVED")
PROOF_SECONDS = 120
AMONG_THE_LAST = 20  # fixes of its node

until = click.option("--until", "span", type=Duration(), metavar="7d", help="For this long.")


@click.group("finding")
def command() -> None:
    """Findings: list, show, ack, snooze, fix."""


@command.command("list")
@click.argument("query", nargs=-1)
@click.option("--node", "node_id", metavar="ID")
@click.option("--type", "type_", metavar="TYPE", help="For example tls.expiring.")
@click.option("--severity", type=click.Choice(["INFO", "WARN", "CRITICAL"], case_sensitive=False))
@click.option("--state", type=click.Choice(STATES, case_sensitive=False), help="All but RESOLVED unless said.")
@limit
@as_json
def index(
    query: tuple[str, ...], node_id: str | None, type_: str | None, severity: str | None, state: str | None,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Worst first."""
    wanted = {"q": " ".join(query) or None, "nodeId": node_id, "type": type_, "severity": severity, "state": state}
    rows = list(remote.needed().items("/api/findings", limit, **wanted))
    nothing = "No finding matches." if any(wanted.values()) else "Nothing is wrong."
    show.data(rows) if as_json else show.table(rows, COLUMNS, nothing)


@command.command("show")
@click.argument("finding_id", metavar="ID")
@as_json
def show_one(finding_id: str, as_json: bool) -> None:
    """With its history and the preset that answers it."""
    row = remote.needed().get(remote.of("findings", finding_id))
    if as_json:
        show.data(row)
        return
    show.facts(row, FACTS)
    if row["state"] in ("RESOLVED", "FIXING"):
        pass
    elif row["recommendation"]:
        print(f"\nhyprbox finding fix {row['id']}   runs {row['recommendation']['preset']}")
    elif row["byHand"]:
        print(f"\nNo preset answers it. {row['byHand']}")
    print()
    show.table(row["events"], EVENTS, "It has no history.")


@command.command()
@click.argument("finding_id", metavar="ID")
@click.option("--reason", default="", help="Why it may stay.")
@until
def ack(finding_id: str, reason: str, span: timedelta | None) -> None:
    """Known and accepted; it comes back when it gets worse."""
    remote.needed().post(remote.of("findings", finding_id, "acknowledgement"), {"reason": reason, "until": _end(span)})


@command.command()
@click.argument("finding_id", metavar="ID")
@click.option("--reason", default="", help="Why it can wait.")
@until
def snooze(finding_id: str, reason: str, span: timedelta | None) -> None:
    """Out of sight for a while: a day unless said."""
    end = _end(span or timedelta(days=1))
    remote.needed().post(remote.of("findings", finding_id, "snooze"), {"reason": reason, "until": end})


@command.command()
@click.argument("finding_id", metavar="ID")
@click.option("--preset", metavar="ID", help="Another one than the recommended.")
@settings
@click.option("--raw", is_flag=True)
def fix(finding_id: str, preset: str | None, sets: tuple[str, ...], raw: bool) -> None:
    """Runs the preset that answers it, then says what the scan after it saw; exit code 0 only when it is gone."""
    api = remote.needed()
    job = api.post(remote.of("findings", finding_id, "fix"), {"preset": preset, "params": pairs(sets)})
    code = watch_one(api, job, raw)
    if code == 0:
        code = int(not verdict(api, finding_id))
        tell_of_the_proof(api, job)
    sys.exit(code)


def verdict(api: remote.Remote, finding_id: str) -> bool:
    """Waits for the scan that proves it, and says what that saw."""
    end = time.monotonic() + PROOF_SECONDS
    while (finding := api.get(remote.of("findings", finding_id)))["state"] == "FIXING" and time.monotonic() < end:
        time.sleep(0.5)
    print(f"{finding['state']}: {plain(finding['events'][-1]['note'])}")
    return bool(finding["state"] == "RESOLVED")


def tell_of_the_proof(api: remote.Remote, job: Any) -> None:
    for fix in api.items("/api/remediations", AMONG_THE_LAST, nodeId=job["nodeId"]):
        if fix["jobId"] == job["id"] and fix["verdict"]:
            print(f"hyprbox proof get {fix['id']}   prints the proof")


def _end(span: timedelta | None) -> str | None:
    return None if span is None else (datetime.now(UTC) + span).isoformat()
