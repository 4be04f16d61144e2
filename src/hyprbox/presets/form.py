"""What people and findings give for a preset's parameters, made into what its script gets."""

from collections.abc import Mapping
from contextlib import suppress

from hyprbox.presets.catalogue import Preset


class BadValues(ValueError):
    """One sentence for each parameter that does not fit, by its name."""

    def __init__(self, complaints: dict[str, str]) -> None:
        super().__init__("; ".join(complaints.values()))
        self.complaints = complaints


def validate(preset: Preset, given: Mapping[str, object]) -> dict[str, str]:
    """A value for every parameter; what comes out may go in again. BadValues says all that is wrong at once."""
    complaints = {name: unknown(preset, name) for name in given.keys() - {each.name for each in preset.parameters}}
    values = {}
    for parameter in preset.parameters:
        try:
            values[parameter.name] = parameter.accept(given.get(parameter.name))
        except ValueError as error:
            complaints[parameter.name] = str(error)
    if complaints:
        raise BadValues(complaints)
    return values


def prefill(preset: Preset, key: str, metadata: Mapping[str, object]) -> dict[str, str]:
    """What a finding says for the form. A node wrote it: what does not fit is left for a person to give."""
    values: dict[str, str] = {}
    for parameter in preset.parameters:
        found = parameter.found_in(key, metadata)
        with suppress(ValueError):
            values |= {} if found is None else {parameter.name: parameter.accept(found)}
    return values


def unknown(preset: Preset, name: str) -> str:
    known = ", ".join(parameter.name for parameter in preset.parameters) or "none"
    return f"{name!a:.80} is no parameter of {preset.id}, expected {known}"
