"""People come, and servers, each with a token."""

from datetime import datetime, timedelta
from functools import partial

from hyprbox.demo.fleet import Server
from hyprbox.demo.past import ADA, BO, CHIDI, Past
from hyprbox.nodes import store as nodes
from hyprbox.people import keys
from hyprbox.people import store as people
from hyprbox.people.model import Role
from hyprbox.tokens import store as tokens

START = timedelta(days=33)
PEOPLE = {ADA: Role.ADMIN, BO: Role.OPERATOR, CHIDI: Role.VIEWER}
LATE = {"backup-nbg-02": timedelta(hours=15)}


def tell(past: Past) -> None:
    for place, (name, role) in enumerate(PEOPLE.items()):
        past.does(START - timedelta(minutes=place), people.create, ADA, name, role)
    past.does("32d", keys.create, ADA, "nightly dump", Role.ADMIN)
    past.does("9d", keys.create, ADA, "status page", Role.VIEWER)
    for place, server in enumerate(past.servers.values()):
        ago = LATE.get(server.node_id, START - timedelta(minutes=30 + 3 * place))
        past.at(ago, partial(comes, past, server))
    past.does("30d", tokens.mint, ADA, None, "new runners", past.now + timedelta(days=5))
    past.at("29d", partial(moves, past))


def comes(past: Past, server: Server, at: datetime) -> None:
    past.stage.enrol(at, ADA, server)
    nodes.label(past.session, at, BO, server.node_id, server.labels)


def moves(past: Past, at: datetime) -> None:
    """A token for everybody, for as long as it was needed."""
    token, _ = tokens.mint(past.session, at, ADA, None, "the move to Helsinki")
    past.does("21d", tokens.revoke, ADA, token.id)
