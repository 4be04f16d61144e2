"""A query as plain Python understands it, for a comparison with what the databases do."""

import re
from functools import cache
from string import ascii_lowercase, ascii_uppercase

from hyprbox.nodes.terms import Field, Is, Label, Load, Not, Reports, Seen, Word, Worst
from hyprwire import Severity

LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
SIGNS = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
FIELDS = {"node": "node_id", "host": "hostname", "version": "agent_version", "arch": "architecture"}


def fits(query, node, open_types, now):
    """`open_types`: of its findings that want attention."""
    return all(holds(term, node, open_types, now) for term in query.terms)


def holds(term, node, open_types, now):
    match term:
        case Not(inner):
            return not holds(inner, node, open_types, now)
        case Word(text):
            labels = "".join(
                " " + " ".join(f"{name}={value}" for name, value in sorted(pairs.items())) + " " if pairs else ""
                for pairs in (node.labels, node.agent_labels or {})
            )
            texts = node.node_id, node.hostname, node.ip or "", node.os, node.region or "", labels
            return text.translate(LOWER) in "\n".join(texts).translate(LOWER)
        case Label(name, values):
            has = (node.agent_labels or {}) | node.labels
            return name in has and any(
                has[name].startswith(value[:-1]) if value.endswith("*") else has[name] == value
                for value in values or ("*",)
            )
        case Field("os", values):
            return any(system_is(value, node.os) for value in values)
        case Field(name, values):
            text = (getattr(node, FIELDS.get(name, name)) or "").translate(LOWER)
            return any(re.fullmatch(glob(value), text, re.DOTALL) for value in values)
        case Is(status):
            return node.state.status == status
        case Worst(least):
            ranks = list(Severity)
            counts = node.state.open_info, node.state.open_warn, node.state.open_critical
            return any(counts[ranks.index(least) :])
        case Reports(types):
            return any(
                each.startswith(type[:-1]) if type.endswith("*") else each == type
                for type in types
                for each in open_types
            )
        case Load(name, sign, tenths):
            return getattr(getattr(node.state, name), SIGNS[sign])(tenths)
        case Seen(sign, ago):
            return getattr(now - node.state.last_seen, SIGNS[sign])(ago)


@cache
def glob(pattern):
    return ".*".join(re.escape(part.translate(LOWER)) for part in pattern.split("*"))


@cache
def system_is(value, os):
    parts = ".* ".join(map(glob, value.split("-")))
    ends = [parts] if value.endswith("*") else [parts + " .*", parts + r"\..*"]
    return any(re.fullmatch(each, os.translate(LOWER) + " ", re.DOTALL) for each in ends)
