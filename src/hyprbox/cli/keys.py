"""hyprbox key: what lets scripts in."""

import click

from hyprbox.cli import remote, show
from hyprbox.cli.local import actor, here_or_there
from hyprbox.cli.options import as_json
from hyprbox.people import keys
from hyprbox.people.model import ApiKey, Role
from hyprbox.people.views import key_view

COLUMNS = {
    "ID": "id",
    "NAME": "name",
    "ROLE": "role",
    "MADE BY": "createdBy",
    "MADE": "createdAt",
    "REVOKED": "revokedAt",
}


@click.group("key")
def command() -> None:
    """API keys for scripts: create, list, revoke."""


@command.command()
@click.option("--name", required=True, help="What it is for.")
@click.option("--role", type=click.Choice(Role, case_sensitive=False), default=Role.VIEWER, show_default=True)
@as_json
def create(name: str, role: Role, as_json: bool) -> None:
    """Only the key itself is printed; it is never shown again."""
    made = here_or_there(
        lambda session, now: _made(keys.create(session, now, actor(), name, role)),
        lambda api: api.post("/api/keys", {"name": name, "role": role}),
    )
    show.data(made) if as_json else print(made["key"])


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """Newest first."""
    rows = here_or_there(
        lambda session, _: [key_view(key) for key in keys.everyone(session)],
        lambda api: api.get("/api/keys")["items"],
    )
    show.data(rows) if as_json else show.table(rows, COLUMNS, "There are no keys.")


@command.command()
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """Stops working everywhere within a second."""
    here_or_there(
        lambda session, now: key_view(keys.revoke(session, now, actor(), key_id)),
        lambda api: api.post(remote.of("keys", key_id, "revocation")),
    )


def _made(made: tuple[ApiKey, str]) -> dict[str, str]:
    key, text = made
    return {"id": key.id, "key": text}
