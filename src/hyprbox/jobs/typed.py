"""What an admin types into the form that runs a script, made into orders."""

from dataclasses import dataclass

from hyprbox.errors import Invalid
from hyprbox.jobs.order import Order
from hyprwire import duration

MOST_NODES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The fields as they were typed, to be shown again when something is wrong with them."""

    nodes: str = ""
    script: str = ""
    timeout: str = "30m"
    env: str = ""


def orders(typed: Typed) -> list[Order]:
    """One for each node. Invalid names the field."""
    nodes = list(dict.fromkeys(typed.nodes.split()))
    if not 1 <= len(nodes) <= MOST_NODES:
        raise Invalid(f"nodes has {len(nodes)} names, expected 1 to {MOST_NODES}")
    seconds, env = _seconds(typed.timeout), _env(typed.env)
    return [Order(node_id=node, script=typed.script, timeout_seconds=seconds, env=env) for node in nodes]


def _seconds(text: str) -> int:
    try:
        return int(duration.parse(text).total_seconds())
    except ValueError as error:
        raise Invalid(f"time limit is {text[:80]!a}, {error}") from None


def _env(text: str) -> dict[str, str]:
    env = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals:
            raise Invalid(f"environment has the line {line[:80]!a}, expected NAME=value")
        env[name.strip()] = value
    return env
