"""What the control plane says of the scanners of this node: asked for before a scan, checked, kept for when it is away.

What is set on the host itself counts before it, and what does not fit is left where it is: the last that did goes on.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from hyprnode.answer import Answer, Fault
from hyprnode.config import Config
from hyprnode.say import printable, say
from hyprwire import thresholds
from hyprwire.codec import encode
from hyprwire.thresholds import OFF, THRESHOLDS, Settings, Taken

NAME = "thresholds.json"
OFF_VARIABLE = "HYPRBOX_SCANNERS_OFF"
LONGEST_COMPLAINT = 300


@dataclass
class Thresholds:
    config: Config
    settings: Settings = field(default_factory=dict)
    refused: str = ""

    @classmethod
    def kept(cls, config: Config) -> "Thresholds":
        """As they were when they last fitted."""
        found = cls(config)
        with suppress(OSError, ValueError, AttributeError):
            found.settings = thresholds.check(json.loads((config.state_dir / NAME).read_bytes()))
        return found

    def renew(self, ask: Callable[[], Answer]) -> None:
        """An API that cannot be had, or that knows no such thing, changes nothing."""
        with suppress(Fault):
            answer = ask()
            said = answer.get("settings")
            if answer.is_good and isinstance(said, dict):
                self._take(said)

    def _take(self, said: dict[str, object]) -> None:
        try:
            settings = thresholds.check(said)
        except ValueError as error:
            sentence = printable(str(error))[:LONGEST_COMPLAINT]
            if sentence != self.refused:
                say(f"settings of the control plane are not taken: {sentence}")
            self.refused = sentence
            return
        self.refused = ""
        if settings != self.settings:
            self.settings = settings
            write(self.config.state_dir / NAME, settings)

    def applied(self) -> Config:
        """For a scan child, which is told by `given`."""
        return replace(self.config, given={**self._variables(), **self.config.given})

    def _variables(self) -> dict[str, str]:
        said = {THRESHOLDS[name].variable: str(value) for name, value in self.settings.items() if name != OFF}
        off = self.settings.get(OFF)
        return {**said, OFF_VARIABLE: ",".join(off)} if isinstance(off, list) and off else said

    def taken(self) -> Taken:
        own = [name for name, kind in THRESHOLDS.items() if kind.variable in self.config.given]
        own += [OFF] if OFF_VARIABLE in self.config.given else []
        return Taken(digest=thresholds.digest(self.settings), own=own, refused=self.refused)


def write(path: Path, settings: Settings) -> None:
    """An agent that may not write has them until it ends."""
    half = path.with_suffix(".half")
    with suppress(OSError):
        half.unlink(missing_ok=True)
        fd = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(encode(settings))
        half.rename(path)
