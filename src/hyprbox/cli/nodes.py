"""hyprbox node: the fleet."""

from datetime import UTC, datetime, timedelta

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration, as_json, limit

COLUMNS = {
    "NODE": "nodeId", "STATUS": "status", "OS": "os", "CPU %": "cpuPercent", "RAM %": "ramPercent",
    "DISK %": "diskPercent", "FINDINGS": "openFindings", "SEEN": "lastSeen",
}  # fmt: skip
FACTS = {
    "Node": "nodeId", "Status": "status", "Seen": "lastSeen", "Host name": "hostname", "System": "os",
    "Kernel": "kernel", "Architecture": "architecture", "Address": "ip", "Region": "region", "Agent": "agentVersion",
    "CPU %": "cpuPercent", "RAM %": "ramPercent", "Disk %": "diskPercent", "Labels": "labels",
    "Open findings": "openFindings",
}  # fmt: skip


STOCK = {"PART": "part", "NAME": "name", "WHAT": "value"}
CHANGES = {"AT": "at", "PART": "part", "NAME": "name", "WAS": "was", "BECAME": "became"}


@click.group("node")
def command() -> None:
    """Nodes: list, show, inventory, changes, label, rename, delete."""


@command.command("list")
@click.argument("query", nargs=-1)
@click.option("--status", type=click.Choice(["ONLINE", "OFFLINE"], case_sensitive=False))
@limit
@as_json
def index(query: tuple[str, ...], status: str | None, limit: int, as_json: bool) -> None:
    """By name. QUERY is what is typed above the list in the dashboard: `web env=prod status=offline`."""
    rows = list(remote.needed().items("/api/nodes", limit, q=" ".join(query) or None, status=status))
    show.data(rows) if as_json else show.table(rows, COLUMNS, "No node matches.")


@command.command("show")
@click.argument("node_id", metavar="ID")
@as_json
def show_one(node_id: str, as_json: bool) -> None:
    """What it is and how it does."""
    row = remote.needed().get(remote.of("nodes", node_id))
    show.data(row) if as_json else show.facts(row, FACTS)


@command.command()
@click.argument("node_id", metavar="ID")
@click.option("--part", metavar="PART", help="Only packages, ports, users, units or system.")
@as_json
def inventory(node_id: str, part: str | None, as_json: bool) -> None:
    """What is on it: packages, listening ports, users, services, system."""
    parts = remote.needed().get(remote.of("nodes", node_id, "inventory"), part=part)["items"]
    rows = [
        {"part": each["part"], "name": name, "value": value} for each in parts for name, value in each["items"].items()
    ]
    show.data(parts) if as_json else show.table(rows, STOCK, "Its agent has not told yet what is on it.")


@command.command()
@click.argument("node_id", metavar="ID")
@click.option("--since", type=Duration(), default="24h", show_default=True, metavar="7d", help="How far back.")
@click.option("--part", metavar="PART", help="Only packages, ports, users, units or system.")
@limit
@as_json
def changes(node_id: str, since: timedelta, part: str | None, limit: int, as_json: bool) -> None:
    """What of it has changed, since yesterday unless said otherwise; newest first."""
    start = (datetime.now(UTC) - since).isoformat()
    rows = list(remote.needed().items(remote.of("nodes", node_id, "changes"), limit, since=start, part=part))
    show.data(rows) if as_json else show.table(rows, CHANGES, "Nothing has changed.")


@command.command()
@click.argument("node_id", metavar="ID")
@click.argument("labels", metavar="NAME=VALUE…", nargs=-1, required=True)
def label(node_id: str, labels: tuple[str, ...]) -> None:
    """Adds labels or changes them; NAME- takes one off."""
    api = remote.needed()
    node = api.get(remote.of("nodes", node_id))
    agents = node["agentLabels"]  # they stay the agent's unless somebody says otherwise
    kept = {name: value for name, value in node["labels"].items() if agents.get(name) != value}
    for text in labels:
        name, equals, value = text.partition("=")
        if equals:
            kept[name] = value
        elif text.endswith("-"):
            kept.pop(text[:-1], None)
        else:
            raise click.UsageError(f"{text!r} is no label, expected NAME=VALUE or NAME-")
    api.patch(remote.of("nodes", node_id), {"labels": kept})


@command.command()
@click.argument("node_id", metavar="ID")
@click.argument("new_id", metavar="NEW")
def rename(node_id: str, new_id: str) -> None:
    """Keeps its history and moves its tokens. Set HYPRBOX_NODE_ID on the node as well."""
    remote.needed().post(remote.of("nodes", node_id, "renaming"), {"nodeId": new_id})


@command.command()
@click.argument("node_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(node_id: str, yes: bool) -> None:
    """Its history goes and its tokens are revoked; its agent stays out until a token is minted for it."""
    if not yes:
        click.confirm(f"Delete {node_id} with its history?", abort=True)
    remote.needed().delete(remote.of("nodes", node_id))
