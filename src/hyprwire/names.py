"""Which strings may name something: node ids, and the type and key of a finding."""

import re

NODE_ID_LENGTH = 253
NAME_LENGTH = 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_NOT_IN_A_NODE_ID = re.compile(r"[\x00-\x20\x7f-\xa0/\ud800-\udfff\u2028\u2029]|\s")


def check_node_id(name: str, value: str) -> None:
    """ValueError unless `value` is 1 to 253 characters without '/', white space or control characters."""
    if not 1 <= len(value) <= NODE_ID_LENGTH:
        raise ValueError(f"{name} has {len(value)} characters, expected 1 to {NODE_ID_LENGTH}")
    if _NOT_IN_A_NODE_ID.search(value):
        raise ValueError(f"{name} is {value!a}, expected no '/', white space or control characters")
    if value in (".", ".."):
        raise ValueError(f"{name} is {value!a}, expected a name that is not a path")


def check_name(name: str, value: str) -> None:
    """ValueError unless `value` is 1 to 1024 characters on one line."""
    if not 1 <= len(value) <= NAME_LENGTH:
        raise ValueError(f"{name} has {len(value)} characters, expected 1 to {NAME_LENGTH}")
    if _CONTROL.search(value):
        raise ValueError(f"{name} is {value[:80]!a}, expected no control characters")
