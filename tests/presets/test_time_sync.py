"""One program keeps the clock, and it is right at the end; systemd and the kernel's answer are played."""

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.render import Mode, render

SYSTEMCTL = """#!/bin/bash
echo "$@" >>/srv/systemctl.log
unit=${*: -1}; unit=${unit%.service}
case $1 in
  cat) [ -e "/srv/there/$unit" ] ;;
  is-active) if [ -e "/srv/active/$unit" ]; then case $* in *quiet*) ;; *) echo active ;; esac; else exit 3; fi ;;
  is-enabled) if [ -e "/srv/enabled/$unit" ]; then echo enabled; else echo disabled; fi ;;
  unmask) ;;
  enable) touch "/srv/enabled/$unit" ;;
  disable) rm -f "/srv/enabled/$unit"; case $* in *--now*) rm -f "/srv/active/$unit" ;; esac ;;
  restart | reload-or-restart) touch "/srv/active/$unit"; if [ ! -e /srv/unheard ]; then touch /srv/right; fi ;;
  stop) rm -f "/srv/active/$unit" ;;
  *) exit 99 ;;
esac
"""
TIMEDATECTL = """#!/bin/bash
if [ -e /srv/right ]; then echo yes; else echo no; fi
"""
CHRONY = "/etc/chrony/sources.d/hyprbox.sources"
TIMESYNCD = "/etc/systemd/timesyncd.conf.d/90-hyprbox.conf"


@pytest.fixture
def machine(machine):
    """No container; systemd is at work, and nothing keeps the clock yet."""
    machine.path("/run/systemd/system").mkdir(parents=True)
    machine.program("systemctl", SYSTEMCTL)
    machine.program("timedatectl", TIMEDATECTL)
    machine.program("systemd-detect-virt", "#!/bin/bash\nexit 1\n")
    for folder in ("/srv/there", "/srv/active", "/srv/enabled", "/etc/chrony/sources.d"):
        machine.path(folder).mkdir(parents=True)
    return machine


def put(machine, unit, *states):
    for state in ("there", *states):
        machine.write(f"/srv/{state}/{unit}", "")


def has(machine, state):
    return sorted(path.name for path in machine.path(f"/srv/{state}").iterdir())


def run(machine, mode="apply", job="job-1", **values):
    return machine.run(render(load(shipped() / "time-sync"), {"patience": 1} | values, Mode(mode), job))


def test_chrony_keeps_the_clock_and_timesyncd_no_longer_does(machine):
    put(machine, "chrony")
    put(machine, "systemd-timesyncd", "active", "enabled")

    ended = run(machine, servers=["ntp.example", "pool.example"])

    assert (ended.code, ended.said[-1]) == (0, "applied")
    assert (has(machine, "active"), has(machine, "enabled")) == (["chrony"], ["chrony"])
    assert machine.path(CHRONY).read_text() == "pool ntp.example iburst\npool pool.example iburst\n"
    assert run(machine, job="job-2").said == ["nothing to do"]


def test_it_is_as_before_when_that_is_taken_back(machine):
    put(machine, "chrony")
    put(machine, "systemd-timesyncd", "active", "enabled")
    before = machine.tree("/etc")
    run(machine, servers=["ntp.example"])

    assert run(machine, "revert").said[-1] == "taken back"
    assert (has(machine, "active"), has(machine, "enabled")) == (["systemd-timesyncd"], ["systemd-timesyncd"])
    assert machine.tree("/etc") == before


def test_where_there_is_no_chrony_timesyncd_does(machine):
    put(machine, "systemd-timesyncd")

    assert run(machine, servers=["ntp.example"]).code == 0
    assert machine.path(TIMESYNCD).read_text() == "[Time]\nNTP=ntp.example\n"
    assert has(machine, "active") == ["systemd-timesyncd"]


def test_a_clock_that_does_not_become_right_is_a_failure_and_all_is_as_before(machine):
    put(machine, "chrony")
    machine.write("/srv/unheard", "")
    before = machine.tree("/etc")

    ended = run(machine, servers=["ntp.example"])

    assert (ended.code, ended.said[-1]) == (31, "verify failed, taken back")
    assert "the clock is not right after 1 s" in ended.said
    assert (has(machine, "active"), machine.tree("/etc")) == ([], before)


def test_what_else_keeps_the_clock_is_left_to_its_owner(machine):
    put(machine, "chrony")
    put(machine, "ntpsec", "active")
    assert run(machine).code == 22


def test_a_plan_changes_nothing(machine):
    put(machine, "chrony")
    before = machine.tree("/etc", "/srv/active", "/srv/enabled")

    ended = run(machine, "plan", servers=["ntp.example"])

    assert "+pool ntp.example iburst" in ended.output
    assert machine.tree("/etc", "/srv/active", "/srv/enabled") == before
