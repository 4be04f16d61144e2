"""Lists are fetched, a dpkg in disorder is put in order, updates install themselves: by the real apt and dpkg."""

import os
import time

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.render import Mode, render
from tests.presets import debian
from tests.presets.debian import SECURITY, STABLE, Package
from tests.presets.machine import Machine

LISTS = "/var/lib/apt/lists"
DAYS = 24 * 3600
SETTINGS = "/etc/apt/apt.conf.d/99hyprbox-auto-upgrades"
ONCE = (("postinst", "#!/bin/sh\n[ -e /srv/ready ]\n"),)
THERE = [
    Package("lib", "1.0"),
    Package("web", "1.0", fields="Depends: lib\n", conffile="as shipped\n"),
    Package("slow", "1.0", scripts=ONCE),
    Package("unattended-upgrades", "2.0", fields="Depends: python-something\n", conffile="50\n"),
    Package("python-something", "3.0"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    archive = debian.Archive(tmp_path_factory.mktemp("archive") / "it")
    yield archive
    archive.close()


@pytest.fixture(scope="module")
def installed(archive, tmp_path_factory):
    machine = Machine(tmp_path_factory.mktemp("installed") / "machine")
    archive.publish(machine, STABLE, *THERE)
    archive.publish(machine, SECURITY)
    debian.install(machine, "web")
    return machine


@pytest.fixture
def machine(installed, tmp_path):
    return installed.copy(tmp_path / "machine")


def run(machine, preset, mode="apply", job="job-1", **values):
    return machine.run(render(load(shipped() / preset), {"patience": 1} | values, Mode(mode), job))


def status_of(machine, name):
    return machine.run(f"dpkg-query -W -f '${{db:Status-Status}}' {name} 2>/dev/null").output


def let_lists_be_old(machine, days):
    machine.run("apt-get -q update")
    for name in (LISTS, f"{LISTS}/partial"):
        os.utime(machine.path(name), (time.time() - days * DAYS,) * 2)


def test_old_lists_are_fetched_and_new_ones_are_not(machine):
    let_lists_be_old(machine, 8)

    first, second = run(machine, "apt-refresh"), run(machine, "apt-refresh")

    assert (first.code, first.said) == (0, ["applied"])
    assert (second.code, second.said) == (0, ["nothing to do"])
    assert run(machine, "apt-refresh", hours=0).said == ["applied"]


def test_lists_that_were_never_fetched_are_fetched(machine):
    machine.run(f"rm -r {LISTS}/*")
    assert run(machine, "apt-refresh", "check").code == 0
    assert run(machine, "apt-refresh").said == ["applied"]


def test_a_plan_fetches_nothing(machine):
    let_lists_be_old(machine, 8)
    before = machine.tree("/var/lib/apt")

    ended = run(machine, "apt-refresh", "plan")

    assert ended.said[0].startswith("would run: apt-get ")
    assert machine.tree("/var/lib/apt") == before


def test_a_source_that_is_gone_is_a_failure(machine):
    let_lists_be_old(machine, 8)
    machine.write("/etc/apt/sources.list.d/gone.list", "deb [trusted=yes] file:/srv/gone gone main\n")

    ended = run(machine, "apt-refresh")

    assert (ended.code, ended.said[-1]) == (30, "apply failed, taken back")
    assert "/srv/gone" in ended.output


def test_lists_cannot_be_reverted(machine):
    assert run(machine, "apt-refresh", "revert").code == 28


def test_what_is_only_unpacked_is_set_up(machine):
    machine.run("dpkg --unpack /srv/stable/pool/slow_1.0_*.deb")
    machine.write("/srv/ready", "")
    assert status_of(machine, "slow") == "unpacked"

    ended = run(machine, "dpkg-repair")

    assert (ended.code, ended.said) == (0, ["applied"])
    assert status_of(machine, "slow") == "installed"
    assert run(machine, "dpkg-repair").said == ["nothing to do"]


def test_what_a_package_misses_is_fetched(machine):
    machine.run("dpkg --install /srv/stable/pool/unattended-upgrades_2.0_*.deb")
    assert status_of(machine, "unattended-upgrades") == "unpacked"

    assert run(machine, "dpkg-repair").code == 0
    assert status_of(machine, "python-something") == status_of(machine, "unattended-upgrades") == "installed"


def test_what_is_damaged_is_installed_again(machine):
    status = machine.path("/var/lib/dpkg/status")
    status.write_text(status.read_text().replace("install ok installed", "install reinstreq half-installed", 1))
    machine.path("/opt/lib").unlink()

    assert run(machine, "dpkg-repair").code == 0
    assert machine.path("/opt/lib").read_text() == "1.0"


def test_what_cannot_be_set_up_is_a_failure_and_stays_as_it_was(machine):
    machine.run("dpkg --unpack /srv/stable/pool/slow_1.0_*.deb")
    ended = run(machine, "dpkg-repair")
    assert ended.code == 30
    assert status_of(machine, "slow") == "half-configured"


def test_a_dpkg_in_order_has_nothing_to_repair(machine):
    before = machine.tree("/var/lib/dpkg")
    assert run(machine, "dpkg-repair").said == ["nothing to do"]
    assert machine.tree("/var/lib/dpkg") == before


def test_updates_install_themselves_from_now_on(machine):
    ended = run(machine, "unattended-upgrades")

    assert (ended.code, ended.said) == (0, [f"wrote {SETTINGS}", "applied"])
    assert status_of(machine, "unattended-upgrades") == "installed"
    assert "Automatic-Reboot" not in machine.path(SETTINGS).read_text()
    assert run(machine, "unattended-upgrades").said == ["nothing to do"]


def test_what_was_installed_for_it_goes_with_it(machine):
    before = machine.tree("/etc")
    run(machine, "unattended-upgrades")
    assert machine.tree("/etc") != before

    ended = run(machine, "unattended-upgrades", "revert")

    assert ended.said[-1] == "taken back"
    assert machine.tree("/etc") == before
    assert status_of(machine, "unattended-upgrades") == status_of(machine, "python-something") == ""


def test_a_setting_that_is_read_later_is_noticed(machine):
    before = machine.tree("/etc")
    machine.write("/etc/apt/apt.conf.d/99zz-theirs", 'APT::Periodic::Unattended-Upgrade "0";\n')

    ended = run(machine, "unattended-upgrades")

    assert (ended.code, ended.said[-1]) == (31, "verify failed, taken back")
    machine.path("/etc/apt/apt.conf.d/99zz-theirs").unlink()
    assert machine.tree("/etc") == before


def test_a_restart_is_a_wish_of_its_own(machine):
    run(machine, "unattended-upgrades")
    ended = run(machine, "unattended-upgrades", job="job-2", reboot=True)
    assert ended.said == [f"wrote {SETTINGS}", "applied"]
    assert 'Automatic-Reboot "true"' in machine.path(SETTINGS).read_text()
