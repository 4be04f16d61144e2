"""Presets that start, restart and configure services, where there are some: in a Debian with systemd."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from tests.host.presets import Runs
from tests.servers import wait_until


def unit(box, name, command, more=""):
    box.write(f"/run/systemd/system/{name}", f"[Service]\nExecStart=/bin/bash -c '{command}'\n{more}")
    box.run("systemctl daemon-reload")


def is_active(box, name):
    return box.run(f"systemctl is-active {name}", check=False).output.strip() == "active"


def pid_of(box, name):
    return box.run(f"systemctl show --value -p MainPID {name}").output.strip()


@pytest.fixture
def unchanged(shared_box):
    before = shared_box.changed("/etc")
    yield shared_box
    assert shared_box.changed("/etc") == before


def test_a_service_that_failed_once_is_recovered(shared_box):
    unit(shared_box, "once.service", "[ -e /run/fixed ] && exec sleep 100")
    shared_box.run("systemctl start once; sleep 0.3; touch /run/fixed", check=False)
    runs = Runs(shared_box, "service-recover", unit="once.service", seconds=1)

    assert runs().said == ["once.service is failed, the reason is exit-code", "applied"]
    assert is_active(shared_box, "once.service")
    assert runs().said == ["nothing to do"]


def test_a_service_that_ends_again_is_not_recovered_and_says_why(shared_box):
    unit(shared_box, "never.service", "sleep 0.2; echo no database here; exit 3")
    shared_box.run("systemctl start never; sleep 0.5", check=False)

    ended = Runs(shared_box, "service-recover", unit="never.service", seconds=1)()

    assert (ended.code, ended.said[-1]) == (31, "verify failed, taken back")
    assert "no database here" in ended.output


def test_a_service_that_keeps_starting_is_not_recovered(shared_box):
    unit(shared_box, "again.service", "exit 1", "Restart=always\nRestartSec=200ms\n[Unit]\nStartLimitIntervalSec=0\n")
    shared_box.run("systemctl start again; sleep 0.3")
    runs = Runs(shared_box, "service-recover", unit="again.service", seconds=1)
    wait_until(lambda: runs().code == 31)  # now and then it is found in one of the moments in which it runs
    shared_box.run("systemctl stop again")


def test_what_runs_once_and_ends_well_is_recovered(shared_box):
    unit(shared_box, "chore.service", "[ -e /run/chore ]", "Type=oneshot\n")
    shared_box.run("systemctl start chore; touch /run/chore", check=False)
    assert Runs(shared_box, "service-recover", unit="chore.service", seconds=1)().code == 0


def test_a_unit_that_nobody_knows_is_refused(shared_box):
    assert Runs(shared_box, "service-recover", unit="nobody.service")().code == 21


@pytest.fixture
def stale(shared_box):
    """Two services whose program has been replaced while they run; one of them is the message bus by name."""
    box = shared_box
    box.run("cp /bin/sleep /usr/local/bin/mine")
    for name in ("stale.service", "fresh.service"):
        box.write(f"/run/systemd/system/{name}", "[Service]\nType=exec\nExecStart=/usr/local/bin/mine 1000\n")
    box.run("systemctl daemon-reload; systemctl start stale")
    box.run("cp /bin/sleep /usr/local/bin/other; mv /usr/local/bin/other /usr/local/bin/mine; systemctl start fresh")
    yield box
    box.run("systemctl stop stale fresh")


def test_services_that_run_what_was_replaced_are_restarted(stale):
    runs, fresh = Runs(stale, "restart-stale-services"), pid_of(stale, "fresh.service")

    assert runs().said == ["restarted stale.service", "applied"]
    assert pid_of(stale, "fresh.service") == fresh
    assert runs().said == ["nothing to do"]


def test_only_those_that_are_named_are_restarted(stale):
    assert Runs(stale, "restart-stale-services", units=["fresh.service"])().said == ["nothing to do"]
    assert Runs(stale, "restart-stale-services", units=["stale.service"])().said[-1] == "applied"


def test_a_service_that_does_not_come_back_is_a_failure(stale):
    stale.run("rm /usr/local/bin/mine")
    ended = Runs(stale, "restart-stale-services", units=["stale.service"])()
    assert (ended.code, ended.said[0]) == (30, "stale.service did not start again")


def test_a_service_that_starts_and_ends_is_a_failure(stale):
    unit(stale, "stale.service", "true", "Type=oneshot\n")
    ended = Runs(stale, "restart-stale-services", units=["stale.service"])()
    assert (ended.code, ended.said[:2]) == (31, ["restarted stale.service", "stale.service is not active any more"])


def test_what_would_take_more_along_is_left_alone(shared_box):
    shared_box.run("cp /usr/bin/dbus-daemon /root/dbus; mv /root/dbus /usr/bin/dbus-daemon")
    bus = pid_of(shared_box, "dbus.service")

    ended = Runs(shared_box, "restart-stale-services")()

    assert "dbus.service is stale as well, and is left for a restart of the machine" in ended.said
    assert pid_of(shared_box, "dbus.service") == bus


def test_a_restart_of_the_machine_is_scheduled_once_and_taken_back(unchanged):
    at = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0, second=0)
    runs = Runs(unchanged, "reboot-scheduled", at=f"{at + timedelta(hours=2):%Y-%m-%dT%H:%M}+02:00")

    assert runs().code == 0
    listed = unchanged.run("TZ=UTC systemctl list-timers hyprbox-reboot.timer").output
    assert f"{at:%Y-%m-%d %H:%M:%S} UTC" in listed
    assert runs(job="job-2").said == ["nothing to do"]
    other = Runs(unchanged, "reboot-scheduled", at=f"{at + timedelta(hours=1):%Y-%m-%dT%H:%MZ}")
    assert (other().code, other().said[-1].split(",")[0]) == (
        22,
        f"a restart is scheduled for {at:%Y-%m-%d %H:%M:%S} UTC",
    )

    assert runs("revert").said == ["taken back"]
    assert not is_active(unchanged, "hyprbox-reboot.timer")


@pytest.mark.parametrize("at", ["2020-01-01T03:00Z", "2099-01-01T03:00Z"])
def test_a_time_that_is_over_or_far_away_is_refused(shared_box, at):
    assert Runs(shared_box, "reboot-scheduled", at=at)().code == 24


def test_the_machine_does_restart(box):
    soon = datetime.now(UTC) + timedelta(minutes=1)
    runs = Runs(box, "reboot-scheduled", at=f"{soon:%Y-%m-%dT%H:%MZ}").spoilt(
        lambda script: script.replace('_AT=$(date -d "$P_AT" +%s)', "_AT=$(date -d 'now + 2 seconds' +%s)")
    )
    assert runs().code == 0

    box.restarts()

    assert not is_active(box, "hyprbox-reboot.timer")


def test_the_journal_is_kept_small_until_that_is_taken_back(unchanged):
    runs = Runs(unchanged, "journald-limits", megabytes=64)

    assert runs().said == ["wrote /etc/systemd/journald.conf.d/90-hyprbox.conf", "applied"]
    limit = unchanged.run("journalctl -u systemd-journald -b | grep -o 'max [0-9.]*M' | tail -n 1").output
    assert limit == "max 64.0M\n"
    assert runs(job="job-2").said == ["nothing to do"]

    assert runs("revert").code == 0
    assert is_active(unchanged, "systemd-journald.service")


def test_disk_space_is_freed_and_nothing_else_goes(shared_box):
    box = shared_box
    box.run(
        # more than others, with whom it shares a disk, may write meanwhile
        """mkdir -p /var/tmp/ada; for name in old new used; do fallocate -l 64M /var/tmp/ada/$name; done
        touch -d '40 days ago' /var/tmp/ada/old; touch -m -d '40 days ago' /var/tmp/ada/used
        ln -s /etc/passwd /var/tmp/ada/link; touch -h -d '40 days ago' /var/tmp/ada/link
        fallocate -l 96M /var/cache/apt/archives/some.deb"""
    )
    runs = Runs(box, "disk-clean")

    ended = runs()

    assert ended.code == 0, ended.output
    assert ended.said[:2] == ["apt has 96MB to spare", "var_tmp has 64MB to spare"]
    assert box.run("ls /var/tmp/ada").output.split() == ["link", "new", "used"]
    assert runs().said == ["nothing to do"]
    assert runs("revert").code == 28


def test_another_file_system_is_not_searched_for_room(shared_box):
    shared_box.run("head -c 3M /dev/urandom > /var/cache/apt/archives/some.deb")
    assert Runs(shared_box, "disk-clean", mount="/run")().said == ["nothing to do"]
    assert Runs(shared_box, "disk-clean", mount="/nowhere")().code == 21


def test_who_guesses_passwords_is_shut_out_and_who_is_exempt_is_not(box):
    before, peer = box.changed("/etc"), box.peer()
    runs = Runs(box, "fail2ban-sshd", never=["192.0.2.7", "2001:db8::/32"], tries=2)

    assert runs().code == 0
    assert runs(job="job-2").said == ["nothing to do"]
    assert "2001:db8::/32" in box.run("fail2ban-client get sshd ignoreip").output
    for name in ("admin", "oracle", "test"):
        log_in(box, peer, name)
    wait_until(lambda: not peer.reaches(22, seconds=0.3), seconds=10)
    assert peer.address in box.run("fail2ban-client status sshd").output

    assert runs("revert").code == 0
    assert box.changed("/etc") == before
    assert not is_active(box, "fail2ban")


def log_in(box, peer, name):
    """From the neighbour, with the box's own ssh: there may be none on this machine. Who is shut out waits in vain."""
    enter = ["nsenter", "--target", str(box.leader), "--mount", "--root", "--wd", "--"]
    words = ["timeout", "2", "ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", f"{name}@{peer.box}"]
    subprocess.run(peer.command(*enter, *words), capture_output=True)


def test_nobody_exempt_is_refused(shared_box):
    assert Runs(shared_box, "fail2ban-sshd", never=[])().code == 24


def test_a_timer_that_is_off_is_switched_on_until_that_is_taken_back(unchanged):
    box = unchanged
    box.run("install -m 755 /bin/true /usr/local/bin/certbot")
    box.write("/usr/lib/systemd/system/certbot.service", "[Service]\nExecStart=/usr/local/bin/certbot renew\n")
    timer = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n"
    box.write("/usr/lib/systemd/system/certbot.timer", timer)
    runs = Runs(box, "certbot-timer")

    assert runs().said == ["applied"]
    assert is_active(box, "certbot.timer")
    assert runs(job="job-2").said == ["nothing to do"]

    assert runs("revert").code == 0
    assert not is_active(box, "certbot.timer")


def test_without_certbot_there_is_no_timer_to_switch_on(box):
    assert Runs(box, "certbot-timer")().code == 21


def test_updates_install_themselves_again_with_the_timers_of_systemd(unchanged):
    box = unchanged
    box.run("systemctl stop apt-daily.timer apt-daily-upgrade.timer")
    runs = Runs(box, "unattended-upgrades", reboot=True)

    assert runs().code == 0
    assert is_active(box, "apt-daily-upgrade.timer")
    assert runs(job="job-2").said == ["nothing to do"]

    assert runs("revert").code == 0
    assert not is_active(box, "apt-daily-upgrade.timer")


def test_a_container_does_not_keep_the_clock(shared_box):
    assert Runs(shared_box, "time-sync")().code == 21
