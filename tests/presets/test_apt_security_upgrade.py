"""Security updates, just those, by the real apt and dpkg from a signed archive."""

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.render import Mode, render
from tests.presets import debian
from tests.presets.debian import SECURITY, STABLE, Package
from tests.presets.machine import Machine

OLD = [
    Package("lib", "1.0"),
    Package("web", "1.0", fields="Depends: lib\n", conffile="as shipped\n"),
    *(Package(name, "1.0") for name in ("held", "unwanted", "plain", "both")),
]
NEWER = [Package("plain", "2.0"), Package("both", "1.2")]
FIXED = [
    Package("lib", "1.1"),
    Package("web", "1.1", fields="Depends: lib (>= 1.1)\n", conffile="as shipped later\n"),
    *(Package(name, "1.1") for name in ("held", "unwanted", "both")),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    archive = debian.Archive(tmp_path_factory.mktemp("archive") / "it")
    yield archive
    archive.close()


@pytest.fixture(scope="module")
def installed(archive, tmp_path_factory):
    """Everything is there in its old version, one package on hold, one configuration file changed by its owner."""
    machine = Machine(tmp_path_factory.mktemp("installed") / "machine")
    archive.publish(machine, STABLE, *OLD, *NEWER)
    archive.publish(machine, SECURITY)
    debian.install(machine, *(f"{name}=1.0" for name in ("web", "held", "unwanted", "plain", "both")))
    machine.run("apt-mark hold held")
    machine.write("/etc/web.conf", "as its owner wants it\n")
    return machine


@pytest.fixture
def machine(installed, tmp_path):
    return installed.copy(tmp_path / "machine")


def run(machine, mode="apply", before="", **values):
    preset = load(shipped() / "apt-security-upgrade")
    return machine.run(before + render(preset, {"patience": 1} | values, Mode(mode), "job-1"))


def versions(machine):
    listed = machine.run("dpkg-query -W -f '${Package} ${Version}\\n'").output
    return dict(line.split() for line in listed.splitlines())


def test_security_updates_are_installed_and_nothing_else(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)

    ended = run(machine, exclude=["unwanted"])

    assert ended.code == 0, ended.output
    assert ended.said == [
        "both 1.0 has the update 1.1",
        "held 1.0 has the update 1.1 but is held, it stays",
        "lib 1.0 has the update 1.1",
        "unwanted 1.0 has the update 1.1 but is excluded, it stays",
        "web 1.0 has the update 1.1",
        "upgrading 3 packages",
        "both was 1.0, is 1.1",
        "lib was 1.0, is 1.1",
        "web was 1.0, is 1.1",
        "0 security updates are left",
        "applied",
    ]
    untouched = {"held": "1.0", "unwanted": "1.0", "plain": "1.0"}
    assert versions(machine) == {"both": "1.1", "lib": "1.1", "web": "1.1"} | untouched
    assert machine.path("/opt/web").read_text() == "1.1"


def test_the_second_time_there_is_nothing_to_do(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    run(machine)
    before = machine.tree("/var/lib/dpkg", "/opt")

    ended = run(machine)

    assert (ended.code, ended.said[-1]) == (0, "nothing to do")
    assert machine.tree("/var/lib/dpkg", "/opt") == before
    assert run(machine, "check").code == 10


def test_what_the_owner_has_decided_stays(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    run(machine)
    assert machine.path("/etc/web.conf").read_text() == "as its owner wants it\n"
    assert machine.run("apt-mark showauto; apt-mark showhold").output.split() == ["lib", "held"]


def test_a_plan_lists_packages_and_changes_nothing(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    machine.run("apt-get -q update")
    before = machine.tree("/var/lib/dpkg", "/var/lib/apt", "/opt", "/etc")

    ended = run(machine, "plan")

    assert ended.code == 0
    assert "web 1.0 has the update 1.1" in ended.said
    assert any(line.startswith("would run: apt-get") and line.endswith("web=1.1") for line in ended.said)
    assert ended.said[-1] == "nothing was changed"
    assert machine.tree("/var/lib/dpkg", "/var/lib/apt", "/opt", "/etc") == before


def test_the_lists_are_fetched_unless_told_otherwise(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    assert run(machine, refresh=False).said == ["nothing to do"]
    assert run(machine).said[-1] == "applied"


def test_a_source_that_is_gone_does_not_keep_the_others_from_being_fixed(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    machine.write("/etc/apt/sources.list.d/gone.list", "deb file:/srv/gone gone main\n")

    ended = run(machine)

    assert (ended.code, versions(machine)["web"]) == (0, "1.1")
    assert ended.said[0] == "the package lists could not all be fetched, going on with those that are there"


def test_a_pin_holds(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    machine.write("/etc/apt/preferences", "Package: both\nPin: version 1.0\nPin-Priority: 1001\n")
    run(machine)
    assert versions(machine)["both"] == "1.0"


def test_what_comes_along_is_said(machine, archive):
    lib = Package("lib", "1.1", fields="Depends: lib-data\nRecommends: more\n")
    archive.publish(machine, SECURITY, lib, Package("lib-data", "1.1"), Package("more", "1.1"))

    ended = run(machine)

    assert "lib-data comes along" in ended.said
    assert versions(machine)["lib-data"] == "1.1"
    assert "more" not in versions(machine)


def test_an_update_that_would_remove_something_is_refused(machine, archive):
    archive.publish(machine, SECURITY, Package("lib", "1.1", fields="Conflicts: plain\n"))

    ended = run(machine)

    sentence = "apt cannot install these together without removing others, expected that it can"
    assert (ended.code, ended.said[-1]) == (25, sentence)
    assert versions(machine)["plain"] == "1.0"


FAILS = (("preinst", "#!/bin/sh\nexit 1\n"),)


def test_an_update_that_fails_alone_leaves_everything_as_it_was(machine, archive):
    archive.publish(machine, SECURITY, Package("lib", "1.1", scripts=FAILS))
    ended = run(machine)
    assert (ended.code, ended.said[-1]) == (30, "apply failed, taken back")
    assert versions(machine)["lib"] == "1.0"


def test_an_update_that_fails_after_others_needs_a_person(machine, archive):
    archive.publish(machine, SECURITY, Package("both", "1.1"), Package("plain", "1.1", scripts=FAILS))

    ended = run(machine)

    assert ended.code == 32
    assert "both was 1.0, is 1.1 and stays" in ended.said


def test_a_dpkg_in_disorder_is_refused(machine):
    status = machine.path("/var/lib/dpkg/status")
    status.write_text(status.read_text().replace("install ok installed", "install ok half-configured", 1))

    ended = run(machine)

    assert ended.code == 23
    assert "half configured" in ended.output


SLOW = Package("slow", "1.0", scripts=(("preinst", "#!/bin/sh\ntouch /run/slow\nsleep 2\n"),))
BUSY = "dpkg -i /srv/slow.deb >/dev/null & until [ -e /run/slow ]; do sleep 0.1; done\n"


def test_a_dpkg_at_work_is_waited_for(machine, archive):
    archive.publish(machine, SECURITY, *FIXED)
    machine.path("/srv/slow.deb").write_bytes(archive.build(SLOW).read_bytes())

    ended = run(machine, before=BUSY, patience=20)

    assert (ended.code, ended.said[-1]) == (0, "applied")
    assert versions(machine)["slow"] == "1.0"


def test_a_dpkg_that_does_not_come_to_an_end_is_named(machine, archive):
    machine.path("/srv/slow.deb").write_bytes(archive.build(SLOW).read_bytes())

    ended = run(machine, before=BUSY)

    assert ended.code == 22
    assert ended.said[-1].startswith("/var/lib/dpkg/lock-frontend is held by dpkg, pid ")


def test_without_apt_it_is_refused(machine):
    machine.run("rm /usr/bin/apt-get")
    ended = run(machine)
    assert (ended.code, ended.said) == (21, ["apt-get is not installed, expected Debian or one of its family"])


def test_upgrades_cannot_be_reverted(machine):
    assert run(machine, "revert").code == 28
