"""The parameters of a preset as fields of a form."""

from collections.abc import Mapping
from dataclasses import dataclass

from hyprbox.errors import Refusal
from hyprbox.form import Form
from hyprbox.presets.catalogue import Preset
from hyprbox.presets.parameters import Parameter
from hyprbox.presets.shapes import Type

PREFIX = "p."


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`choices` are all that it can be; without them it is typed. `complaint` says what is wrong with `value`."""

    name: str
    input: str
    description: str
    expected: str
    value: str
    choices: tuple[str, ...]
    required: bool
    complaint: str


def fields(preset: Preset, values: Mapping[str, str], refusal: Refusal | None = None) -> list[Field]:
    complaints = _complaints(refusal)
    return [_field(parameter, values, complaints) for parameter in preset.parameters]


def given(preset: Preset, form: Form) -> dict[str, str]:
    """What the form says of the preset's parameters, as it was typed."""
    return {parameter.name: form.text(PREFIX + parameter.name) for parameter in preset.parameters}


def _field(parameter: Parameter, values: Mapping[str, str], complaints: Mapping[str, str]) -> Field:
    choices = ("true", "false") if parameter.type == Type.BOOL else parameter.values
    return Field(
        name=parameter.name,
        input=PREFIX + parameter.name,
        description=parameter.description.rstrip(".") + ".",
        expected=f"{parameter.shape}{', several with spaces between them' if parameter.many else ''}",
        value=values.get(parameter.name, parameter.default or ""),
        choices=() if parameter.many else choices,
        required=parameter.default is None and not parameter.many,
        complaint=complaints.get(parameter.name, ""),
    )


def _complaints(refusal: Refusal | None) -> Mapping[str, str]:
    found = refusal.extra.get("parameters") if refusal else None
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
