"""Which strings may name a node or a finding, and which numbers are percentages."""

from dataclasses import replace
from math import inf, nan

import pytest

from hyprwire import Finding, Severity
from tests.cast import BEAT


@pytest.mark.parametrize("node_id", ["a", "eu-1", "web.prod.example", "Zürich-1", "节点", "a" * 253])
def test_a_node_may_be_called(node_id):
    assert replace(BEAT, node_id=node_id).node_id == node_id


@pytest.mark.parametrize(
    "node_id", ["", "a" * 254, "a/b", "a b", "a\tb", "a\0", "a\x85", "a\u2028", "a\ud800", "a\u00a0b", ".."]
)
def test_a_node_may_not_be_called(node_id):
    with pytest.raises(ValueError, match="node_id"):
        replace(BEAT, node_id=node_id)


@pytest.mark.parametrize("value", [-0.1, 100.1, 1e9, nan, inf])
def test_a_percentage_is_0_to_100(value):
    with pytest.raises(ValueError, match="cpu_percent is"):
        replace(BEAT, cpu_percent=value)


@pytest.mark.parametrize("key", ["", "a\nb", "a\0", "\ud800", "x" * 1025])
def test_a_key_is_one_line(key):
    with pytest.raises(ValueError, match="key"):
        Finding(type="tls.expiring", key=key, severity=Severity.WARN, message="m")


def test_a_key_may_hold_quotes_and_emoji():
    assert Finding(type="t", key='"o\'clock" 🕐', severity=Severity.INFO, message="m").key.endswith("🕐")
