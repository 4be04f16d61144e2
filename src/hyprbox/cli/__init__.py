"""What an operator types. One file per group of commands, read only when it is asked for: most need no database."""

from importlib import import_module

import click

from hyprwire import __version__

COMMANDS = {
    "serve": "server",
    "run": "run",
    "runs": "runs",
    "node": "nodes",
    "query": "queries",
    "finding": "findings",
    "suppression": "suppressions",
    "job": "jobs",
    "schedule": "schedules",
    "window": "windows",
    "threshold": "thresholds",
    "notify": "notify",
    "preset": "presets",
    "proof": "proofs",
    "token": "tokens",
    "key": "keys",
    "user": "people",
    "apply": "apply",
    "completion": "completion",
    "db": "database",
    "swarm": "swarm",
    "demo": "demo",
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"hyprbox.cli.{COMMANDS[name]}").command
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hyprbox")
def main() -> None:
    """Looks after a fleet of Linux servers."""
