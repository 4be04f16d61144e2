"""How a job goes that somebody starts on a server that is not there: as its preset would, with the same cure."""

import re
from collections.abc import Mapping
from shlex import quote

from hyprbox.demo import acts
from hyprbox.demo.acts import Act
from hyprbox.demo.node import Name
from hyprbox.presets.catalogue import Preset
from hyprbox.presets.form import prefill
from hyprwire import Finding

TITLE = re.compile(r"^# ([a-z0-9-]+), version \d+", re.MULTILINE)


def act_of(script: str, catalogue: Mapping[str, Preset], troubles: Mapping[Name, Finding]) -> tuple[Act, list[Finding]]:
    """And which troubles are gone after it."""
    title = TITLE.search(script)
    preset = catalogue.get(title[1]) if title else None
    if preset is None:
        return acts.nothing_runs(script), []
    cured = [each for each in troubles.values() if is_meant(preset, script, each)]
    return _act(preset, cured), cured


def is_meant(preset: Preset, script: str, trouble: Finding) -> bool:
    """It answers this type, and it was given what stands in this very finding."""
    values = prefill(preset, trouble.key, trouble.metadata)
    given = all(f"export P_{name.upper()}={quote(value)}\n" in script for name, value in values.items())
    return trouble.type in preset.resolves and given


def _act(preset: Preset, cured: list[Finding]) -> Act:
    facts = cured[0].metadata if cured else {}
    if "san" in facts:
        return acts.renewed(facts["san"][0], 20)
    if "packages" in facts:
        return acts.upgraded(facts["packages"], 25)
    return acts.applied(preset.title)
