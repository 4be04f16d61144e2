"""dnf-automatic is told to install, whatever its file said before; dnf, rpm and systemd are played."""

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.render import Mode, render

CONF = "/etc/dnf/automatic.conf"
SYSTEMCTL = """#!/bin/bash
case "$*" in
  *cat*dnf-automatic.timer) ;;
  is-active*dnf-automatic.timer) [ -e /srv/on ] && echo active ;;
  is-enabled*dnf-automatic.timer) if [ -e /srv/on ]; then echo enabled; else echo disabled; fi ;;
  enable*dnf-automatic.timer) touch /srv/on ;;
  disable*) rm -f /srv/on ;;
  *) exit 1 ;;
esac
"""
COMMANDS = "[commands]\nupgrade_type = security\ndownload_updates = yes\napply_updates = yes\nreboot = never\n"


@pytest.fixture
def machine(machine):
    machine.path("/run/systemd/system").mkdir(parents=True)
    machine.write("/etc/os-release", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n')
    machine.program("systemctl", SYSTEMCTL)
    machine.program("dnf", "#!/bin/bash\nexit 1\n")
    machine.program("rpm", "#!/bin/bash\n[ $1 = -q ]\n")
    machine.path("/srv").mkdir(parents=True, exist_ok=True)
    return machine


def run(machine, mode="apply"):
    return machine.run(render(load(shipped() / "dnf-automatic"), {}, Mode(mode), "job-1"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[emitters]\nemit_via = stdio\n", "[emitters]\nemit_via = stdio\n" + COMMANDS),
        ("# none\n[commands]\napply_updates = no\nrandom_sleep = 0\n", "# none\n" + COMMANDS + "random_sleep = 0\n"),
        ("[commands]\n[base]\nreboot = x\n", COMMANDS + "[base]\nreboot = x\n"),
        (None, COMMANDS),
    ],
)
def test_it_installs_whatever_was_said_before(machine, before, after):
    if before is not None:
        machine.write(CONF, before)
    ended = run(machine)

    assert ended.code == 0, ended.output
    assert machine.path(CONF).read_text() == after
    assert run(machine).said == ["nothing to do"]
