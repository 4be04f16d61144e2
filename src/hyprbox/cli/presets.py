"""hyprbox preset: vetted fixes."""

import sys
from pathlib import Path
from typing import Any

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import as_json
from hyprbox.presets.lint import lint

COLUMNS = {"ID": "id", "RISK": "risk", "ANSWERS": "resolves", "WHAT": "title"}
FACTS = {
    "Preset": "id", "Version": "version", "What": "title", "Description": "description", "Risk": "risk",
    "Answers": "resolves", "For": "distros", "So far": "record",
    "Time limit": "timeoutSeconds", "SHA-256": "sha256",
}  # fmt: skip
PARAMETERS = {"PARAMETER": "name", "TYPE": "type", "DEFAULT": "default", "WHAT": "description"}


@click.group("preset")
def command() -> None:
    """Presets: list, show, lint."""


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """All there are."""
    rows = remote.needed().get("/api/presets")["items"]
    show.data(rows) if as_json else show.table(rows, COLUMNS, "There are no presets.")


@command.command("show")
@click.argument("preset_id", metavar="ID")
@as_json
def show_one(preset_id: str, as_json: bool) -> None:
    """With its parameters."""
    row = remote.needed().get(remote.of("presets", preset_id))
    if as_json:
        show.data(row)
        return
    words = {"description": " ".join(row["description"].split()), "record": fared(row["record"])}
    show.facts(row | words, FACTS)
    print()
    show.table(row["parameters"], PARAMETERS, "It takes no parameters.")


def fared(record: dict[str, Any]) -> str:
    """Its track record, as "fixed 412 of 415, median 38 s, 1 not proven, 1 rolled back"."""
    if not record["ended"]:
        return "no fix yet"
    median = record["medianSeconds"]
    said = [f"fixed {record['fixed']} of {record['ended']}", f"median {median:.0f} s" if median is not None else ""]
    others = {"not proven": record.get("unproven"), "rolled back": record["rolledBack"]}
    return ", ".join([*filter(None, said), *(f"{number} {words}" for words, number in others.items() if number)])


@command.command("lint")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path) -> None:
    """Says what is wrong with a preset of your own; exit code 1 if anything is."""
    complaints = lint(folder)
    for complaint in complaints:
        print(complaint)
    sys.exit(bool(complaints))
