"""hyprbox window: when something may begin."""

from datetime import timedelta

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration, as_json

COLUMNS = {
    "ID": "id", "NAME": "name", "QUERY": "q", "CRON": "cron", "ZONE": "timeZone", "SECONDS": "seconds",
    "OPEN UNTIL": "openUntil",
}  # fmt: skip


@click.group("window")
def command() -> None:
    """Maintenance windows: list, add, remove."""


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """By name."""
    rows = remote.needed().get("/api/windows")["items"]
    show.data(rows) if as_json else show.table(rows, COLUMNS, "Something may begin on every node at any time.")


@command.command()
@click.argument("name")
@click.argument("query")
@click.option("--cron", required=True, metavar="'0 2 * * *'", help="When it opens.")
@click.option("--for", "length", type=Duration(), required=True, metavar="2h", help="How long it is open.")
@click.option("--time-zone", default="UTC", show_default=True, metavar="ZONE")
def add(name: str, query: str, cron: str, length: timedelta, time_zone: str) -> None:
    """Outside of it nothing begins on the nodes of QUERY, inside nobody is told of them. Prints its id."""
    seconds = int(length.total_seconds())
    body = {"name": name, "q": query, "cron": cron, "seconds": seconds, "timeZone": time_zone}
    print(remote.needed().post("/api/windows", body)["id"])


@command.command()
@click.argument("window_id", metavar="ID")
def remove(window_id: str) -> None:
    """Its nodes may be touched at any time again, unless another window says otherwise."""
    remote.needed().delete(remote.of("windows", window_id))
