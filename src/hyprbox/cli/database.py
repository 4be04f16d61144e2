"""hyprbox db: the database itself."""

import sys
from pathlib import Path

import click

from hyprbox import backup, checkup
from hyprbox.audit import witness
from hyprbox.cli import remote, show
from hyprbox.cli.local import open_database, read_config
from hyprbox.facts import store as facts

CONFIRM = """Nobody is let in yet: what was revoked since the backup is live again in it.
Look through `hyprbox token list`, `hyprbox key list` and `hyprbox user list`, revoke what must not come back, then say
    hyprbox db confirm"""
UNSET = "HYPRBOX_API_KEY is set and is not let in either: unset it, and these commands look at the database itself."


@click.group("db")
def command() -> None:
    """The database: upgrade, backup, restore, confirm, doctor."""


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
        aside = backup.restore(read_config().database_url, file)
        if aside:
            print(f"hyprbox: the database that was there is damaged; it lies in {aside} now", file=sys.stderr)
        witness.forget(read_config().data_dir)
        say_what_is_left()
    except backup.Failed as error:
        show.fail(str(error))


@command.command()
def restored() -> None:
    """For PostgreSQL, after pg_restore, with the server stopped: what `restore` does besides copying."""
    backup.begin_epoch(read_config().database_url)
    witness.forget(read_config().data_dir)
    say_what_is_left()


def say_what_is_left() -> None:
    print(CONFIRM)
    if remote.configured():
        print(UNSET)


@command.command()
def confirm() -> None:
    """After a restore: tokens, API keys and people are as they should be, and are let in again."""
    db = open_database(made=False)
    with db.session() as session:
        facts.confirm(session, facts.time(session))
    db.close()


@command.command()
def doctor() -> None:
    """Looks for damage; exit code 1 if there is any."""
    db = open_database(made=False)
    complaints = checkup.complaints(db, read_config().data_dir)
    for complaint in complaints:
        print(complaint)
    print("The database is whole." if not complaints else "")
    sys.exit(bool(complaints))
