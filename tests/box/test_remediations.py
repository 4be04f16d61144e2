"""A fix has a verdict, and only a scan makes it a good one."""

from dataclasses import replace

import pytest

from hyprbox import installation
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.findings.words import happened
from hyprbox.jobs import ending, handing
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order, Preset
from hyprbox.nodes import beats
from hyprbox.remediations import proof, store
from hyprbox.remediations.unproven import unproven
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, FindingReport, Reason, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from tests.cast import BEAT, NOON, minutes

EU_1 = Badge("t", "eu-1")
CERT = Seen(type="tls.expiring", key="/etc/a.pem", severity=Severity.WARN, message="5 days", metadata={"daysLeft": 5})
LATER = NOON + minutes(70)
RESTART = Seen(type="reboot.required", key="system", severity=Severity.WARN, message="restart")
PRESET = Preset(id="certbot-renew", version=2, sha256="ab", params={"lineage": "a"})


@pytest.fixture
def fix(session):
    """A finding, its fix under way: the remediation and its job."""
    beats.record(session, [beats.Beat(BEAT, NOON)])
    scan(session, CERT, seq=1)
    finding = session.query(store.Finding).one()
    job = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="true", preset=PRESET))
    findings.start_fix(session, NOON, "ada", finding.id, job.id)
    remediation = store.start(session, NOON, "ada", finding, job)
    handing.accept(session, EU_1, job.id, "r", NOON)
    return remediation, job


def scan(session, *seen, seq, proves=None, now=NOON, off=False):
    run = ScannerRun(name="all", types=["tls.expiring", "reboot.required"], off=off)
    report = FindingReport(nodeId="eu-1", findings=list(seen), scan=Scan(id=f"s{seq}", seq=seq, scanners=[run]))
    reports.record(session, report, now, proves)
    store.settle(session, now, "eu-1", {"id": f"s{seq}"})


def complete(session, job, **said):
    end = Completion(**({"exitCode": 0, "reason": Reason.EXIT, "runId": "r"} | said))
    ending.complete(session, EU_1, job.id, end, NOON + minutes(1))
    store.settle(session, NOON + minutes(1), "eu-1")


def waiting(session, now=LATER):
    session.flush()
    found = unproven(session, now, most=5)
    assert found.number == len(found.newest)
    return found.newest


def headings(session, remediation):
    return [happened(event)[1] for event in findings.events(session, remediation.finding_id)]


def test_exit_code_0_is_no_verdict(session, fix):
    remediation, job = fix
    complete(session, job)
    assert remediation.verdict is None


def test_a_scan_that_does_not_see_it_verifies_it(session, fix):
    remediation, job = fix
    complete(session, job)
    scan(session, seq=2, proves=job.id, now=NOON + minutes(2))

    assert (remediation.verdict, remediation.ended_at) == ("VERIFIED_FIXED", NOON + minutes(2))
    before, after = (store.evidence(session, digest) for digest in (remediation.before, remediation.after))
    assert (before["metadata"], after["seen"], after["scan"]["id"]) == ({"daysLeft": 5}, False, "s2")


def test_a_scanner_that_is_switched_off_proves_nothing(session, fix):
    remediation, job = fix
    complete(session, job)
    scan(session, seq=2, proves=job.id, off=True)

    assert remediation.verdict == "UNVERIFIED"
    assert remediation.note == "its scanner is switched off, so nobody looked whether it helped"


def test_a_scan_that_sees_it_still_says_so(session, fix):
    remediation, job = fix
    complete(session, job)
    scan(session, replace(CERT, metadata={"daysLeft": 4}), seq=2, proves=job.id)

    assert remediation.verdict == "NOT_FIXED"
    assert store.evidence(session, remediation.after)["metadata"] == {"daysLeft": 4}


def test_a_restart_that_is_due_may_be_all_that_is_missing(session, fix):
    remediation, job = fix
    complete(session, job)
    scan(session, CERT, RESTART, seq=2, proves=job.id)
    assert remediation.verdict == "NEEDS_REBOOT"


@pytest.mark.parametrize(
    ("said", "verdict", "note"),
    [
        ({"exitCode": 21, "output": "hb: no key\nhb: nobody could sign in\n"}, "REFUSED", "nobody could sign in"),
        ({"exitCode": 30, "output": "hb: taken back\n"}, "ROLLED_BACK", "taken back"),
        ({"exitCode": 31}, "ROLLED_BACK", "it did not work and was taken back"),
        ({"exitCode": 32}, "FAILED", "its job ended as FAILED"),
        ({"exitCode": 137, "reason": Reason.TIMEOUT}, "FAILED", "its job ended as TIMED_OUT"),
        ({"exitCode": 143, "reason": Reason.CANCEL}, "UNVERIFIED", "its job ended as CANCELLED"),
        ({"exitCode": None, "reason": Reason.AGENT_LOST, "errorMsg": "gone"}, "UNVERIFIED", "gone"),
    ],
    ids=str,
)
def test_how_the_job_ended_decides_where_no_scan_follows(session, fix, said, verdict, note):
    remediation, job = fix
    complete(session, job, **said)
    assert (remediation.verdict, remediation.note) == (verdict, note)


def test_no_scan_is_no_proof(session, fix):
    remediation, job = fix
    complete(session, job)
    ending.give_up_unproven(session, NOON + minutes(50), NOON - minutes(600))
    store.settle(session, NOON + minutes(50), "eu-1")
    assert (remediation.verdict, remediation.note) == ("UNVERIFIED", "no scan came to prove it")
    assert headings(session, remediation)[-1] == "Fix not proven"
    assert [(each.fix, each.is_seen_since) for each in waiting(session)] == [(remediation, False)]

    scan(session, CERT, seq=2, now=NOON + minutes(60))
    assert [each.is_seen_since for each in waiting(session)] == [True]


def test_a_fix_without_proof_waits_for_somebody_until_its_finding_is_gone(session, fix):
    _, job = fix
    complete(session, job, exitCode=None, reason=Reason.AGENT_LOST)
    assert len(waiting(session)) == 1

    scan(session, seq=2, now=NOON + minutes(60))
    assert waiting(session) == []


def test_or_until_somebody_tries_again_or_puts_it_aside(session, fix):
    remediation, job = fix
    complete(session, job, exitCode=None, reason=Reason.AGENT_LOST)
    finding = findings.snooze(session, NOON, "ada", remediation.finding_id, "", NOON + minutes(9))
    assert waiting(session) == []

    findings.end_holds(session, NOON + minutes(10))
    assert len(waiting(session)) == 1

    again = jobs.rerun(session, NOON, "ada", job.id)
    findings.start_fix(session, NOON, "ada", finding.id, again.id)
    store.start(session, NOON, "ada", finding, again)
    findings.give_up_fix(session, NOON, again.id, "it failed")
    assert waiting(session) == []


def test_what_nobody_looks_at_any_more_after_its_fix_is_told_for_a_week(session, fix):
    _, job = fix
    complete(session, job)
    scan(session, seq=2, proves=job.id, now=NOON + minutes(3), off=True)

    assert len(waiting(session, NOON + minutes(60 * 24 * 6))) == 1
    assert waiting(session, NOON + minutes(60 * 24 * 8)) == []


@pytest.mark.parametrize(("days", "verdict"), [(3, "REGRESSED"), (9, "VERIFIED_FIXED")])
def test_what_comes_back_within_a_week_has_regressed(session, fix, days, verdict):
    remediation, job = fix
    complete(session, job)
    scan(session, seq=2, proves=job.id)
    scan(session, CERT, seq=3, now=NOON + minutes(60 * 24 * days))
    assert remediation.verdict == verdict


def test_a_preset_has_a_track_record(session, fix):
    _, job = fix
    complete(session, job)
    scan(session, seq=2, proves=job.id, now=NOON + minutes(3))
    record = store.record_of(session, "certbot-renew")
    assert (record.ended, record.fixed, record.rolled_back, record.median_seconds) == (1, 1, 0, 180)


def test_a_fix_without_proof_is_not_called_one_that_failed(session, fix):
    _, job = fix
    complete(session, job, exitCode=None, reason=Reason.AGENT_LOST)
    record = store.record_of(session, "certbot-renew")
    assert (record.ended, record.unproven, record.failures) == (1, 1, "1 not proven")


def test_a_proof_names_the_key_that_has_signed_it_whatever_else_it_shows(tmp_path):
    """A second key behind the first was taken for the signer."""
    ours, forgers = tmp_path / "ours", tmp_path / "forgers"
    trusted, forged = proof.installation_id(ours), proof.sign(forgers, "{}")
    kind, key = forged.publicKey.split()[:2]
    bundle = {"payload": "{}", "signature": forged.signature}
    bundle["publicKey"] = f"{kind}\n{key}\n{installation.public(ours).read_text()}"
    assert proof.verify(bundle) == proof.installation_id(forgers) != trusted
