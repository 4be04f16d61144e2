"""Updates on Red Hat's family, with stand-ins for dnf and rpm that keep what is installed in a file.

What dnf itself does there is not seen here: no Red Hat can be booted where these tests run.
"""

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.render import Mode, render

DNF = """#!/bin/bash
echo "$*" >>/srv/asked
case "$*" in
  *makecache*) ;;
  *updateinfo*) cat /srv/advised ;;
  *upgrade-minimal*)
    while read -r _ _ update; do
      name=${update%-*-*}
      case " $* " in *" --exclude=$name "*) continue ;; esac
      sed -i "/^$name /d" /srv/installed
      echo "$name ${update/-[0-9]:/-}" >>/srv/installed
    done </srv/advised ;;
  *) exit 1 ;;
esac
"""
RPM = """#!/bin/bash
[ "$1" = -q ] || exit 1
awk -v asked="${!#}" '$1 == asked || $2 == asked { found = 1 } END { exit !found }' /srv/installed
"""
ADVISED = """RHSA-2026:1 Important/Sec. openssl-1:3.0.7-28.el9.x86_64
RHSA-2026:2 Important/Sec. openssl-1:3.0.7-29.el9.x86_64
RHSA-2026:3 Moderate/Sec. curl-7.76.1-30.el9.x86_64
"""


@pytest.fixture
def machine(machine):
    machine.write("/etc/os-release", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n')
    machine.program("dnf", DNF)
    machine.program("rpm", RPM)
    machine.write("/srv/advised", ADVISED)
    machine.write("/srv/installed", "openssl openssl-3.0.7-27.el9.x86_64\ncurl curl-7.76.1-29.el9.x86_64\n")
    return machine


def run(machine, mode="apply", **values):
    preset = load(shipped() / "dnf-security-upgrade")
    return machine.run(render(preset, values, Mode(mode), "job-1"))


def installed(machine):
    return {line.split()[1] for line in machine.path("/srv/installed").read_text().splitlines()}


def test_what_is_advised_is_installed_once(machine):
    ended = run(machine)

    assert ended.code == 0, ended.output
    assert "openssl-3.0.7-29.el9.x86_64 is advised" in ended.said
    assert installed(machine) == {"openssl-3.0.7-29.el9.x86_64", "curl-7.76.1-30.el9.x86_64"}
    assert run(machine).said == ["nothing to do"]


def test_what_is_excluded_stays(machine):
    ended = run(machine, exclude=["curl"])

    assert "curl-7.76.1-30.el9.x86_64 is excluded, it stays" in ended.said
    assert "curl-7.76.1-29.el9.x86_64" in installed(machine)


def test_a_plan_asks_for_nothing_that_changes(machine):
    ended = run(machine, "plan")

    assert "would run: dnf -q -y --security upgrade-minimal" in ended.said
    assert machine.path("/srv/asked").read_text() == "-q -C updateinfo list --security\n"


def test_an_upgrade_that_leaves_something_is_a_failure_and_stays(machine):
    machine.program("dnf", DNF.replace("*upgrade-minimal*)", "*upgrade-minimal*) exit 0 ;; never)"))
    ended = run(machine)
    assert (ended.code, ended.said[-1]) == (31, "verify failed, taken back")
    assert installed(machine) == {"openssl-3.0.7-27.el9.x86_64", "curl-7.76.1-29.el9.x86_64"}


def test_a_revert_that_is_asked_for_is_refused(machine):
    run(machine)
    assert run(machine, "revert").code == 28


def test_it_is_for_red_hats_family_alone(machine):
    machine.write("/etc/os-release", "ID=debian\n")
    assert run(machine).code == 20


def test_a_dnf_that_does_not_answer_is_a_refusal(machine):
    machine.program("dnf", "#!/bin/bash\nexit 1\n")
    assert run(machine).code == 24
