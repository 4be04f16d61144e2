"""JSON to wire types and back, for the agent: strict about types, lenient about what it does not know.

An unknown key is ignored, and null for a field that has a default means the default: an older or newer
API is never misread. The server decodes with msgspec instead.
"""

import json
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(message: Any) -> bytes:
    """A dataclass, dict or list as compact UTF-8 JSON. NaN and lone surrogates are a ValueError."""
    value = asdict(message) if is_dataclass(message) and not isinstance(message, type) else message
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def decode(kind: type[T], body: bytes) -> T:
    """ValueError names the field that does not fit."""
    try:
        value = json.loads(body)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    return convert(kind, value)


def convert(kind: type[T], value: Any, name: str = "") -> T:
    return _convert(kind, value, name or kind.__name__)  # type: ignore[no-any-return]  # _convert returns a `kind`


def _convert(kind: Any, value: Any, name: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return None if value is None else _convert(_not_none(kind), value, name)
    if origin is list:
        return [_convert(get_args(kind)[0], item, f"{name}[{n}]") for n, item in enumerate(_want(list, value, name))]
    if origin is dict:
        of = get_args(kind)[1]
        return {key: _convert(of, item, f"{name}.{key}") for key, item in _want(dict, value, name).items()}
    if is_dataclass(kind):
        return _build(kind, _want(dict, value, name), name)
    return value if kind is Any else _scalar(kind, value, name)


def _not_none(kind: Any) -> Any:
    (only,) = (option for option in get_args(kind) if option is not NoneType)
    return only


def _build(kind: Any, value: dict[str, Any], name: str) -> Any:
    types = _types(kind)
    given = {}
    for field in fields(kind):
        item = value.get(field.name)
        if item is not None:
            given[field.name] = _convert(types[field.name], item, f"{name}.{field.name}")
        elif not _has_default(field):
            raise ValueError(f"{name}.{field.name} is missing")
    return kind(**given)


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


@cache
def _types(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _scalar(kind: Any, value: Any, name: str) -> Any:
    if kind is float:
        return float(_want((int, float), value, name))
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"{name} is {value!a}, expected one of {', '.join(kind)}") from None
    return _want(kind, value, name)


def _want(kind: Any, value: Any, name: str) -> Any:
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return value
    wanted = "number" if isinstance(kind, tuple) else kind.__name__
    raise ValueError(f"{name} is {value!a:.80}, expected {wanted}")
