"""Tells the API what is on this host: digests first, in full what it lacks, and nothing while nothing changes."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hyprnode.answer import Answer, Fault
from hyprwire.inventory import Inventory, Part

A_DAY = 24 * 3600

Post = Callable[[Inventory], Answer]


@dataclass
class Stock:
    node_id: str
    told: dict[str, str] = field(default_factory=dict)
    """Digests of the parts that the API has."""
    since: float = field(default_factory=time.monotonic)

    def known(self) -> dict[str, str]:
        """Once a day as if nothing were: the API may have been restored from what it was before."""
        if time.monotonic() - self.since > A_DAY:
            self.told, self.since = {}, time.monotonic()
        return self.told

    def tell(self, parts: Sequence[Part], post: Post) -> None:
        """What does not get through is told with the next scan."""
        if not parts:
            return
        with suppress(Fault):
            brief = [Part(name=part.name, digest=part.digest) for part in parts]
            answer = post(Inventory(nodeId=self.node_id, parts=brief))
            for part in parts:
                if is_in(answer.get("wants"), part):
                    post(Inventory(nodeId=self.node_id, parts=[part]))
                if not is_in(answer.get("later"), part):
                    self.told[part.name] = part.digest


def is_in(names: object, part: Part) -> bool:
    return isinstance(names, list) and part.name in names
