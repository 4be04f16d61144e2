"""What the running agent knows of itself: what each rhythm does and since when, its job, its last contact."""

import os
import time
from dataclasses import dataclass, field
from typing import Any

from hyprnode import execlock
from hyprnode.agent import Agent
from hyprnode.jobs.follow import Follower
from hyprnode.jobs.ledger import Ledger
from hyprnode.jobs.run import Runner
from hyprnode.rhythm import Rhythm
from hyprwire import __version__


@dataclass
class Now:
    agent: Agent
    rhythms: list[Rhythm]
    runner: Runner
    begun: float = field(default_factory=time.monotonic)

    def tell(self) -> dict[str, Any]:
        """As JSON takes it; times are seconds ago."""
        config, following = self.agent.config, self.runner.following
        head = Ledger(config.state_dir).head()
        return {
            "version": __version__,
            "pid": os.getpid(),
            "nodeId": config.node_id,
            "api": config.api_url,
            "runningFor": ago(self.begun),
            "lastContact": ago(self.agent.route.contact.at),
            "rhythms": [rhythm_now(rhythm) for rhythm in self.rhythms],
            "job": job_now(following) if following else None,
            "unreported": len(self.runner.journal.entries()),
            "execLock": execlock.is_there(),
            "journal": {"seq": head.seq, "head": head.hash},
        }


def rhythm_now(rhythm: Rhythm) -> dict[str, Any]:
    return {
        "name": rhythm.subject,
        "doing": "working" if rhythm.acting else "waiting",
        "since": ago(rhythm.last_attempt),
        "lastSuccess": ago(rhythm.last_success),
        "error": rhythm.complaint,
    }


def job_now(following: Follower) -> dict[str, Any]:
    """`unsent` is the outbox: bytes that the API does not have yet."""
    return {
        "id": following.entry.id,
        "runId": following.entry.runId,
        "for": ago(following.begun),
        "unsent": max(0, following.stream.length() - following.place.raw),
    }


def ago(moment: float | None) -> float | None:
    return None if moment is None else round(time.monotonic() - moment, 1)
