"""Presets, run in a box as the agent runs them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hyprbox.presets.catalogue import Preset, load, shipped
from hyprbox.presets.render import Mode, render
from tests.host.box import Box


@dataclass(frozen=True)
class Ran:
    code: int
    output: str

    @property
    def said(self) -> list[str]:
        return [line.removeprefix("hb: ") for line in self.output.splitlines() if line.startswith("hb: ")]


class Runs:
    """One preset in one box. `spoilt` changes its script: a preset that does harm."""

    def __init__(self, box: Box, preset_id: str, **values: object) -> None:
        self.box, self.values = box, values
        self.preset = load(shipped() / preset_id)

    def spoilt(self, spoil: Callable[[str], str]) -> "Runs":
        self.preset: Preset = replace(self.preset, script=spoil(self.preset.script))
        return self

    def __call__(self, mode: str = "apply", job: str = "job-1") -> Ran:
        ended = self.box.run("exec 2>&1\n" + render(self.preset, self.values, Mode(mode), job), check=False)
        return Ran(ended.code, ended.output)
