"""All scanners at once on hosts that this machine cannot boot: what they say of those rests on files alone."""

import tomllib
from pathlib import Path

import pytest

from hyprnode import scanners
from hyprwire import Finding
from tests.node.cases import Case

FOLDER = Path(__file__).parent / "distributions"


@pytest.mark.parametrize("name", ["rocky", "alpine"])
def test_a_host_of_another_distribution_is_understood(name, tmp_path):
    path = FOLDER / f"{name}.toml"
    case = Case("all", name, path, tomllib.loads(path.read_text()))
    host = case.host(tmp_path)

    seen = [one for scanner in scanners.ALL.values() for one in scanner.scan(host, case.config)]

    found = sorted(f"{one.severity} {one.type} {one.key}" for one in seen if isinstance(one, Finding))
    assert found == case.found
