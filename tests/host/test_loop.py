"""The whole loop on a booted Debian with a real control plane: finding, fix, scan, proof; and guards, from outside."""

import os
from datetime import datetime

import pytest

from tests.host import faults
from tests.servers import wait_until
from tests.survival.stage import set_up

SECONDS_TO_RESOLVE = 5
FIXED_BY_A_PRESET = [
    "account.empty_password ada",
    "account.sudoers_writable /etc/sudoers.d/80-theirs",
    "docker.socket_open /run/docker.sock",
    "packages.broken dpkg",
    "perm.home /home/emil",
    "perm.loose /etc/cron.d",
    "perm.loose /etc/crontab",
    "perm.loose /etc/shadow",
    "perm.sticky /var/tmp",
    "perm.world_writable /etc/cron.daily/theirs",
    "service.stale_libs stale.service",
    "systemd.failed once.service",
    "tls.key_exposed /etc/ssl/site/shown.key",
]


@pytest.fixture(scope="module")
def stage(debian, memory_folder):
    """A node with all the faults, as its control plane knows it."""
    with set_up(debian, memory_folder) as stage:
        stage.box.run("touch /var/lib/apt/lists/partial")
        stage.box.run(faults.SCRIPT)
        # On a busy machine the agent waits for calm before it looks, no longer than from one scan to the next.
        stage.start_agent("eu-1", HYPRBOX_SCANNERS_OFF="", HYPRBOX_SCAN_INTERVAL="15s", **faults.SETTINGS)
        wait_until(lambda: len(findings(stage)) > 40, seconds=120)
        yield stage


def findings(stage, **query):
    return {
        f"{one['type']} {one['key']}": one
        for one in stage.admin.get("/api/findings", params={"limit": 500, **query}).json()["items"]
    }


def fix(stage, name, **params):
    answer = stage.admin.post(f"/api/findings/{findings(stage)[name]['id']}/fix", json={"params": params})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def job_that_fixed(stage, name):
    """Of a test before this one, or now."""
    if name in findings(stage):
        job = fix(stage, name)
        assert stage.ended(job)["state"] == "SUCCEEDED", stage.output(job)
        wait_until(lambda: remediation(stage, job)["verdict"] == "VERIFIED_FIXED", seconds=60)
        return job
    (key,) = name.split(" ")[1:]
    past = stage.admin.get("/api/remediations", params={"limit": 100}).json()["items"]
    return next(one["jobId"] for one in past if one["findingKey"] == key)


def remediation(stage, job):
    (found,) = [
        one
        for one in stage.admin.get("/api/remediations", params={"limit": 100}).json()["items"]
        if one["jobId"] == job
    ]
    return found


def resolved_at(stage, job):
    """By the control plane's clock, as its end is."""
    return stage.admin.get(f"/api/findings/{remediation(stage, job)['findingId']}").json()["resolvedAt"]


def seconds_between(first, second):
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


def busy():
    """How many want each core of this machine, for the last minute: each gets its part, and takes so much longer."""
    return max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def guard(stage, job):
    return stage.admin.get(f"/api/guards/{job}").json()


def test_the_control_plane_knows_every_fault_and_nothing_else(stage):
    def known():
        return {f"{one['severity']} {name}" for name, one in findings(stage).items()}

    def could_not_look():
        return {line for line in known() - faults.expected() if ".unreadable " in line}

    wait_until(lambda: not could_not_look(), seconds=120)  # on a busy machine a scanner may run out of its time
    assert known() == faults.expected() - {"CRITICAL agent.token_exposed /etc/hyprbox/token"}


def test_what_a_preset_answers_is_resolved_by_the_scan_right_after_it(stage):
    stage.box.run("touch /run/repaired")
    took = {}
    for name in FIXED_BY_A_PRESET:
        job = fix(stage, name)
        ended = stage.ended(job)
        assert ended["state"] == "SUCCEEDED", f"{name}: {stage.output(job)}"
        wait_until(lambda job=job: remediation(stage, job)["verdict"], seconds=120)
        assert remediation(stage, job)["verdict"] == "VERIFIED_FIXED"
        took[name] = seconds_between(ended["finishedAt"], resolved_at(stage, job)) / busy()
    assert {name: seconds for name, seconds in took.items() if seconds > SECONDS_TO_RESOLVE} == {}


def test_a_plan_shows_the_difference_and_changes_nothing(stage):
    before = stage.box.changed("/etc")
    name = "account.sudo_nopasswd dora@80-theirs"
    job = stage.admin.post(f"/api/findings/{findings(stage)[name]['id']}/plan", json={}).json()["id"]

    assert stage.ended(job)["state"] == "SUCCEEDED"
    assert "-dora ALL=(ALL) NOPASSWD: ALL\n+dora ALL=(ALL) ALL" in stage.output(job)
    assert stage.box.changed("/etc") == before
    assert findings(stage)[name]["state"] == "OPEN"


def test_sshd_is_hardened_and_the_control_plane_itself_sees_that_people_get_in(stage):
    job = fix(stage, "ssh.password_auth sshd")
    assert stage.ended(job)["state"] == "SUCCEEDED", stage.output(job)

    wait_until(lambda: guard(stage, job)["state"] == "CONFIRMED", seconds=90)

    assert {"agent", "reach"} <= {proof["kind"] for proof in guard(stage, job)["proofs"]}
    wait_until(lambda: not {"ssh.password_auth sshd", "ssh.root_login sshd"} & findings(stage).keys(), seconds=60)
    assert remediation(stage, job)["verdict"] == "VERIFIED_FIXED"
    assert "confirmed" in stage.box.run(f"ls /var/lib/hyprbox-presets/.guards/{job}").output


def test_a_person_is_asked_where_no_look_from_outside_says_anything(stage):
    name = "account.sudo_nopasswd dora@80-theirs"
    job = fix(stage, name)
    assert stage.ended(job)["state"] == "SUCCEEDED", stage.output(job)
    wait_until(lambda: len(guard(stage, job)["proofs"]) >= 2, seconds=60)
    assert (guard(stage, job)["state"], remediation(stage, job)["verdict"]) == ("ARMED", None)

    stage.admin.post(f"/api/guards/{job}/confirmation")

    wait_until(lambda: guard(stage, job)["state"] == "CONFIRMED", seconds=60)
    assert remediation(stage, job)["verdict"] == "VERIFIED_FIXED"


def test_a_refusal_is_shown_with_its_sentence(stage):
    job = fix(stage, "account.sudo_nopasswd %docker@90-cloud-init-users")
    assert stage.ended(job)["exitCode"] == 25
    wait_until(lambda: remediation(stage, job)["verdict"], seconds=60)
    assert remediation(stage, job)["verdict"] == "REFUSED"
    assert remediation(stage, job)["note"].startswith("ada has no password, expected one")


def test_a_reversal_is_a_job_and_the_finding_is_back(stage):
    applied = job_that_fixed(stage, "perm.home /home/emil")
    job = stage.admin.post(f"/api/jobs/{applied}/reversal").json()["id"]

    assert stage.ended(job)["state"] == "SUCCEEDED", stage.output(job)
    wait_until(lambda: "perm.home /home/emil" in findings(stage), seconds=60)
    assert remediation(stage, applied)["verdict"] == "REGRESSED"
