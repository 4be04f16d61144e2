"""The heartbeat: how the node is, said to the API at every beat."""

import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from hyprnode import itself
from hyprnode.answer import Answer
from hyprnode.client import Client
from hyprnode.config import Config
from hyprnode.host import address_towards
from hyprnode.rhythm import Failure
from hyprnode.vitals import Vitals
from hyprwire import Heartbeat, __version__


@dataclass
class Heard:
    """What the API's last answer to a heartbeat said, for the other rhythms."""

    accepts: frozenset[str] = frozenset()
    beat: Event = field(default_factory=Event)
    """Set by each successful heartbeat; who waits for the next one clears it first."""
    anything: Event = field(default_factory=Event)
    """Set by the first: the API knows this node now."""

    def end(self) -> None:
        """Nobody needs to wait any more."""
        self.beat.set()
        self.anything.set()


@dataclass
class Pulse:
    config: Config
    client: Client
    observe: Callable[[], Vitals]
    heard: Heard
    about: Callable[[], dict[str, Any]] = dict
    """What else there is to say of this node."""

    def beat(self) -> None:
        answer = self.client.post("/api/heartbeat", self._collect()).must_be_good()
        self.heard.accepts = accepted(answer)
        self.heard.beat.set()
        self.heard.anything.set()
        itself.let_go_of_code()

    def _collect(self) -> Heartbeat:
        try:
            vitals = self.observe()
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise Failure("collect", str(error) or type(error).__name__) from error
        return heartbeat(self.config, vitals, self.about())


def heartbeat(config: Config, vitals: Vitals, about: dict[str, Any]) -> Heartbeat:
    api = urlsplit(config.api_url)
    return Heartbeat(
        node_id=config.node_id,
        hostname=socket.gethostname(),
        agent_version=__version__,
        ip=address_towards(api.hostname or "", api.port or 443),
        region=config.region or None,
        labels=config.labels if "HYPRBOX_LABELS" in config.given else None,
        **asdict(vitals),
        **about,
    )


def accepted(answer: Answer) -> frozenset[str]:
    words = answer.get("accepts")
    return frozenset(word for word in words if isinstance(word, str)) if isinstance(words, list) else frozenset()
