"""hyprbox runs: runs over many nodes, after they have begun."""

import sys

import click

from hyprbox.cli import many, remote, show
from hyprbox.cli.options import as_json, limit

COLUMNS = {"ID": "id", "STATE": "state", "TITLE": "title", "QUERY": "q", "BY": "madeBy", "WHEN": "madeAt"}
FACTS = {
    "Run": "id", "State": "state", "Why": "note", "Title": "title", "Query": "q", "Batches": "batches",
    "Batch": "batch", "Nodes": "nodes", "By": "madeBy", "Begun": "madeAt", "Expires": "expiresAt", "Ended": "endedAt",
}  # fmt: skip


@click.group("runs")
def command() -> None:
    """Runs over many nodes: list, show, follow, pause, resume, stop, retry. `hyprbox run QUERY` begins one."""


@command.command("list")
@limit
@as_json
def index(limit: int, as_json: bool) -> None:
    """Newest first."""
    rows = list(remote.needed().items("/api/runs", limit))
    show.data(rows) if as_json else show.table(rows, COLUMNS, "Nothing has been run over many nodes yet.")


@command.command("show")
@click.argument("run_id", metavar="ID")
@as_json
def show_one(run_id: str, as_json: bool) -> None:
    """With its nodes."""
    api = remote.needed()
    run = api.get(remote.of("runs", run_id))
    rows = list(api.items(remote.of("runs", run_id, "targets")))
    if as_json:
        show.data(run | {"targets": rows})
        return
    show.facts(run, FACTS)
    print()
    show.table(rows, many.COLUMNS, "It has no nodes.")


@command.command()
@click.argument("run_id", metavar="ID")
@click.option("--raw", is_flag=True, help="Hand the output on as it is, terminal sequences included.")
def follow(run_id: str, raw: bool) -> None:
    """Its output live, until it is over or waits for a person; exit code 1 if any node failed."""
    sys.exit(many.watch(remote.needed(), run_id, raw))


@command.command()
@click.argument("run_id", metavar="ID")
def pause(run_id: str) -> None:
    """What has begun goes on to its end; nothing new begins."""
    remote.needed().post(remote.of("runs", run_id, "pausing"))


@command.command()
@click.argument("run_id", metavar="ID")
def resume(run_id: str) -> None:
    """Accepts what has failed or is not known so far, and goes on."""
    remote.needed().post(remote.of("runs", run_id, "resumption"))


@command.command()
@click.argument("run_id", metavar="ID")
def stop(run_id: str) -> None:
    """Takes back what no node has fetched yet; what runs goes on to its end."""
    remote.needed().post(remote.of("runs", run_id, "stopping"))


@command.command()
@click.argument("run_id", metavar="ID")
def retry(run_id: str) -> None:
    """Tries the failed nodes again, then goes on."""
    remote.needed().post(remote.of("runs", run_id, "retry"))
