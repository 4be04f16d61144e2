"""All scanners at once on hosts that this machine cannot boot: what they say of those rests on files alone."""

import tomllib
from pathlib import Path

import pytest

from hyprnode import scanners
from hyprwire import Finding
from tests.node.cases import FIXTURES, Case

# Scanners that speak of what is not there, or whose fault needs another age of the distribution.
ELSEWHERE = {
    "rocky": {"packages", "distro"},
    "alpine": {"packages", "service", "audit", "mac"},
}
FOLDER = Path(__file__).parent / "distributions"


def told(name):
    path = FOLDER / f"{name}.toml"
    return Case("all", name, path, tomllib.loads(path.read_text()))


@pytest.mark.parametrize("name", ["rocky", "alpine"])
def test_a_host_of_another_distribution_is_understood(name, tmp_path):
    case = told(name)
    host = case.host(tmp_path)

    seen = [one for scanner in scanners.ALL.values() for one in scanner.scan(host, case.config)]

    found = sorted(f"{one.severity} {one.type} {one.key}" for one in seen if isinstance(one, Finding))
    assert found == case.found


@pytest.mark.parametrize("name", ["rocky", "alpine"])
def test_every_scanner_has_a_fault_there(name):
    types = {line.split()[1] for line in told(name).found}
    silent = {scanner.name for scanner in scanners.ALL.values() if not types & set(scanner.type_names)}
    assert silent == ELSEWHERE[name]


def test_the_age_of_rocky_has_cases_of_its_own():
    assert {path.stem for path in (FIXTURES / "distro").glob("*rocky.toml")} == {"rocky", "decoy-rocky"}
