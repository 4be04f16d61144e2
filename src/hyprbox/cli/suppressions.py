"""hyprbox suppression: what is known and accepted wherever it comes up."""

import sys
from datetime import UTC, datetime, timedelta

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration, as_json, limit

COLUMNS = {
    "ID": "id", "TYPE": "type", "KEY": "key", "NODES": "q", "UP TO": "ceiling", "BY": "madeBy", "UNTIL": "until",
    "FINDINGS": "findings", "WHY": "reason",
}  # fmt: skip


@click.group("suppression")
def command() -> None:
    """Suppressions: create, list, lift."""


@command.command()
@click.option("--type", "type_", default="", metavar="TYPE", help="For example ssh.password_auth.")
@click.option("--key", default="", help="Only this one of the type.")
@click.option("--on", "q", default="", metavar="QUERY", help="Only on these nodes, for example env=test.")
@click.option("--up-to", default="WARN", type=click.Choice(["INFO", "WARN", "CRITICAL"], case_sensitive=False))
@click.option("--reason", required=True, help="Why it may stay.")
@click.option("--for", "span", type=Duration(), metavar="30d", help="For this long.")
@as_json
def create(type_: str, key: str, q: str, up_to: str, reason: str, span: timedelta | None, as_json: bool) -> None:
    """What fits is acknowledged now and whenever it comes up; what is worse is not."""
    until = None if span is None else (datetime.now(UTC) + span).isoformat()
    body = {"type": type_, "key": key, "q": q, "ceiling": up_to.upper(), "reason": reason, "until": until}
    made = remote.needed().post("/api/suppressions", body)
    show.data(made) if as_json else print(made["id"])
    if not made["findings"]:
        print("hyprbox: it holds back no finding at the moment, and whatever fits from now on", file=sys.stderr)


@command.command("list")
@limit
@as_json
def index(limit: int, as_json: bool) -> None:
    """Those in force."""
    rows = list(remote.needed().items("/api/suppressions", limit))
    show.data(rows) if as_json else show.table(rows, COLUMNS, "Nothing is suppressed.")


@command.command()
@click.argument("suppression_id", metavar="ID")
def lift(suppression_id: str) -> None:
    """What it held back is open again."""
    remote.needed().delete(remote.of("suppressions", suppression_id))
