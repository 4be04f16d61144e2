"""Every scanner on hosts of files: the faults that it must find, and what only looks like one."""

from pathlib import Path

import pytest

from hyprnode import config, scanners
from hyprnode.host import Host
from hyprnode.scanners import log
from hyprwire import Finding
from tests.node import cases

CASES = list(cases.cases())
BY_NAME = {"ids": lambda case: f"{case.scanner}/{case.name}"}


@pytest.mark.parametrize("case", CASES, **BY_NAME)
def test_a_case_is_found_to_be_what_it_is(case, tmp_path):
    host, config = case.host(tmp_path), case.config
    seen = list(scanners.ALL[case.scanner].scan(host, config))

    findings = [one for one in seen if isinstance(one, Finding)]
    assert sorted(f"{one.severity} {one.type} {one.key}" for one in findings) == case.found
    assert sorted(one.key or "*" for one in seen if not isinstance(one, Finding)) == case.unexamined
    declared = {kind.name: kind.severities for kind in scanners.ALL[case.scanner].types}
    for one in findings:
        assert one.severity in declared.get(one.type, ("INFO",)), "declared types and severities only"


@pytest.mark.parametrize("case", CASES, **BY_NAME)
def test_a_case_is_well_told(case):
    assert set(case.terms) <= cases.SECTIONS | cases.WORDS
    assert case.terms["says"]


SCANNERS = [scanner for scanner in scanners.ALL.values() if scanner.name != "tls"]  # that has real ones, in test_tls


SHOWN_BELOW = {"log.oversized"}  # it would need 2 GiB


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda scanner: scanner.name)
def test_every_type_has_a_fault_and_every_scanner_a_decoy(scanner):
    mine = [case for case in CASES if case.scanner == scanner.name]
    shown = {line.split()[1] for case in mine for line in case.found} | SHOWN_BELOW

    assert {kind.name for kind in scanner.types} <= shown
    assert any(not case.found for case in mine)


def test_a_log_that_grew_large_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(log, "GIB", 2**19)
    path = cases.write(tmp_path / "var/log/app/debug.log", "x" * (2**21))

    (finding,) = log.scan(Host(root=tmp_path), config.load({}))
    assert (finding.type, finding.key) == ("log.oversized", "/var/log/app/debug.log")
    assert finding.metadata["bytes"] == path.stat().st_blocks * 512


def test_a_file_of_a_scanner_is_not_forgotten():
    folder = Path(scanners.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "SCANNER = Scanner(" in path.read_text()}

    assert files == set(scanners.ALL)
