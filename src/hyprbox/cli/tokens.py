"""hyprbox token: what lets nodes in."""

from datetime import timedelta
from typing import Any

import click

from hyprbox.cli import remote, show
from hyprbox.cli.local import actor, here_or_there, until
from hyprbox.cli.options import Duration, as_json, limit
from hyprbox.tokens import store
from hyprbox.tokens.model import Token
from hyprbox.tokens.views import view

COLUMNS = {"ID": "id", "NODE": "nodeId", "NAME": "name", "STATE": "state", "EXPIRES": "expiresAt", "USED": "usedAt"}


@click.group("token")
def command() -> None:
    """Node tokens: create, list, rotate, revoke."""


@command.command()
@click.option("--node", metavar="ID", help="Pin it to this node.")
@click.option("--fleet", is_flag=True, help="Let it speak for every node that has no token of its own.")
@click.option("--expires", type=Duration(), metavar="90d", help="Stop working after this time.")
@click.option("--name", default="", help="A note for people.")
@as_json
def create(node: str | None, fleet: bool, expires: timedelta | None, name: str, as_json: bool) -> None:
    """Mint a token. Only the token itself is printed; it is never shown again."""
    if (node is None) == (not fleet):
        raise click.UsageError("expected either --node ID or --fleet")
    body = {"nodeId": node, "name": name, "expiresAt": (ends := until(expires)) and ends.isoformat()}
    made = here_or_there(
        lambda session, now: _minted(store.mint(session, now, actor(), node, name, ends)),
        lambda api: api.post("/api/tokens", body),
    )
    _print(made, as_json)


@command.command("list")
@limit
@as_json
def index(limit: int, as_json: bool) -> None:
    """Newest first."""
    rows = here_or_there(
        lambda session, now: [view(token, now) for token in store.page(session, None, limit)],
        lambda api: list(api.items("/api/tokens", limit)),
    )
    show.data(rows) if as_json else show.table(rows, COLUMNS, "There are no tokens.")


@command.command()
@click.argument("token_id", metavar="ID")
@as_json
def rotate(token_id: str, as_json: bool) -> None:
    """Mint a successor; both work for 7 days."""
    made = here_or_there(
        lambda session, now: _minted(store.rotate(session, now, actor(), token_id)),
        lambda api: api.post(remote.of("tokens", token_id, "rotation")),
    )
    _print(made, as_json)


@command.command()
@click.argument("token_id", metavar="ID")
def revoke(token_id: str) -> None:
    """Stops working everywhere within a second."""
    here_or_there(
        lambda session, now: view(store.revoke(session, now, actor(), token_id), now),
        lambda api: api.post(remote.of("tokens", token_id, "revocation")),
    )


def _minted(made: tuple[Token, str]) -> dict[str, str]:
    token, text = made
    return {"id": token.id, "token": text}


def _print(made: dict[str, Any], as_json: bool) -> None:
    show.data(made) if as_json else print(made["token"])
