"""What every request may need, made once per process."""

from dataclasses import dataclass

from hyprbox.auth import Gate
from hyprbox.clock import Clock
from hyprbox.config import Config
from hyprbox.db import Database
from hyprbox.wake import Wake


@dataclass(frozen=True, slots=True)
class Box:
    config: Config
    db: Database
    clock: Clock
    wake: Wake
    gate: Gate


def build(config: Config) -> Box:
    db, clock = Database(config.database_url), Clock()
    return Box(config, db, clock, Wake(), Gate(db, clock, config.require_node_token))
