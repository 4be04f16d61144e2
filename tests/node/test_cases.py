"""Every scanner on hosts of files: the faults that it must find, and what only looks like one."""

from pathlib import Path

import pytest

from hyprnode import config, scanners
from hyprnode.host import Host
from hyprnode.scanners import log
from hyprwire import Finding
from tests.node import cases, test_tls, test_tls_dates, test_tls_keys, test_tls_served

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


def test_a_log_that_grew_large_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(log, "GIB", 2**19)
    path = cases.write(tmp_path / "var/log/app/debug.log", "x" * (2**21))

    (finding,) = log.scan(Host(root=tmp_path), config.load({}))
    assert (finding.type, finding.key) == ("log.oversized", "/var/log/app/debug.log")
    assert finding.metadata["bytes"] == path.stat().st_blocks * 512


# Faults and near misses that no file can tell: real certificates, and two gigabytes of log.
FAULTS = {
    "log.oversized": test_a_log_that_grew_large_is_found,
    "tls.expiring": test_tls.test_a_certificate_is_spoken_of_when_its_end_is_near,
    "tls.not_yet_valid": test_tls_dates.test_a_certificate_of_the_future_is_found,
    "tls.chain_expiring": test_tls_dates.test_an_issuer_that_ends_first_is_found_by_its_own_name,
    "tls.key_mismatch": test_tls.test_a_private_key_of_another_is_found,
    "tls.key_exposed": test_tls_keys.test_a_key_that_everybody_may_read_is_found,
    "tls.weak": test_tls_keys.test_a_short_key_and_an_old_signature_are_weak,
    "tls.renewal_inactive": test_tls_dates.test_cron_may_renew_them_as_well,
    "tls.stale_served": test_tls_served.test_an_old_certificate_is_found_by_port_and_name,
    "tls.unreadable": test_tls.test_what_cannot_be_read_is_said_once_and_hangs_nothing,
}
NEAR_MISSES = {
    "tls.expiring": test_tls.test_a_certificate_for_days_is_not_always_red,
    "tls.not_yet_valid": test_tls_dates.test_a_certificate_of_the_future_is_found,
    "tls.chain_expiring": test_tls_dates.test_an_issuer_may_end_when_another_with_its_key_does_not,
    "tls.key_mismatch": test_tls.test_a_key_that_cannot_be_compared_is_none_of_our_business,
    "tls.key_exposed": test_tls_keys.test_a_closed_folder_hides_it,
    "tls.weak": test_tls_keys.test_who_signs_for_himself_may_use_any_hash,
    "tls.renewal_inactive": test_tls_dates.test_what_is_renewed_by_hand_needs_no_timer,
    "tls.stale_served": test_tls_served.test_the_new_one_is_as_it_should_be,
    "tls.unreadable": test_tls.test_a_glob_that_matches_nothing_is_silence,
}
TYPES = {kind.name: scanner.name for scanner in scanners.ALL.values() for kind in scanner.types}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_a_fault_and_a_near_miss(name):
    mine = [case for case in CASES if case.scanner == TYPES[name]]
    faults = [case.name for case in mine if name in {line.split()[1] for line in case.found}]
    near = [case.name for case in mine if name in case.terms.get("near", [])]

    assert faults or name in FAULTS
    assert near or name in NEAR_MISSES


@pytest.mark.parametrize("case", CASES, **BY_NAME)
def test_what_is_nearly_a_fault_is_none(case):
    assert not set(case.terms.get("near", [])) & {line.split()[1] for line in case.found}


def test_a_file_of_a_scanner_is_not_forgotten():
    folder = Path(scanners.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "SCANNER = Scanner(" in path.read_text()}

    assert files == set(scanners.ALL)
