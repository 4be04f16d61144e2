"""hyprbox db: the database itself."""

import sys
from pathlib import Path

import click

from hyprbox import backup, checkup
from hyprbox.cli import show
from hyprbox.cli.local import open_database, read_config


@click.group("db")
def command() -> None:
    """The database: upgrade, backup, restore, doctor."""


@command.command()
def upgrade() -> None:
    """To what this version knows; `serve` does it by itself."""
    open_database().close()


@command.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def back_up(file: Path) -> None:
    """Into a new FILE, while the server runs. The secret key is not in it."""
    try:
        backup.write(read_config().database_url, file)
    except backup.Failed as error:
        show.fail(str(error))


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """From FILE, with the server stopped. What was queued then does not run again."""
    if not yes:
        click.confirm("Replace the database with what is in this file?", abort=True)
    try:
        backup.restore(read_config().database_url, file)
    except backup.Failed as error:
        show.fail(str(error))


@command.command()
def doctor() -> None:
    """Looks for damage; exit code 1 if there is any."""
    db = open_database()
    complaints = checkup.complaints(db)
    for complaint in complaints:
        print(complaint)
    print("The database is whole." if not complaints else "")
    sys.exit(bool(complaints))
