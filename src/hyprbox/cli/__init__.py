"""What an operator types. One file per group of commands."""

import click

from hyprbox.cli import database, findings, jobs, keys, nodes, people, presets, run, server, tokens
from hyprwire import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hyprbox")
def main() -> None:
    """Looks after a fleet of Linux servers."""


COMMANDS = [
    server.serve,
    run.run,
    nodes.group,
    findings.group,
    jobs.group,
    presets.group,
    tokens.group,
    keys.group,
    people.group,
    database.group,
]
for command in COMMANDS:
    main.add_command(command)
