"""hyprbox schedule: runs that begin by themselves."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from hyprbox.cli import many, remote, show
from hyprbox.cli.options import as_json
from hyprbox.cli.run import settings, what
from hyprbox.cli.safe import plain

COLUMNS = {
    "ID": "id", "NAME": "name", "NEXT": "nextAt", "CRON": "cron", "ZONE": "timeZone", "QUERY": "q", "WHAT": "what",
    "NOTE": "note",
}  # fmt: skip
MOST_OF_SCRIPT = 60


@click.group("schedule")
def command() -> None:
    """Schedules: list, add, pause, resume, remove."""


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """By name."""
    rows = remote.needed().get("/api/schedules")["items"]
    if as_json:
        show.data(rows)
    else:
        show.table([row | {"what": _what(row)} for row in rows], COLUMNS, "Nothing begins by itself.")


def _what(row: Any) -> str:
    """The preset, or how its script begins, where that may be read."""
    script = str((row["run"] or {}).get("script") or "a script").strip()
    return row["preset"] or script.splitlines()[0][:MOST_OF_SCRIPT]


@command.command()
@click.argument("name")
@click.argument("query")
@click.argument("words", metavar="[-- COMMAND…]", nargs=-1, type=click.UNPROCESSED)
@click.option("--cron", metavar="'30 2 * * sun'", help="Again and again, by the clock of --time-zone.")
@click.option("--at", metavar="TIME", help="Once, such as 2026-12-01T03:00:00+01:00.")
@click.option("--time-zone", default="UTC", show_default=True, metavar="ZONE")
@click.option("--missed", type=click.Choice(["skip", "once"]), default="skip", show_default=True)
@click.option("--script", "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--preset", metavar="ID")
@settings
@many.carefully
def add(
    name: str, query: str, words: tuple[str, ...], cron: str | None, at: str | None, time_zone: str, missed: str,
    file: Path | None, preset: str | None, sets: tuple[str, ...], expires: timedelta, **careful: Any,
) -> None:  # fmt: skip
    """A run over QUERY that begins by itself. Prints the new schedule's id."""
    if sum(map(bool, (words, file, preset))) != 1:
        raise click.UsageError("expected one of -- COMMAND, --script FILE or --preset ID")
    if bool(cron) == bool(at):
        raise click.UsageError("expected either --cron '30 2 * * sun' or --at 2026-12-01T03:00:00+01:00")
    if at and not _is_time(at):
        raise click.UsageError(f"--at is {at!r}, expected a time such as 2026-12-01T03:00:00+01:00")
    run = {"q": query, **what(words, file, preset, sets), **many.spec(expires=expires, **careful)}
    body = {"name": name, "run": run, "cron": cron, "at": at, "timeZone": time_zone, "missed": missed}
    api = remote.needed()
    print(api.post("/api/schedules", body)["id"])
    if not list(api.items("/api/nodes", 1, q=query)):
        print(f"hyprbox: no node matches {plain(query)!r} now; node=* is every node", file=sys.stderr)


def _is_time(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


@command.command()
@click.argument("schedule_id", metavar="ID")
def pause(schedule_id: str) -> None:
    """Times in a pause are not made up for."""
    remote.needed().post(remote.of("schedules", schedule_id, "pausing"))


@command.command()
@click.argument("schedule_id", metavar="ID")
def resume(schedule_id: str) -> None:
    """Goes on with the next time."""
    remote.needed().post(remote.of("schedules", schedule_id, "resumption"))


@command.command()
@click.argument("schedule_id", metavar="ID")
def remove(schedule_id: str) -> None:
    """Runs that have begun go on."""
    remote.needed().delete(remote.of("schedules", schedule_id))
