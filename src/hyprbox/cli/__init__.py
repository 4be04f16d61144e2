"""What an operator types. One file per group of commands, read only when it is asked for: most need no database."""

import sys
from importlib import import_module
from typing import Any

import click

from hyprwire import __version__

COMMANDS = {
    "serve": ("server", "The control plane; migrates its database on start."),
    "run": ("run", "Runs a script or a preset on nodes; ends with its exit code."),
    "runs": ("runs", "Runs over many nodes: list, show, follow, pause, resume, …"),
    "node": ("nodes", "Nodes: list, show, inventory, changes, label, rename, delete."),
    "query": ("queries", "Queries under a name, @NAME in any other: list, save, forget."),
    "finding": ("findings", "Findings: list, show, ack, snooze, fix."),
    "suppression": ("suppressions", "Suppressions: create, list, lift."),
    "job": ("jobs", "Jobs: list, show, output, cancel, rerun."),
    "schedule": ("schedules", "Schedules: list, add, pause, resume, remove."),
    "window": ("windows", "Maintenance windows: list, add, remove."),
    "threshold": ("thresholds", "Thresholds and scanners by label and host: list, set, remove, show."),
    "notify": ("notify", "Notifications: channels, rules, messages."),
    "preset": ("presets", "Presets: list, show, lint."),
    "proof": ("proofs", "Proofs of fixes: list, get, verify."),
    "token": ("tokens", "Node tokens: create, list, rotate, revoke."),
    "key": ("keys", "API keys for scripts: create, list, revoke."),
    "user": ("people", "People: create, list, disable, reset, link."),
    "apply": ("apply", "Labels, queries, schedules and more as files say."),
    "completion": ("completion", "Prints what makes a shell complete these commands."),
    "db": ("database", "The database: upgrade, backup, restore, confirm, doctor."),
    "swarm": ("swarm", "Simulates many nodes, to try a control plane's size."),
    "demo": ("demo", "Forty servers that are not there, with five weeks of history."),
}


class Commands(click.Group):
    """Each is only a name and a line, for --help and completion, until it is the one that is meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, command(name) if name else None, rest

    def invoke(self, ctx: click.Context) -> Any:
        """A database or a folder that is not to be had is no mistake of ours: that is said in a sentence."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if (sentence := _not_to_be_had(error)) is None:
                raise
            from hyprbox.cli import show  # here: of this package, which is being read above

            show.fail(sentence)


def _not_to_be_had(error: Exception) -> str | None:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    databases = sys.modules.get("sqlalchemy.exc")  # most commands have not read it
    if databases is None:
        return None
    if isinstance(error, (databases.OperationalError, databases.InterfaceError)) or (
        isinstance(error, databases.DBAPIError) and type(error) is databases.DatabaseError  # damaged; others are ours
    ):
        return f"the database does not do its work: {' '.join(str(error.orig).split())}"
    return None


def command(name: str) -> click.Command:
    found: click.Command = import_module(f"hyprbox.cli.{COMMANDS[name][0]}").command
    return found


@click.group(
    cls=Commands,
    commands={name: click.Command(name, short_help=line) for name, (_, line) in COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="hyprbox")
def main() -> None:
    """Looks after a fleet of Linux servers."""
