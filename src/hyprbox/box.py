"""What every request may need, made once per process."""

from dataclasses import dataclass, field
from datetime import datetime

from hyprbox.auth import Gate
from hyprbox.clock import Clock
from hyprbox.config import Config
from hyprbox.db import Database
from hyprbox.figures import Figures
from hyprbox.presets import catalogue
from hyprbox.presets.own import Presets
from hyprbox.vitals import Vitals
from hyprbox.wake import Wake


@dataclass(frozen=True, slots=True)
class Box:
    config: Config
    db: Database
    clock: Clock
    wake: Wake
    gate: Gate
    figures: Figures
    vitals: Vitals
    presets: Presets
    heard: dict[str, datetime | None] = field(default_factory=dict)
    """Which nodes were heard since that was last written down, and when; None for one that holds no polls."""


def build(config: Config) -> Box:
    db, clock = database(config), Clock()
    wake, gate = Wake(), Gate(db, clock, config.require_node_token)
    return Box(config, db, clock, wake, gate, Figures(db), Vitals(db, wake, db.meter), Presets(catalogue.load_all()))


def database(config: Config) -> Database:
    return Database(config.database_url, pooled=bool(config.listen_url), key_file=config.secret_key_file)
