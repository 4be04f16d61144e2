"""hyprbox user: who may sign in."""

from datetime import datetime
from typing import NoReturn

import click
from sqlalchemy.orm import Session

from hyprbox.cli import remote, show
from hyprbox.cli.local import actor, here_or_there, read_config
from hyprbox.cli.options import as_json
from hyprbox.cli.remote import Remote
from hyprbox.people import doors, store
from hyprbox.people.model import Role
from hyprbox.people.views import view

COLUMNS = {"NAME": "name", "ROLE": "role", "SINCE": "createdAt", "DISABLED": "disabledAt"}


@click.group("user")
def command() -> None:
    """People: create, list, disable, reset, link."""


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(Role, case_sensitive=False), required=True)
def create(name: str, role: Role) -> None:
    """Prints a link with which they sign in once, within 15 minutes."""

    def here(session: Session, now: datetime) -> dict[str, str]:
        return _invited(doors.link(session, now, store.create(session, now, actor(), name, role)))

    made = here_or_there(here, lambda api: api.post("/api/people", {"name": name, "role": role}))
    print(made["signInLink"])


@command.command("list")
@as_json
def index(as_json: bool) -> None:
    """By name."""
    rows = here_or_there(
        lambda session, _: [view(person) for person in store.everyone(session)],
        lambda api: api.get("/api/people")["items"],
    )
    show.data(rows) if as_json else show.table(
        rows, COLUMNS, "There is nobody yet: hyprbox user create NAME --role admin"
    )


@command.command()
@click.argument("name")
def disable(name: str) -> None:
    """They cannot sign in any more; their sessions end."""
    here_or_there(
        lambda session, now: view(store.disable(session, now, actor(), name)),
        lambda api: api.post(remote.of("people", name, "disabling")),
    )


@command.command()
@click.argument("name")
def reset(name: str) -> None:
    """Prints a new sign-in link; the old password and all sessions are gone."""
    made = here_or_there(
        lambda session, now: _invited(store.reset(session, now, actor(), name)),
        lambda api: api.post(remote.of("people", name, "reset")),
    )
    print(made["signInLink"])


@command.command()
@click.argument("name")
def link(name: str) -> None:
    """Prints a sign-in link, and all else stays: for who is kept out, on the control plane's own machine alone."""

    def there(api: Remote) -> NoReturn:
        show.fail(
            "a link for somebody else is made on the control plane's own machine, without HYPRBOX_API_KEY; or reset"
        )

    print(here_or_there(lambda session, now: _invited(store.link(session, now, actor(), name)), there)["signInLink"])


def _invited(text: str) -> dict[str, str]:
    return {"signInLink": doors.address(read_config().public_url, text)}
