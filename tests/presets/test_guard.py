"""What may shut people out is taken back by itself, unless somebody confirms. Here without systemd, by a sleeper."""

from dataclasses import replace

import pytest

from hyprbox.presets.render import Mode, render
from tests.presets import demo
from tests.presets.machine import NOBODY
from tests.presets.test_modes import allow

FILE = "/etc/demo.conf"
GUARDS = "/var/lib/hyprbox-presets/.guards"
GUARD = f"{GUARDS}/job-1"
CLAIM = "/run/hyprbox-guard-job-1"
CRON = "/etc/cron.d/hyprbox-guard-job-1"
TOML = demo.TOML.replace("low", "high") + 'timeout_seconds = 60\nguard_seconds = 90\nconfirm = "human"\n'


SECONDS = 60
# The guard's time lasts until somebody says that it is up, however slow or busy the machine is; between its tries it
# makes pauses of 2 seconds, here of less.
SLEEP = f"""#!/bin/bash
if [ "$1" = 2 ]; then exec /bin/sleep 0.1; fi
if [ "$1" != {SECONDS} ]; then exec /bin/sleep "$1"; fi
until [ -e /tmp/time-is-up ]; do /bin/sleep 0.05; done
"""


# As on a busy machine, between a state that is written and a way back that is let go of.
SLOWLY = """#!/bin/bash
/bin/sleep 0.3
exec /bin/rmdir "$@"
"""


@pytest.fixture
def machine(machine):
    machine.path("/etc/cron.d").mkdir()
    machine.program("sleep", SLEEP)
    return machine


def script(folder, mode="apply", job="job-1", area="ssh", seconds=SECONDS, **functions):
    preset = demo.make(folder, TOML + f'lockout = ["{area}"]\n', **functions)
    return render(replace(preset, guard_seconds=seconds), {}, Mode(mode), job)


def one_by_one(*scripts):
    """In one life of the machine."""
    return "".join(f"(\n{script})\n" for script in scripts)


TIME_IS_UP = f"""
touch /tmp/time-is-up
while pgrep -f ' sleeper {SECONDS} ' >/dev/null; do /bin/sleep 0.05; done
"""


# Once its state is written it lets go of the way back, last of all. Were its life to end before that, and it ends with
# this script, nobody else could have the way back until a restart.
WAIT = f"""
seen() {{ if [ "$(id -u)" = 0 ]; then test -e "$1"; else sudo -n test -e "$1"; fi; }}
open() {{ seen {GUARD}/armed || seen {GUARD}/rolling_back || seen {GUARD}/rollback; }}
while (open && ! seen {GUARD}/rollback-FAILED) || seen {CLAIM}; do /bin/sleep 0.05; done
"""


def settled(first, *others):
    """The same, with a pause until the guard of the first has done its work, however slow this machine is."""
    return one_by_one(first) + TIME_IS_UP + WAIT + one_by_one(*others)


def test_it_is_armed_before_anything_is_changed(machine, tmp_path):
    apply = f"look stat -c %a {GUARD}/rollback && look test -e {GUARD}/armed && {demo.FUNCTIONS['apply']}"
    ended = machine.run(script(tmp_path, apply=apply))

    assert ended.code == 0
    assert ended.output.splitlines()[0] == "700"
    assert ended.said[-1].startswith("applied, and taken back at 20")
    assert ended.said[-1].endswith(" UTC unless job job-1 is confirmed")


def test_what_nobody_confirms_is_taken_back(machine, tmp_path):
    machine.write(FILE, "old\n")
    before = machine.tree("/etc")

    ended = machine.run(settled(script(tmp_path, check="true"), script(tmp_path, "status", check="true")))

    assert ended.code == 0
    assert ended.said[-1].startswith("job job-1 is rolled_back since 20")
    assert "job job-1 is rolled back, nobody confirmed it" in ended.said
    assert machine.tree("/etc") == before
    assert not machine.path("/var/lib/hyprbox-presets/job-1").exists()


def test_what_is_confirmed_stays(machine, tmp_path):
    confirmed = one_by_one(script(tmp_path), script(tmp_path, "confirm"))
    ended = machine.run(confirmed + TIME_IS_UP + one_by_one(script(tmp_path, "status")))

    assert ended.code == 0
    assert "confirmed, job job-1 stays" in ended.said
    assert ended.said[-1].startswith("job job-1 is confirmed since 20")
    assert machine.path(FILE).read_text() == "new\n"
    assert not machine.path(CRON).exists()
    assert not machine.path(f"{GUARD}/rollback").exists()


def test_confirming_twice_is_once(machine, tmp_path):
    machine.run(script(tmp_path))
    machine.run(script(tmp_path, "confirm"))
    ended = machine.run(script(tmp_path, "confirm"))
    assert (ended.code, ended.said) == (0, ["nothing to do"])


def test_while_it_is_armed_status_says_until_when(machine, tmp_path):
    applied = machine.run(script(tmp_path))
    ended = machine.run(script(tmp_path, "status"))

    until = applied.said[-1].split(" at ")[1].split(" unless")[0]
    assert ended.code == 10
    assert ended.said == [f"job job-1 is armed, it is taken back at {until} unless it is confirmed"]


def test_a_confirmation_that_comes_too_late_is_refused(machine, tmp_path):
    ended = machine.run(settled(script(tmp_path), script(tmp_path, "confirm")))
    assert ended.code == 26
    assert "job job-1 is rolled_back since 20" in ended.said[-1]
    assert "this comes too late" in ended.said[-1]
    assert not machine.path(FILE).exists()


@pytest.mark.parametrize("mode", ["confirm", "status"])
def test_a_job_that_has_no_guard_is_refused(machine, tmp_path, mode):
    ended = machine.run(script(tmp_path, mode, job="job-9"))
    sentence = f"job job-9 has no guard on this machine, expected one in {GUARDS}/job-9"
    assert (ended.code, ended.said) == (26, [sentence])


@pytest.mark.parametrize(("part", "code"), [("apply", 30), ("verify", 31)])
def test_what_fails_leaves_no_guard_behind(machine, tmp_path, part, code):
    """It would undo what the next job does."""
    before = machine.tree("/etc")
    next_one = "printf 'newer\\n' | write_file /etc/demo.conf"

    failed = script(tmp_path, **{part: "false"})
    ended = machine.run(
        one_by_one(failed, script(tmp_path, job="job-2", apply=next_one, verify="true", seconds=3600)) + TIME_IS_UP
    )

    assert machine.path(f"{GUARD}/taken_back").exists()
    assert not machine.path(f"{GUARD}/log").exists()
    assert machine.path(FILE).read_text() == "newer\n"
    assert f"{part} failed, taken back" in ended.said
    machine.run(script(tmp_path, "revert", job="job-2"))
    assert machine.tree("/etc") == before
    machine.path("/tmp/time-is-up").unlink()
    assert machine.run(script(tmp_path, job="job-3", **{part: "false"})).code == code


def test_a_revert_disarms(machine, tmp_path):
    before = machine.tree("/etc")

    ended = machine.run(one_by_one(script(tmp_path), script(tmp_path, "revert")) + TIME_IS_UP)

    assert ended.said[-1] == "taken back"
    assert machine.path(f"{GUARD}/taken_back").exists()
    assert not machine.path(f"{GUARD}/log").exists()
    assert machine.tree("/etc") == before


def test_a_way_back_that_fails_is_tried_three_times_and_written_down(machine, tmp_path):
    revert = "S touch /srv/tried; say trying; false"
    machine.path("/srv").mkdir()
    ended = machine.run(settled(script(tmp_path, revert=revert), script(tmp_path, "status", revert=revert)))

    assert ended.code == 32
    assert ended.said.count("trying") == 3
    assert ended.said[-1] == "a person has to look at this machine"
    assert ended.said[-2].startswith("job job-1 is rollback-FAILED since 20")


def test_a_way_back_that_fails_once_is_tried_again(machine, tmp_path):
    revert = "look test -e /srv/tried || { S touch /srv/tried; false; } && restore"
    machine.path("/srv").mkdir()
    ended = machine.run(settled(script(tmp_path, revert=revert), script(tmp_path, "status")))

    assert ended.said[-1].startswith("job job-1 is rolled_back")
    assert not machine.path(FILE).exists()


def test_after_a_failed_way_back_a_person_may_take_it_back_or_let_it_stay(machine, tmp_path):
    machine.program("rmdir", SLOWLY)
    machine.run(settled(script(tmp_path, revert="false")))
    assert machine.path(f"{GUARD}/rollback-FAILED").exists()

    assert machine.run(script(tmp_path, "revert")).said[-1] == "taken back"
    assert machine.path(f"{GUARD}/taken_back").exists()
    assert not machine.path(f"{GUARDS}/.ssh").is_symlink()


def test_a_restart_of_the_machine_takes_it_back(machine, tmp_path):
    before = machine.tree("/etc")
    machine.run(script(tmp_path))
    when, user, command = machine.path(CRON).read_text().rstrip().split(" ", 2)
    assert (when, user) == ("@reboot", "root")

    assert machine.run(command).code == 0

    assert machine.path(f"{GUARD}/rolled_back").exists()
    assert machine.tree("/etc") == before


def test_a_way_back_that_a_restart_cut_off_goes_on(machine, tmp_path):
    machine.run(script(tmp_path))
    machine.path(f"{GUARD}/armed").rename(machine.path(f"{GUARD}/rolling_back"))

    machine.run(machine.path(CRON).read_text().split(" ", 2)[2])

    assert machine.path(f"{GUARD}/rolled_back").exists()
    assert not machine.path(FILE).exists()


@pytest.mark.parametrize("mode", ["confirm", "revert"])
def test_of_two_who_take_it_back_or_confirm_it_one_wins(machine, tmp_path, mode):
    machine.run(script(tmp_path))
    machine.path(f"{GUARD}/armed").rename(machine.path(f"{GUARD}/rolling_back"))
    machine.path(CLAIM).mkdir()

    ended = machine.run(script(tmp_path, mode))

    assert ended.code == 26
    assert machine.path(f"{GUARD}/rolling_back").exists()
    assert machine.path(FILE).exists()


def test_an_area_has_one_guard_at_a_time(machine, tmp_path):
    other = "printf 'x\\n' | write_file /etc/other.conf"
    machine.run(script(tmp_path))

    same = machine.run(script(tmp_path, job="job-2", check="true", apply=other))
    another = machine.run(script(tmp_path, job="job-3", area="sudo", check="true", apply=other))

    sentence = "ssh is guarded for job job-1, expected that one confirmed or taken back before the next"
    assert (same.code, same.said) == (26, [sentence])
    assert another.code == 0
    machine.run(script(tmp_path, "confirm"))
    assert machine.run(script(tmp_path, job="job-2", check="true", apply=other)).code == 0


def test_a_hold_that_a_crash_left_behind_holds_nobody(machine, tmp_path):
    machine.path(GUARDS).mkdir(parents=True, mode=0o700)
    machine.path(f"{GUARDS}/.ssh").symlink_to("job-0")
    assert machine.run(script(tmp_path)).code == 0


def test_without_anybody_who_would_start_it_again_nothing_is_changed(machine, tmp_path):
    machine.path("/etc/cron.d").rmdir()
    ended = machine.run(script(tmp_path))
    assert (ended.code, ended.said[-1]) == (26, "the guard cannot be armed, nothing is changed")
    assert not machine.path(FILE).exists()


def test_an_agent_that_is_not_root_arms_it_through_sudo(machine, tmp_path):
    allow(machine, "nobody ALL=(ALL) NOPASSWD: ALL\n")
    before = machine.tree("/etc")

    ended = machine.run(settled(script(tmp_path), script(tmp_path, "status")), uid=NOBODY)

    assert ended.said[-1].startswith("job job-1 is rolled_back since 20")
    assert machine.tree("/etc") == before


def test_the_way_back_needs_nothing_but_its_script(machine, tmp_path):
    """Not even values that only the preset's own check has found."""
    check = "[ ! -e /etc/demo.conf ] || return 10; _FOUND=('a b' \"c'd\")"
    revert = 'restore && printf "%s." "${_FOUND[@]}" | S tee /etc/found >/dev/null'
    machine.run(settled(script(tmp_path, check=check, revert=revert)))
    assert machine.path("/etc/found").read_text() == "a b.c'd."


def test_a_plan_says_that_there_will_be_a_guard(machine, tmp_path):
    ended = machine.run(script(tmp_path, "plan"))
    assert ended.said[-2:] == ["would be taken back after 60 s unless it is confirmed", "nothing was changed"]
    assert not machine.path(GUARDS).exists()
