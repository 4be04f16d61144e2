"""hyprbox query: queries that are kept under a name."""

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import as_json

COLUMNS = {"NAME": "name", "QUERY": "q", "BY": "madeBy", "WHEN": "madeAt"}


@click.group("query")
def command() -> None:
    """Queries under a name, `@NAME` in any other: list, save, forget."""


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """By name."""
    rows = remote.needed().get("/api/queries")["items"]
    show.data(rows) if as_json else show.table(rows, COLUMNS, "No query has been saved.")


@command.command()
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
def save(name: str, query: tuple[str, ...]) -> None:
    """From now on @NAME stands for QUERY."""
    remote.needed().put(remote.of("queries", name), {"q": " ".join(query)})


@command.command()
@click.argument("name")
def forget(name: str) -> None:
    """What uses @NAME is refused until it is saved again."""
    remote.needed().delete(remote.of("queries", name))
