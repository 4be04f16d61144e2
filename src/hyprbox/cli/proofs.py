"""hyprbox proof: evidence that a fix worked, for people who do not trust us."""

import json
from pathlib import Path
from typing import Any

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import as_json, limit
from hyprbox.remediations.proof import BadProof, verify

COLUMNS = {
    "ID": "id", "NODE": "nodeId", "TYPE": "findingType", "KEY": "findingKey", "PRESET": "preset",
    "VERDICT": "verdict", "ENDED": "endedAt",
}  # fmt: skip


@click.group("proof")
def command() -> None:
    """Proofs of fixes: list, get, verify."""


@command.command("list")
@click.option("--node", "node_id", metavar="ID")
@limit
@as_json
def index(node_id: str | None, limit: int, as_json: bool) -> None:
    """What was fixed, or tried, newest first; by its ID the proof is got."""
    rows = list(remote.needed().items("/api/remediations", limit, nodeId=node_id))
    show.data(rows) if as_json else show.table(
        rows, COLUMNS, "No fix matches." if node_id else "Nothing was fixed yet."
    )


@command.command()
@click.argument("remediation_id", metavar="ID")
def get(remediation_id: str) -> None:
    """Prints the signed proof of a fix, by its ID in `proof list`."""
    show.data(remote.needed().get(remote.of("remediations", remediation_id, "proof")))


@command.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The public key you trust.")
def check(file: Path, key: Path | None) -> None:
    """Checks it offline, with ssh-keygen; exit code 1 when it does not hold."""
    try:
        bundle = _bundle(file.read_text())
        signer = verify(bundle, key.read_text() if key else None)
    except (BadProof, ValueError) as error:
        show.fail(f"{file}: {error}")
    fix = json.loads(bundle["payload"])["remediation"]
    print(f"{show.cell(fix['findingType'])} {show.cell(fix['findingKey'])} on {show.cell(fix['nodeId'])}")
    print(f"{fix['verdict']} by {show.cell(fix['preset'])}, signed by {signer}")
    if key is None:
        print("Whether that is the key of your installation only --key can say.")


def _bundle(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # the second: brackets within brackets, thousands deep
        raise BadProof("it is no JSON, expected what `hyprbox proof get` prints") from None
