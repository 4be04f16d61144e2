"""What may shut people out stays only when two proofs say that they still get in, one of them from outside."""

import pytest

from hyprbox.errors import Conflict, Invalid
from hyprbox.findings import reports
from hyprbox.guards import reach, said, store
from hyprbox.guards.model import Kind, State
from hyprbox.jobs import ending, handing
from hyprbox.jobs.model import Job
from hyprbox.nodes import beats
from hyprbox.presets import catalogue
from hyprbox.presets import store as presets
from hyprbox.remediations import store as remediations
from hyprbox.remediations.model import Remediation, Verdict
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, FindingReport, Reason, Scan, ScannerRun, Severity
from hyprwire import Finding as Seen
from tests.cast import BEAT, NOON, minutes

AFTER = [NOON + minutes(number) for number in range(4)]
EU_1 = Badge("t", "eu-1")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0"
ARMED = f"hb: sshd on port 22 has the key {KEY}\nhb: applied, and taken back at 2026-11-22 12:06:00 UTC unless job "
CATALOGUE = catalogue.load_all()
PASSWORDS = Seen(type="ssh.password_auth", key="sshd", severity=Severity.WARN, message="sshd accepts passwords")
SUDO = Seen(
    type="account.sudo_nopasswd", key="ada@sudoers", severity=Severity.WARN, message="ada",
    metadata={"who": "ada", "file": "/etc/sudoers"},
)  # fmt: skip


def scan(session, *seen, seq, proves=None, now=NOON):
    run = ScannerRun(name="all", types=[PASSWORDS.type, SUDO.type])
    report = FindingReport(nodeId="eu-1", findings=list(seen), scan=Scan(id=f"s{seq}", seq=seq, scanners=[run]))
    reports.record(session, report, now, proves)
    remediations.settle(session, now, "eu-1")


def complete(session, job_id, output, code=0, now=AFTER[1]):
    handing.accept(session, EU_1, job_id, "r", NOON)
    end = Completion(exitCode=code, reason=Reason.EXIT, runId="r", output=output)
    job = ending.complete(session, EU_1, job_id, end, now)
    store.job_ended(session, now, job, "198.51.100.7")
    remediations.settle(session, now, "eu-1")


@pytest.fixture(params=[PASSWORDS])
def fix(request, session):
    """The fix of a finding that may shut people out; its job has ended, and the scan after it sees nothing any more."""
    beats.record(session, [beats.Beat(BEAT, NOON)])
    scan(session, request.param, seq=1)
    finding = session.query(remediations.Finding).one()
    job = presets.fix(session, NOON, "ada", CATALOGUE, finding.id, None, {})
    complete(session, job.id, f"{ARMED}{job.id} is confirmed\n")
    scan(session, seq=2, proves=job.id, now=NOON + minutes(2))
    return session.query(Remediation).one(), store.get(session, job.id)


def asked(session, guard, now=AFTER[2]):
    """What the node is asked by now."""
    presets.ask_guard(session, now, CATALOGUE, guard.job_id)
    return guard.asked_for


def answer(session, guard, output="", code=0, now=AFTER[3]):
    complete(session, guard.asked, output, code, now)


def test_a_change_that_may_be_taken_back_has_no_verdict(session, fix):
    remediation, guard = fix
    assert (guard.state, guard.peer, guard.doors) == (State.ARMED, "198.51.100.7", {"22": [KEY]})
    assert remediation.verdict is None


def test_two_proofs_from_inside_are_not_enough(session, fix):
    _, guard = fix
    assert asked(session, guard) == "probe"
    answer(session, guard)

    assert set(guard.proofs) == {Kind.AGENT, Kind.PROBE}
    assert asked(session, guard) is None


@pytest.mark.parametrize("outside", [Kind.REACH, Kind.HUMAN])
def test_one_from_outside_and_one_from_inside_confirm_it(session, fix, outside):
    remediation, guard = fix
    if outside == Kind.REACH:
        store.reached(session, NOON, guard.job_id)
    else:
        store.confirm(session, NOON, "ada", guard.job_id)

    assert asked(session, guard) == "confirm"
    assert "export HB_MODE=confirm\n" in session.get(Job, ("eu-1", guard.asked)).script
    assert f"export HB_JOB={guard.job_id}\n" in session.get(Job, ("eu-1", guard.asked)).script
    answer(session, guard)

    assert (guard.state, remediation.verdict) == (State.CONFIRMED, Verdict.VERIFIED_FIXED)


@pytest.mark.parametrize("fix", [SUDO], indirect=True)
def test_a_look_at_sshd_says_nothing_of_sudo(session, fix):
    _, guard = fix
    store.reached(session, NOON, guard.job_id)
    assert asked(session, guard) == "probe"
    answer(session, guard)
    assert asked(session, guard) is None

    store.confirm(session, NOON, "ada", guard.job_id)
    assert asked(session, guard) == "confirm"


def test_what_nobody_proves_is_taken_back_by_the_node_and_that_is_found_out(session, fix):
    remediation, guard = fix
    late = NOON + minutes(10)

    assert asked(session, guard, late) == "status"
    answer(session, guard, f"hb: job {guard.job_id} is rolled_back since 2026-11-22 12:06:00 UTC\n", now=late)

    assert (guard.state, remediation.verdict) == (State.ROLLED_BACK, Verdict.ROLLED_BACK)
    assert remediation.note == "taken back: nobody confirmed it in time"


def test_a_node_that_could_not_take_it_back_wants_a_person(session, fix):
    _, guard = fix
    asked(session, guard, NOON + minutes(10))
    answer(session, guard, f"hb: job {guard.job_id} is rollback-FAILED since x\n", 32, NOON + minutes(11))
    assert guard.state == State.FAILED


def test_what_another_job_became_says_nothing(session, fix):
    _, guard = fix
    asked(session, guard, NOON + minutes(10))
    answer(session, guard, "hb: job another is confirmed since x\n", now=NOON + minutes(11))
    assert guard.state == State.ARMED


def test_one_question_at_a_time(session, fix):
    _, guard = fix
    assert asked(session, guard) == "probe"
    first = guard.asked
    presets.ask_guard(session, NOON, CATALOGUE, guard.job_id)
    assert guard.asked == first


def test_where_there_was_nothing_to_do_there_is_nothing_to_guard(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])
    job = presets.run(session, NOON, "ada", CATALOGUE["ssh-harden"], "eu-1", {})
    complete(session, job.id, "hb: nothing to do\n")
    assert store.get(session, job.id).state == State.NOT_ARMED
    with pytest.raises(Conflict, match="is NOT_ARMED, expected ARMED"):
        store.confirm(session, NOON, "ada", job.id)


def test_a_refusal_has_its_sentence_as_verdict(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])
    scan(session, PASSWORDS, seq=1)
    finding = session.query(remediations.Finding).one()
    job = presets.fix(session, NOON, "ada", CATALOGUE, finding.id, None, {})
    complete(session, job.id, "hb: nobody who may log in has a key\n", code=24)

    remediation = session.query(Remediation).one()
    assert (remediation.verdict, remediation.note) == (Verdict.REFUSED, "nobody who may log in has a key")


def test_each_guard_is_due_in_one_process_only(session, fix):
    _, guard = fix
    assert store.due(session, NOON + minutes(2)) == [guard.job_id]
    assert store.due(session, NOON + minutes(2)) == []
    assert store.due(session, NOON + minutes(3)) == [guard.job_id]


def test_a_fix_can_be_planned_and_taken_back(session, fix):
    _, guard = fix
    job = presets.take_back(session, NOON, "ada", CATALOGUE, guard.job_id)
    assert (job.title, job.rescan, job.preset) == ("ssh-harden: revert", ["ssh"], None)
    assert f"export HB_JOB={guard.job_id}\n" in job.script
    with pytest.raises(Conflict, match="ran a script, expected one that ran a preset"):
        presets.take_back(session, NOON, "ada", CATALOGUE, job.id)

    scan(session, SUDO, seq=3)
    finding = session.query(remediations.Finding).filter_by(type=SUDO.type).one()
    plan = presets.plan(session, NOON, "ada", CATALOGUE, finding.id, None, {})
    assert (plan.title, plan.rescan, finding.state) == ("sudo-require-password: plan", [], "OPEN")
    assert "export HB_MODE=plan\n" in plan.script


SPECIAL = """127.0.0.1 127.9.9.9 0.0.0.0 169.254.169.254 169.254.1.1 224.0.0.1 255.255.255.255 240.0.0.1 ::1 :: fe80::1
ff02::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 2002:7f00:1::1 fd00:ec2::254 100.100.100.200 168.63.129.16 localhost
metadata.google.internal 10.0.0.1.nip.io 0x7f000001 2130706433 127.1 -oProxyCommand=x 10.0.0.1/8"""


@pytest.mark.parametrize("address", SPECIAL.split())
def test_the_control_plane_calls_no_address_that_is_special_and_no_name(address):
    assert not reach.may_be_called(address)


@pytest.mark.parametrize("address", ["203.0.113.9", "10.1.2.3", "192.168.0.9", "2001:db8::1", "fd12::1"])
def test_it_calls_a_node_where_nodes_are(address):
    assert reach.may_be_called(address)


KEYSCAN = """#!/bin/bash
# Answers as ssh-keyscan does: one machine, whose sshd has {key} on port 22 and nothing elsewhere.
echo "$@" >>{asked}
[ "$4" = 22 ] && echo "203.0.113.9 {key}"
exit 0
"""


@pytest.mark.parametrize(
    ("doors", "is_it"),
    [
        ({"22": [KEY]}, True),
        ({"22": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB", KEY]}, True),  # one of those that it has
        ({"22": [KEY + "x"]}, False),  # behind a router another machine answers
        ({"22": [KEY.replace("ssh-ed25519", "ssh-rsa")]}, False),
        ({"22": [KEY], "2222": [KEY]}, False),  # every port has to answer
        ({}, False),
    ],
)
def test_only_an_sshd_with_a_key_of_the_node_is_the_nodes(monkeypatch, tmp_path, doors, is_it):
    (tmp_path / "ssh-keyscan").write_text(KEYSCAN.format(key=KEY, asked=tmp_path / "asked"))
    (tmp_path / "ssh-keyscan").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert reach.answers("203.0.113.9", doors) is is_it


def test_where_nobody_may_be_called_nobody_is(monkeypatch, tmp_path):
    (tmp_path / "ssh-keyscan").write_text(KEYSCAN.format(key=KEY, asked=tmp_path / "asked"))
    (tmp_path / "ssh-keyscan").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert not reach.answers("169.254.169.254", {"22": [KEY]})
    assert not (tmp_path / "asked").exists()
    reach.answers("203.0.113.9", {"22": [KEY]})
    assert (tmp_path / "asked").read_text() == "-T 5 -p 22 -t ed25519 -- 203.0.113.9\n"


def test_an_admin_says_where_sshd_is_and_says_no_nonsense(session, fix):
    _, guard = fix
    store.set_door(session, NOON, "ada", "eu-1", "10.1.2.3")
    assert store.guard_address(session, guard) == "10.1.2.3"
    with pytest.raises(Invalid, match=r"address is '169.254.169.254', expected an IP address"):
        store.set_door(session, NOON, "ada", "eu-1", "169.254.169.254")
    store.remove_door(session, NOON, "ada", "eu-1")
    assert store.guard_address(session, guard) == "198.51.100.7"


def test_a_node_cannot_make_us_knock_at_many_ports():
    many = "".join(f"hb: sshd on port {port} has the key {KEY}\n" for port in [0, 99999, *range(1, 99)])
    assert len(said.of_apply(many).doors) <= said.MOST_PORTS
    assert said.of_apply("hb: sshd on port 22 has the key ssh-ed25519 $(id)\n").doors == {}
