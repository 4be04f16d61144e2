"""Labels: what people, or the agent's own HYPRBOX_LABELS, call a node besides its name, `env=prod`."""

import re
from collections.abc import Mapping

from hyprbox.errors import Invalid

MOST = 64
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
VALUE = re.compile(r"[\w.:/@+-]{0,128}", re.ASCII)


def check_labels(labels: dict[str, str]) -> dict[str, str]:
    """Invalid unless names are lower case and values one word."""
    if len(labels) > MOST:
        raise Invalid(f"labels has {len(labels)} entries, expected at most {MOST}")
    for name, value in labels.items():
        if not NAME.fullmatch(name):
            raise Invalid(f"label {name[:80]!a} is no name, expected lower-case letters, digits and . _ -")
        if not VALUE.fullmatch(value):
            raise Invalid(f"label {name} is {value[:80]!a}, expected up to 128 letters, digits and . : / @ + _ -")
    return labels


def acceptable(labels: Mapping[str, str]) -> dict[str, str]:
    """Of what an agent says: that which is a label. A mistyped one must not cost the heartbeat."""
    fit = ((name, value) for name, value in labels.items() if NAME.fullmatch(name) and VALUE.fullmatch(value))
    return dict(sorted(fit)[:MOST])
