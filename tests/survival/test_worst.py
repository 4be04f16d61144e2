"""The worst moments, on a real systemd: no memory, no word from the API, a host that goes down, an apt at work."""

import os
import re

import pytest

from tests.servers import wait_until
from tests.survival import memory

MUCH = 300_000_000
LITTLE = 48_000_000
DEB = """
mkdir -p /tmp/slow/DEBIAN
printf 'Package: slow\\nVersion: 1\\nArchitecture: all\\nMaintainer: ada <ada@example.org>\\nDescription: slow\\n' \
  >/tmp/slow/DEBIAN/control
printf '#!/bin/sh\\nuntil [ -e /run/go-on ]; do sleep 0.1; done\\n' >/tmp/slow/DEBIAN/postinst
chmod 755 /tmp/slow/DEBIAN/postinst
dpkg-deb --build /tmp/slow /tmp/slow.deb >/dev/null
rm -f /run/go-on
systemd-run --quiet --unit=slow dpkg -i /tmp/slow.deb
until dpkg-query -W -f '${Status}' slow 2>/dev/null | grep -q half; do sleep 0.05; done
"""


@pytest.fixture(scope="module")
def eu_1(stage):
    stage.start_agent("eu-1", HYPRBOX_SCAN_INTERVAL="1h")
    return "eu-1"


def unit(job):
    return f"hyprnode-job-{job}.service"


def wait_for_bash(stage, job):
    """At its gate: the supervisor is there, and what it needs a word for."""
    wait_until(lambda: "script" in stage.box.run(f"cat /proc/*/cgroup | grep {unit(job)}/", check=False).output)


def started(stage, job):
    """How often."""
    return stage.box.run(f"journalctl -o cat -u {unit(job)}").output.count(f"Started {unit(job)}")


def ran(stage, job):
    """How often."""
    return stage.box.run(f"cat /var/tmp/ran-{job}", check=False).output.count("ran")


def open_gate(stage, job):
    stage.box.run(f"echo >/run/gate-{job}")


GATE = "mkfifo /run/gate-$HYPRBOX_JOB_ID; echo begun; read </run/gate-$HYPRBOX_JOB_ID; "  # and starts nobody meanwhile
RAN = "echo ran >>/var/tmp/ran-$HYPRBOX_JOB_ID; "


def test_who_of_a_job_wants_too_much_memory_is_ended_and_the_script_goes_on(stage, eu_1):
    greedy = f"python3 -c 'print(len(b\"x\" * {MUCH}))'"
    job = stage.queue(eu_1, f"{GATE}{greedy}; echo $?; exit 5")
    stage.printed(job, "begun")
    with memory.short(stage.box, unit(job), LITTLE):
        open_gate(stage, job)
        ended = stage.ended(job)

    assert (ended["state"], ended["reason"], ended["exitCode"]) == ("FAILED", "exit", 5)
    assert re.fullmatch("out of memory: the kernel killed 1 process of .* meanwhile", ended["errorMsg"])
    assert stage.output(job).startswith("begun\n")
    assert stage.output(job).endswith("\n137\n")


def test_a_script_that_wants_too_much_memory_itself_ends_and_that_is_named(stage, eu_1):
    greedy = f"x=$(head -c {MUCH} /dev/zero | tr '\\0' x)"
    job = stage.queue(eu_1, f"{GATE}{greedy}; echo never")
    stage.printed(job, "begun")
    with memory.short(stage.box, unit(job), LITTLE):
        open_gate(stage, job)
        ended = stage.ended(job)

    assert (ended["state"], ended["reason"], ended["exitCode"], ended["signal"]) == ("FAILED", "exit", 137, 9)
    assert ended["errorMsg"].startswith("out of memory: the kernel killed ")
    assert stage.output(job) == "begun\n"


def test_a_supervisor_that_is_ended_for_want_of_memory_takes_its_job_along(stage, eu_1):
    greedy = f"x=$(head -c {MUCH} /dev/zero | tr '\\0' x)"
    job = stage.queue(eu_1, f"{GATE}{greedy}; sleep 984")
    stage.printed(job, "begun")
    main = stage.box.run(f"systemctl show -P MainPID {unit(job)}").output.strip()
    memory.likes_least(stage.box, unit(job), main)
    with memory.short(stage.box, unit(job), LITTLE):
        open_gate(stage, job)
        ended = stage.ended(job)

    assert (ended["state"], ended["reason"], ended["survivors"]) == ("LOST", "agent_lost", [])
    assert ended["errorMsg"] == "the job's supervisor died; what it had started was ended"
    assert "984" not in stage.box.run("ps axww").output
    assert stage.ended(stage.queue(eu_1, "true"))["state"] == "SUCCEEDED"


def test_where_no_supervisor_can_start_that_is_said_and_the_queue_goes_on(stage, eu_1):
    stage.box.write("/run/systemd/system/hyprnode-job-.service.d/none.conf", "[Service]\nLimitAS=4M\n")
    stage.box.run("systemctl daemon-reload")
    ended = stage.ended(stage.queue(eu_1, "true"))
    stage.box.run("rm -r /run/systemd/system/hyprnode-job-.service.d; systemctl daemon-reload")

    assert (ended["state"], ended["reason"]) == ("LOST", "agent_lost")
    assert ended["errorMsg"] == "the job's supervisor did not start, and so nothing ran"
    assert stage.ended(stage.queue(eu_1, "true"))["state"] == "SUCCEEDED"


def repair(stage):
    answer = stage.admin.post("/api/jobs", json={"nodeId": "eu-1", "preset": "dpkg-repair"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_preset_that_needs_apt_waits_for_the_dpkg_that_is_at_work_and_says_so(stage, eu_1):
    stage.box.run(DEB)
    job = repair(stage)
    said = stage.printed(job, "waiting")

    who = r"\[hyprnode: (dpkg|apt-get) \(pid \d+\) has locked /var/lib/dpkg/lock\S*; "
    assert re.fullmatch(who + r"waiting for that, for up to 15 minutes\]\n", said)
    assert stage.job(job)["state"] == "RUNNING"
    stage.box.run("touch /run/go-on")
    ended = stage.ended(job)
    assert (ended["state"], ended["exitCode"]) == ("SUCCEEDED", 0), stage.output(job)
    assert re.match(who + r"waiting .*\]\n\[hyprnode: waited \d+ s\]\nhb: ", stage.output(job))
    assert stage.box.run("dpkg-query -W -f '${Status}' slow").output == "install ok installed"


def test_who_waits_for_a_dpkg_can_be_cancelled(stage, eu_1):
    stage.box.run(DEB)
    job = repair(stage)
    stage.printed(job, "waiting")
    stage.admin.post(f"/api/jobs/{job}/cancellation")
    ended = stage.ended(job)
    stage.box.run("touch /run/go-on")

    assert (ended["state"], ended["errorMsg"]) == ("CANCELLED", "cancelled before it started")
    assert "hb: " not in stage.output(job)


def test_a_supervisor_that_is_stopped_before_its_job_is_ours_leaves_at_once(stage, eu_1):
    with stage.net.swallowing("accept"):
        job = stage.queue(eu_1, RAN)
        wait_for_bash(stage, job)
        stage.box.run(f"systemctl stop {unit(job)}", timeout=30)  # systemd itself would wait for 90 s
        assert "/bin/bash" not in stage.box.run("ps axww").output

    ended = stage.ended(job)
    assert (ended["state"], ended["reason"], ran(stage, job)) == ("LOST", "agent_lost", 0)
    assert ended["errorMsg"] == "the job's supervisor did not start, and so nothing ran"


def test_when_the_api_breaks_off_nobody_stands_and_waits_for_it(stage, eu_1):
    with stage.net.swallowing("accept") as reset:
        job = stage.queue(eu_1, f"{RAN}echo begun; exit 7")
        wait_for_bash(stage, job)
        reset()
        wait_until(lambda: not stage.box.run(f"systemctl list-units --no-legend {unit(job)}").output)

    ended = stage.ended(job)
    assert (ended["state"], ended["reason"], ended["exitCode"], ran(stage, job)) == ("FAILED", "exit", 7, 1)
    assert stage.output(job) == "begun\n"


if os.environ.get("SURVIVAL") == "whole":  # it takes minutes

    def test_silence_of_the_api_uses_up_nothing_of_the_time_of_the_job(stage, eu_1):
        """Each question takes half a minute; systemd gives this job 67 s from its birth on."""
        with stage.net.swallowing("accept"):
            job = stage.queue(eu_1, f"{RAN}echo begun; exit 7", timeoutSeconds=1, killGraceSeconds=1)
            wait_until(lambda: started(stage, job) > 3, seconds=200)
            assert ran(stage, job) == 0

        ended = stage.ended(job, seconds=120)
        assert (ended["state"], ended["reason"], ended["exitCode"], ran(stage, job)) == ("FAILED", "exit", 7, 1)
        assert stage.output(job) == "begun\n"


def test_a_host_that_goes_down_while_the_api_does_not_answer_goes_down_and_the_job_runs_later(stage, eu_1):
    with stage.net.swallowing("accept"):
        job = stage.queue(eu_1, f"{RAN}echo begun; exit 7")
        wait_for_bash(stage, job)
        stage.box.reboot()  # which waits for 30 s, and systemd for 90 where somebody does not leave
        stage.net.unplug()  # or the acceptance arrives in the end, of a run that the agent knows never started
    stage.net.plug(stage.box.leader)

    ended = stage.ended(job)
    assert (ended["state"], ended["reason"], ended["exitCode"], ran(stage, job)) == ("FAILED", "exit", 7, 1)
    assert stage.output(job) == "begun\n"
