"""The four ways to run a preset, what it says and with which code it ends."""

import socket

import pytest

from tests.presets import demo
from tests.presets.demo import TOML
from tests.presets.machine import NOBODY

FILE = "/etc/demo.conf"
BACKUPS = "/var/lib/hyprbox-presets"


def test_check_says_that_it_is_needed_and_changes_nothing(machine, tmp_path):
    before = machine.tree("/etc", "/var")

    ended = machine.run(demo.script(tmp_path, "check"))

    assert (ended.code, ended.said) == (0, ["needed"])
    assert machine.tree("/etc", "/var") == before


def test_apply_changes_it_once(machine, tmp_path):
    first, second = (machine.run(demo.script(tmp_path, job=job)) for job in ("job-1", "job-2"))

    assert (first.code, first.said) == (0, [f"wrote {FILE}", "applied"])
    assert (second.code, second.said) == (0, ["nothing to do"])
    assert machine.path(FILE).read_text() == "new\n"
    assert not machine.path(f"{BACKUPS}/job-2").exists()


def test_check_is_10_when_there_is_nothing_to_do(machine, tmp_path):
    machine.write(FILE, "new\n")
    assert machine.run(demo.script(tmp_path, "check")).code == 10
    assert machine.run(demo.script(tmp_path, "plan")).code == 0


def test_a_plan_shows_the_difference_and_changes_nothing(machine, tmp_path):
    machine.write(FILE, "old\n")
    before = machine.tree("/etc", "/var")

    apply = "printf 'new\\n' | write_file /etc/demo.conf && S systemctl restart 'a b'"
    ended = machine.run(demo.script(tmp_path, "plan", check="true", apply=apply))

    assert ended.code == 0
    assert "-old\n+new\n" in ended.output
    assert ended.said == ["would run: systemctl restart a\\ b", "nothing was changed"]
    assert machine.tree("/etc", "/var") == before


def test_a_plan_names_a_mode_that_would_change(machine, tmp_path):
    machine.write(FILE, "new\n", mode=0o644)
    apply = "printf 'new\\n' | write_file /etc/demo.conf 0600"

    ended = machine.run(demo.script(tmp_path, "plan", check="true", apply=apply))

    assert (ended.code, ended.said) == (0, [f"would set the mode of {FILE} to 0600", "nothing was changed"])


def test_a_plan_names_the_step_that_cannot_be_planned(machine, tmp_path):
    ended = machine.run(demo.script(tmp_path, "plan", apply="false"))
    assert (ended.code, ended.said) == (29, ["the plan ends here, the step above failed"])


def test_a_refusal_comes_before_any_change(machine, tmp_path):
    ended = machine.run(demo.script(tmp_path, check='refuse 21 "no web server here, expected one"'))
    assert (ended.code, ended.said) == (21, ["no web server here, expected one"])
    assert not machine.path(FILE).exists()


def test_a_check_that_breaks_is_a_refusal(machine, tmp_path):
    ended = machine.run(demo.script(tmp_path, check="no-such-command"))
    assert (ended.code, ended.said) == (29, ["check of demo ended without an answer"])


@pytest.mark.parametrize(("part", "code"), [("apply", 30), ("verify", 31)])
def test_what_fails_is_taken_back(machine, tmp_path, part, code):
    machine.write(FILE, "old\n", mode=0o640)
    before = machine.tree("/etc")
    bodies = {"check": "true", "apply": demo.FUNCTIONS["apply"]}
    bodies[part] = bodies.get(part, "true") + "; false"

    ended = machine.run(demo.script(tmp_path, **bodies))

    assert (ended.code, ended.said[-1]) == (code, f"{part} failed, taken back")
    assert machine.tree("/etc") == before


def test_a_refusal_half_way_takes_back_what_was_changed(machine, tmp_path):
    apply = f"{demo.FUNCTIONS['apply']}; refuse 24 'cannot go on'"
    ended = machine.run(demo.script(tmp_path, apply=apply))

    assert (ended.code, ended.said[-1]) == (24, "cannot go on")
    assert not machine.path(FILE).exists()


def test_a_job_that_is_stopped_half_way_takes_back_what_was_changed(machine, tmp_path):
    apply = f"{demo.FUNCTIONS['apply']}; kill -TERM $$; sleep 5"
    ended = machine.run(demo.script(tmp_path, apply=apply))

    assert (ended.code, ended.said[-1]) == (30, "stopped half-way, taken back")
    assert not machine.path(FILE).exists()


def test_a_way_back_is_not_stopped_half_way(machine, tmp_path):
    ended = machine.run(demo.script(tmp_path, verify="false", revert="kill -TERM $$; restore"))

    assert (ended.code, ended.said[-1]) == (31, "verify failed, taken back")
    assert not machine.path(FILE).exists()


def test_what_cannot_be_taken_back_needs_a_person(machine, tmp_path):
    ended = machine.run(demo.script(tmp_path, verify="false", revert="false"))
    assert (ended.code, ended.said[-1]) == (32, "could not be taken back: a person has to look at this machine")


def test_a_revert_takes_a_former_job_back(machine, tmp_path):
    before = machine.tree("/etc")
    machine.run(demo.script(tmp_path, "apply", "job-1"))

    ended = machine.run(demo.script(tmp_path, "revert", "job-1"))

    assert (ended.code, ended.said) == (0, ["taken back"])
    assert machine.tree("/etc") == before
    assert list(machine.path(BACKUPS).iterdir()) == []


def test_a_revert_of_a_job_that_never_ran_here_is_refused(machine, tmp_path):
    ended = machine.run(demo.script(tmp_path, "revert", "job-9"))
    assert (ended.code, ended.said) == (
        28,
        [f"job job-9 has no backup on this machine, expected one in {BACKUPS}/job-9"],
    )


def test_an_agent_that_is_not_root_works_through_sudo(machine, tmp_path):
    """The real one, which drops the environment: apt under it must not ask questions."""
    allow(machine, "nobody ALL=(ALL) NOPASSWD: ALL\n")
    machine.program("tell", "#!/bin/sh\necho $(id -u) $LC_ALL $DEBIAN_FRONTEND $NEEDRESTART_MODE\n")
    before = machine.tree("/etc")

    applied = machine.run(demo.script(tmp_path, apply=f"S tell; {demo.FUNCTIONS['apply']}"), uid=NOBODY)
    assert (applied.code, applied.said) == (0, [f"wrote {FILE}", "applied"])
    assert "0 C noninteractive l\n" in applied.output
    assert (machine.path(FILE).owner(), machine.path(BACKUPS).stat().st_mode & 0o777) == ("root", 0o700)

    reverted = machine.run(demo.script(tmp_path, "revert"), uid=NOBODY)
    assert reverted.code == 0
    assert machine.tree("/etc") == before


def allow(machine, sudoers):
    machine.write("/etc/sudoers", sudoers, mode=0o440)
    kinds = ("auth", "account", "session")
    machine.write("/etc/pam.d/sudo", "".join(f"{kind} sufficient pam_permit.so\n" for kind in kinds))
    machine.write("/etc/hosts", f"127.0.0.1 {socket.gethostname()}\n")


@pytest.mark.parametrize("mode", ["check", "plan", "apply", "revert"])
def test_a_sudo_that_would_ask_for_a_password_ends_it_at_once(machine, tmp_path, mode):
    allow(machine, "nobody ALL=(ALL) ALL\n")
    ended = machine.run(demo.script(tmp_path, mode), uid=NOBODY)

    sentence = "this runs as nobody and sudo says: sudo: a password is required; expected root or NOPASSWD"
    assert (ended.code, ended.said) == (20, [sentence])


def test_another_distribution_is_refused(machine, tmp_path):
    toml = TOML + 'distros = ["alpine", "rhel"]\n'
    ended = machine.run(demo.script(tmp_path, toml=toml))
    assert (ended.code, ended.said) == (20, ["this is debian, expected one of: alpine rhel"])


def test_a_distribution_of_the_same_family_will_do(machine, tmp_path):
    machine.write("/etc/os-release", 'NAME="Rocky"\nID="rocky"\nID_LIKE="rhel centos fedora"\n')
    assert machine.run(demo.script(tmp_path, toml=TOML + 'distros = ["rhel"]\n')).code == 0


def test_a_preset_that_needs_systemd_is_refused_without(machine, tmp_path):
    toml = TOML + "needs_systemd = true\n"
    assert machine.run(demo.script(tmp_path, toml=toml)).code == 20

    machine.path("/run/systemd/system").mkdir(parents=True)
    assert machine.run(demo.script(tmp_path, toml=toml)).code == 0


def test_a_command_that_reads_its_input_gets_nothing(machine, tmp_path):
    """Standard input is where bash has the script from."""
    ended = machine.run(demo.script(tmp_path, check="cat; [ ! -e /etc/demo.conf ] || return 10") + "not for cat\n")
    assert (ended.code, ended.said[-1]) == (0, "applied")
    assert "not for cat" not in ended.output


def test_a_script_that_is_cut_off_does_nothing(machine, tmp_path):
    whole = demo.script(tmp_path)
    for length in range(len(whole) - len("main </dev/null\n"), 0, -len(whole) // 7):
        machine.run(whole[:length])
    assert not machine.path(FILE).exists()
