"""hyprbox threshold: how much is too much, and which scanners do not look."""

from typing import Any

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import as_json
from hyprwire.thresholds import OFF, THRESHOLDS

COLUMNS = {"NAME": "name", "QUERY": "q", "SETTINGS": "settings", "BY": "madeBy"}
ON_NODE = {"SETTING": "name", "VALUE": "value", "THRESHOLD": "threshold", "SET ON THE HOST": "own"}


@click.group("threshold")
def command() -> None:
    """Thresholds and scanners by label and host: list, set, remove, show."""


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """In the order in which they count: each says more than those before it."""
    rows = remote.needed().get("/api/thresholds")["items"]
    show.data(rows) if as_json else show.table(rows, COLUMNS, "Every node looks by what its agent does by itself.")


@command.command("set")
@click.argument("name")
@click.argument("query")
@click.argument("settings", metavar="SETTING=VALUE…", nargs=-1, required=True)
def put(name: str, query: str, settings: tuple[str, ...]) -> None:
    """For the nodes of QUERY: `set small-disks env=prod diskWarnPercent=75 scannersOff=smart,oom`.

    A NAME that is there gets this content instead of what it had.
    """
    body = {"q": query, "settings": dict(map(_pair, settings))}
    remote.needed().put(_path(name), body)


@command.command()
@click.argument("name")
def remove(name: str) -> None:
    """Its nodes look by what is left from their next scan on."""
    remote.needed().delete(_path(name))


@command.command("show")
@click.argument("node_id", metavar="NODE")
@as_json
def show_one(node_id: str, as_json: bool) -> None:
    """What counts on a node, and whether its agent looks by it."""
    found = remote.needed().get(remote.of("nodes", node_id, "thresholds"))
    if as_json:
        show.data(found)
        return
    show.table(found["items"], ON_NODE, "")
    taken = (
        f"Its agent looks by this since {found['takenAt']}." if found["taken"] else "Its agent has not taken it yet."
    )
    print(f"Its agent does not take it: {found['refused']}" if found["refused"] else taken)


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name not in (*THRESHOLDS, OFF):
        known = ", ".join([*THRESHOLDS, OFF])
        raise click.UsageError(f"{text!r} is no setting, expected SETTING=VALUE with one of {known}")
    if name == OFF:
        return name, [each for each in value.split(",") if each]
    if not value.isdecimal():
        raise click.UsageError(f"{name} is {value!r}, expected {THRESHOLDS[name].expected}")
    return name, int(value)


def _path(name: str) -> str:
    return remote.of("thresholds", name)
