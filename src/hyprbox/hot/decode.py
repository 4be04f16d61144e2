"""Bytes of an agent into wire types. What no database can hold is replaced here, at the edge, and nowhere else.

U+0000 cuts strings in SQLite and fails a whole batch in PostgreSQL; half a surrogate pair is no text at all. In names
both are refused, elsewhere they become U+FFFD; only the output of jobs keeps U+0000, since it is kept as bytes.
"""

import json
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from hyprbox.errors import Invalid

T = TypeVar("T")

DEPTH = 32
LARGE = 1024 * 1024
MOST_PARTS = 2_000_000  # lists, objects and their fields; each takes many times the room that it takes in JSON
KEEPS_NUL = "output"
ESCAPE = ord("\\")

_REPLACE = {code: "\ufffd" for code in (0, *range(0xD800, 0xE000))}
_REPLACE_HALVES = {code: "\ufffd" for code in range(0xD800, 0xE000)}


def decode(kind: type[T], body: bytes | bytearray) -> T:
    """Invalid names the field that does not fit."""
    if len(body) > LARGE and body.count(b"[") + body.count(b"{") + body.count(b'":') > MOST_PARTS:
        raise Invalid(f"the body has more than {MOST_PARTS} lists, objects and fields, expected fewer")
    try:
        if ESCAPE in body and b"\\u0000" in body:  # one byte is found, or not, many times faster
            return _decode_dirty(kind, body)
        try:
            decoded: T = _decoder(cast(Any, kind)).decode(body)
            return decoded
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            if b"\\ud" not in body and b"\\uD" not in body:  # half a pair near the end is called a truncated body
                raise
            return _decode_dirty(kind, body)
    except RecursionError:
        raise Invalid(f"the body is nested too deeply, expected at most {DEPTH} levels") from None
    except ValueError as error:  # msgspec's errors are ValueErrors, as are those of the wire types
        raise Invalid(str(error)) from None


def check_depth(value: Any, left: int = DEPTH) -> None:
    if left < 0:
        raise Invalid(f"the body is nested too deeply, expected at most {DEPTH} levels")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            check_depth(item, left - 1)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _decode_dirty(kind: type[T], body: bytes | bytearray) -> T:
    value = json.loads(body, parse_constant=_no_constant)
    check_depth(value)
    msgspec.convert(value, kind)  # names are checked as they came, before anything is replaced in them
    return msgspec.convert(_clean(value), kind)


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")


def _clean(value: Any, name: str = "") -> Any:
    if isinstance(value, str):
        return value.translate(_REPLACE_HALVES if name == KEEPS_NUL else _REPLACE)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item, key) for key, item in value.items()}
    return value
