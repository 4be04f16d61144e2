"""The API's own description, OpenAPI, as rows for a page that people read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

Schema = Mapping[str, Any]

VERBS = ("get", "post", "patch", "put", "delete")
BODY = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`kind` in words; `target` is the shape it leads to, if it has one with a name."""

    name: str
    kind: str
    target: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    verb: str
    path: str
    title: str
    text: str
    parameters: list[Field]
    body: Field | None
    status: str
    answer: Field | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    name: str
    text: str
    fields: list[Field] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


def calls(openapi: Schema) -> list[tuple[str, list[Call]]]:
    """By the resource that their path names."""
    found = [_call(verb, path, item[verb]) for path, item in openapi["paths"].items() for verb in VERBS if verb in item]
    found = sorted((call for call in found if call.path.startswith("/api/")), key=lambda call: _resource(call.path))
    return [(name, list(group)) for name, group in groupby(found, key=lambda call: _resource(call.path))]


def shapes(openapi: Schema) -> list[Shape]:
    named = openapi["components"]["schemas"]
    return sorted((_shape(name, schema) for name, schema in named.items()), key=lambda shape: shape.name)


def _resource(path: str) -> str:
    return path.split("/")[2]


def _call(verb: str, path: str, operation: Schema) -> Call:
    status, answer = next(iter(operation["responses"].items()))
    return Call(
        verb=verb.upper(),
        path=path,
        title=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", operation.get("summary", "")).capitalize(),
        text=operation.get("description") or "",
        parameters=[_field(each["name"], each["schema"], each["required"]) for each in operation.get("parameters", [])],
        body=_content("body", operation.get("requestBody", {})),
        status=status,
        answer=_content("answer", answer),
    )


def _content(name: str, holder: Schema) -> Field | None:
    for kind, content in holder.get("content", {}).items():
        schema = content.get("schema", {})
        return _field(name, schema, True) if kind == BODY and schema else Field(name=name, kind=kind)
    return None


def _shape(name: str, schema: Schema) -> Shape:
    required = schema.get("required", [])
    return Shape(
        name=plain(name),
        text=schema.get("description") or "",
        fields=[_field(each, of, each in required) for each, of in schema.get("properties", {}).items()],
        values=[str(value) for value in schema.get("enum", [])],
    )


def _field(name: str, schema: Schema, required: bool) -> Field:
    return Field(name=name, kind=kind(schema), target=next(_targets(schema), ""), required=required)


def kind(schema: Schema) -> str:
    """`string or null`, `list of Severity`, `date-time`."""
    if "$ref" in schema:
        return plain(schema["$ref"].rpartition("/")[2])
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return " or ".join(dict.fromkeys(map(kind, schema[choice])))
    named = schema.get("type", "anything")
    if named == "array":
        return f"list of {kind(schema.get('items', {}))}"
    if named == "object" and "additionalProperties" in schema:
        return f"map to {kind(schema['additionalProperties'] or {})}"
    return str(schema.get("format") or (" or ".join(named) if isinstance(named, list) else named))


def plain(name: str) -> str:
    """`Page_hyprbox.jobs.views.JobView_` is "Page of JobView"."""
    page = re.fullmatch(r"Page_.*\.(\w+)_", name)
    return f"Page of {page[1]}" if page else name.replace("_model_", " ").replace("_", " ")


def _targets(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield plain(schema["$ref"].rpartition("/")[2])
        for value in schema.values():
            yield from _targets(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _targets(value)
