"""The story as it is told: what happens how long before now, to whom, and how that goes."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec

from sqlalchemy.orm import Session

from hyprbox.demo.acts import Act
from hyprbox.demo.fleet import Server
from hyprbox.demo.stage import Stage
from hyprbox.demo.timeline import Step, Timeline
from hyprbox.presets.catalogue import Preset
from hyprwire import Finding, duration

P = ParamSpec("P")
Ago = str | timedelta
ADA, BO, CHIDI = "ada", "bo", "chidi"


class Past:
    def __init__(
        self, session: Session, servers: Sequence[Server], catalogue: Mapping[str, Preset], now: datetime, seed: int
    ) -> None:
        self.session, self.now, self.chance, self.catalogue = session, now, random.Random(seed), catalogue
        self.servers = {server.node_id: server for server in servers}
        self._timeline = Timeline()
        self.stage = Stage(session, self._timeline, catalogue)

    def play(self) -> None:
        self._timeline.play(self.now)

    def at(self, ago: Ago, step: Step) -> None:
        self._timeline.at(self.now - length(ago), step)

    def does(
        self, ago: Ago, change: Callable[Concatenate[Session, datetime, P], object], *args: P.args, **more: P.kwargs
    ) -> None:
        """A function of a store, which takes the session and the time first."""
        self.at(ago, lambda at: change(self.session, at, *args, **more))

    def sees(self, ago: Ago, node_id: str, trouble: Finding | Callable[[datetime], Finding]) -> None:
        """`trouble` may depend on when it is seen, as a certificate does."""
        self.at(ago, lambda at: self.stage.see(at, node_id, trouble(at) if callable(trouble) else trouble))

    def fixes(self, ago: Ago, who: str, node_id: str, type: str, key: str, act: Act) -> None:
        self.at(ago, lambda at: self.stage.fix(at, who, node_id, (type, key), act))

    def runs(self, ago: Ago, who: str, node_id: str, script: str, act: Act, timeout: timedelta | None = None) -> None:
        limit = int((timeout or timedelta(minutes=30)).total_seconds())
        self.at(ago, lambda at: self.stage.run(at, who, node_id, script, act, limit))


def length(ago: Ago) -> timedelta:
    return duration.parse(ago) if isinstance(ago, str) else ago
