"""Pages answer under the installation's own name alone; agents and balancers may call it what they like."""

import pytest

from hyprbox.hosts import is_ours

OURS = ("box.example.com", "localhost")


@pytest.mark.parametrize(
    "host", ["box.example.com", "box.example.com:443", "localhost:4000", "127.0.0.1:4000", "[::1]:4000"]
)
def test_its_name_and_bare_addresses_are_its_own(host):
    assert is_ours(host, OURS)


@pytest.mark.parametrize(
    "host", ["evil.example", "box.example.com.evil.example", "", "127.0.0.1.evil.example", "[::1", "x@y"]
)
def test_every_other_name_is_somebody_elses(host):
    assert not is_ours(host, OURS)
