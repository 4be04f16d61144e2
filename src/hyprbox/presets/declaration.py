"""The [params.*] tables of a preset.toml, made into parameters."""

import re
from collections.abc import Iterator
from dataclasses import replace

from hyprbox.presets.parameters import Parameter
from hyprbox.presets.shapes import SHAPES, Shape, Type, one_of
from hyprbox.presets.table import Table

_WORD = r"[A-Za-z0-9][A-Za-z0-9._-]*"


def read_parameters(preset: Table) -> Iterator[Parameter]:
    for name, table in preset.tables("params"):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name):
            raise preset.complaint("params", name, "names of lower case letters, digits and underscores")
        parameter = read_parameter(name, table)
        table.end()
        yield parameter


def read_parameter(name: str, table: Table) -> Parameter:
    kind = table.choice("type", Type)
    values = table.names("values", _WORD, "a list of words") if kind == Type.ENUM else ()
    bare = Parameter(
        name=name,
        type=kind,
        shape=read_shape(kind, values, table),
        description=table.line("description"),
        many=table.flag("many"),
        values=values,
        source=table.text("from", r"[A-Za-z][A-Za-z0-9]*", "key or a metadata field", "") or None,
        capture=read_capture(table),
    )
    return replace(bare, default=read_default(bare, table))


def read_shape(kind: Type, values: tuple[str, ...], table: Table) -> Shape:
    if kind == Type.ENUM and not values:
        raise table.complaint("values", [], "the words to choose from")
    shape = one_of(values) if kind == Type.ENUM else SHAPES[kind]
    if shape.bounds is not None:
        least, most = shape.bounds
        shape = replace(shape, bounds=(table.number("min", least, most, least), table.number("max", least, most, most)))
    return replace(shape, like=read_pattern("pattern", table))


def read_pattern(key: str, table: Table) -> str | None:
    pattern = table.text(key, default="") or None
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise table.complaint(key, pattern, f"a regular expression ({error})") from None
    return pattern


def read_capture(table: Table) -> str | None:
    capture = read_pattern("capture", table)
    if capture is not None and re.compile(capture).groups != 1:
        raise table.complaint("capture", capture, "one group, around the value")
    return capture


def read_default(parameter: Parameter, table: Table) -> str | None:
    """None when there is none; "" stands for no value, which the script has to know how to meet."""
    default = table.anything("default")
    if default is None or default == "":
        return default
    try:
        return parameter.accept(default)
    except ValueError as error:
        raise table.complaint("default", default, str(error)) from None
