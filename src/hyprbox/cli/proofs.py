"""hyprbox proof: evidence that a fix worked, for people who do not trust us."""

import json
from pathlib import Path

import click

from hyprbox.cli import remote, show
from hyprbox.remediations.proof import BadProof, verify


@click.group("proof")
def command() -> None:
    """Proofs of fixes: get, verify."""


@command.command()
@click.argument("remediation_id", metavar="ID")
def get(remediation_id: str) -> None:
    """Prints the signed proof of a remediation."""
    show.data(remote.needed().get(remote.of("remediations", remediation_id, "proof")))


@command.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The public key you trust.")
def check(file: Path, key: Path | None) -> None:
    """Checks it offline, with ssh-keygen; exit code 1 when it does not hold."""
    try:
        bundle = json.loads(file.read_text())
        signer = verify(bundle, key.read_text() if key else None)
    except (BadProof, ValueError) as error:
        show.fail(f"{file}: {error}")
    fix = json.loads(bundle["payload"])["remediation"]
    print(f"{show.cell(fix['findingType'])} {show.cell(fix['findingKey'])} on {show.cell(fix['nodeId'])}")
    print(f"{fix['verdict']} by {show.cell(fix['preset'])}, signed by {signer}")
    if key is None:
        print("Whether that is the key of your installation only --key can say.")
