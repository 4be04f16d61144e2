"""Debian's order of versions, as dpkg itself sees it."""

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as some

from hyprnode.facts.versions import is_older

PIECES = ["0", "1", "9", "10", "00", "~", "~~", "+", ".", "a", "Z", "rc", "deb12u1", "nmu", "-", "~bpo12+1"]
VERSIONS = some.builds(
    lambda epoch, pieces: epoch + "1" + "".join(pieces) + "0",
    some.sampled_from(["", "0:", "1:", "10:"]),
    some.lists(some.sampled_from(PIECES), max_size=5),
)


@given(VERSIONS, VERSIONS)
@settings(max_examples=150, deadline=None)
def test_it_is_the_order_of_dpkg(one, other):
    dpkg = subprocess.run(["dpkg", "--compare-versions", one, "lt", other])

    assert is_older(one, other) == (dpkg.returncode == 0)


def test_a_candidate_is_older_than_what_it_is_a_candidate_for():
    assert is_older("1.0~rc1-1", "1.0-1")
    assert is_older("2.9", "2.10")
    assert is_older("9.9", "1:0.1")
    assert not is_older("1.0", "1.0-0")
