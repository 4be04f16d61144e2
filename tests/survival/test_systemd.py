"""Where systemd runs, a job is a unit of its own: nothing that happens to the agent's touches it."""

import json
import re
import shlex

import pytest

from tests.host import agent
from tests.servers import wait_until


@pytest.fixture(scope="module")
def eu_1(stage):
    stage.start_agent("eu-1")
    return "eu-1"


def show(stage, job_id, *names):
    ended = stage.box.run(f"systemctl show hyprnode-job-{job_id} -p {','.join(names)}")
    return dict(line.split("=", 1) for line in ended.output.splitlines())


def test_a_job_is_a_unit_with_a_time_limit_of_its_own(stage, eu_1):
    job = stage.queue(eu_1, "cat /proc/self/cgroup; sleep 60", timeoutSeconds=100)
    assert f"0::/system.slice/hyprnode-job-{job}.service/script" in stage.printed(job, "0::")

    seen = show(stage, job, "ActiveState", "RuntimeMaxUSec", "ControlGroup")
    assert seen["ActiveState"] == "active"
    assert seen["ControlGroup"] == f"/system.slice/hyprnode-job-{job}.service"
    assert seen["RuntimeMaxUSec"] == "2min 55s"
    stage.admin.post(f"/api/jobs/{job}/cancellation")
    assert stage.ended(job)["state"] == "CANCELLED"
    wait_until(lambda: show(stage, job, "LoadState")["LoadState"] == "not-found")


def test_nothing_of_a_job_is_to_be_seen_by_others(stage, eu_1):
    job = stage.queue(eu_1, "echo begun; sleep 60 # a sEntence", env={"COLOUR": "c0ntinental"})
    stage.printed(job, "begun")

    looked = f"systemctl show 'hyprnode-job-*'; systemctl cat hyprnode-job-{job}; ps axww; cat /run/systemd/transient/*"
    seen = stage.box.run(f"runuser -u nobody -- bash -c {shlex.quote(looked)}").output
    assert f"hyprnode-job-{job}.service" in seen
    assert "c0ntinental" not in seen
    assert "sEntence" not in seen
    stage.admin.post(f"/api/jobs/{job}/cancellation")
    stage.ended(job)


def test_limits_and_protections_of_the_agent_do_not_reach_its_jobs(stage, eu_1):
    hardening = (
        "[Service]\nProtectSystem=strict\nNoNewPrivileges=yes\nLimitNOFILE=100\nTasksMax=20\nOOMScoreAdjust=-700\n"
    )
    stage.box.write("/run/systemd/system/hyprnode@eu-1.service.d/hard.conf", hardening + "PrivateTmp=yes\nNice=7\n")
    stage.box.run("systemctl daemon-reload; systemctl restart hyprnode@eu-1; touch /tmp/of-the-host")
    script = """
    touch /etc/touched && rm /etc/touched && ls /tmp/of-the-host
    grep NoNewPrivs /proc/self/status
    echo "$(ulimit -n) $(($(nice) - $(ps -o ni= -p 1))) $(cat /proc/self/oom_score_adj) $(ps -o oomadj= -p 1 | wc -l)"
    for n in $(seq 30); do sleep 1 & done; wait
    """
    job = stage.ended(stage.queue(eu_1, script))

    assert (job["state"], job["exitCode"]) == ("SUCCEEDED", 0)
    host, privileges, limits, _ = stage.output(job["id"]).split("\n", 3)
    assert (host, privileges) == ("/tmp/of-the-host", "NoNewPrivs:\t0")
    assert limits in ("1024 0 0 1", "1024 0 300 1"), "300 where its supervisor may not be spared when memory is short"
    stage.box.run(
        "rm -r /run/systemd/system/hyprnode@eu-1.service.d; systemctl daemon-reload; systemctl restart hyprnode@eu-1"
    )


def test_a_job_may_replace_the_agent_and_start_it_anew(stage, eu_1):
    script = f"""
    set -e
    {agent.newer(stage.box)}
    echo replaced
    systemctl restart hyprnode@eu-1
    echo restarted; sleep 1; echo last words; exit 3
    """
    job = stage.ended(stage.queue(eu_1, script))

    assert (job["state"], job["exitCode"]) == ("FAILED", 3)
    assert stage.output(job["id"]) == "replaced\nrestarted\nlast words\n"
    wait_until(lambda: stage.node(eu_1)["agentVersion"] == "9.9.9")
    agent.install(stage.box)
    stage.box.run("systemctl restart hyprnode@eu-1")


def test_what_a_job_leaves_running_goes_on_and_is_named(stage, eu_1):
    job = stage.ended(stage.queue(eu_1, "sleep 987 & exit 0"))

    (survivor,) = job["survivors"]
    assert survivor["comm"] == "sleep"
    wait_until(lambda: show(stage, job["id"], "ActiveState")["ActiveState"] == "inactive")
    assert stage.box.run(f"cat /proc/{survivor['pid']}/comm; kill {survivor['pid']}").output == "sleep\n"
    wait_until(lambda: show(stage, job["id"], "LoadState")["LoadState"] == "not-found")


def test_who_stops_the_unit_ends_the_job(stage, eu_1):
    # Until it is another program, what bash starts may run bash's traps.
    begin = "sleep 60 & until grep -q sleep /proc/$!/comm; do sleep 0.05; done; echo begun"
    job = stage.queue(eu_1, f"trap 'echo tidied' EXIT; {begin}; wait")
    stage.printed(job, "begun")
    stage.box.run(f"systemctl stop hyprnode-job-{job}")

    ended = stage.ended(job)
    assert (ended["state"], ended["signal"]) == ("CANCELLED", 15)
    assert ended["errorMsg"] == "ended on this host: its supervisor was told to stop"
    assert stage.output(job) == "begun\ntidied\n"


def test_without_its_supervisor_a_job_is_ended(stage, eu_1):
    job = stage.queue(eu_1, "echo begun; setsid sleep 986 & sleep 985")
    stage.printed(job, "begun")
    stage.box.run(f"systemctl kill --kill-who=main --signal=KILL hyprnode-job-{job}")

    ended = stage.ended(job)
    assert (ended["state"], ended["reason"], ended["survivors"]) == ("LOST", "agent_lost", [])
    assert ended["errorMsg"] == "the job's supervisor died; what it had started was ended"
    assert not re.search("98[56]", stage.box.run("ps axww").output)


def test_where_systemd_does_not_answer_jobs_run_all_the_same(stage, eu_1):
    stage.box.run("mv /run/dbus/system_bus_socket /run/dbus/elsewhere")
    job = stage.ended(stage.queue(eu_1, "cat /proc/self/cgroup; exit 4"))
    stage.box.run("mv /run/dbus/elsewhere /run/dbus/system_bus_socket")

    assert (job["state"], job["exitCode"]) == ("FAILED", 4)
    assert "0::/system.slice/system-hyprnode.slice/hyprnode@eu-1.service\n" in stage.output(job["id"])
    assert "jobs run in sessions of their own" in stage.log(eu_1)


def test_a_lock_on_the_host_stops_all_execution_and_is_shown(stage, eu_1):
    stage.box.run("touch /etc/hyprbox/exec.lock")
    refused = stage.ended(stage.queue(eu_1, "touch /var/tmp/it-ran"))
    wait_until(lambda: stage.node(eu_1)["execLock"])
    stage.box.run("rm /etc/hyprbox/exec.lock; ! ls /var/tmp/it-ran")

    assert (refused["state"], refused["reason"]) == ("FAILED", "refused")
    assert refused["errorMsg"].startswith("/etc/hyprbox/exec.lock is there")
    assert stage.ended(stage.queue(eu_1, "true"))["state"] == "SUCCEEDED"
    wait_until(lambda: not stage.node(eu_1)["execLock"])


def test_what_ran_is_in_the_nodes_journal_and_its_head_with_the_control_plane(stage, eu_1):
    job = stage.ended(stage.queue(eu_1, "exit 3"))
    ledger = f"/var/lib/hyprnode-{eu_1}/ledger.jsonl"

    def ended():
        read = [json.loads(line) for line in stage.box.read(ledger).splitlines()]
        return read if (read[-1]["job"], read[-1]["what"]) == (job["id"], "ended") else None

    lines = wait_until(ended)  # written down after the control plane was told
    assert [line["what"] for line in lines if line["job"] == job["id"]] == ["started", "ended"]
    assert lines[-1]["exit"] == 3
    assert lines[-2]["by"] == job["createdBy"]
    wait_until(lambda: stage.node(eu_1)["journalHead"] == lines[-1]["hash"])


def test_status_and_doctor_answer_for_the_service(stage, eu_1):
    settings = f"set -a; . /etc/hyprbox/{eu_1}.env; export RUNTIME_DIRECTORY=/run/hyprnode-{eu_1}"
    status = stage.box.run(f"{settings}; hyprnode status --json").output
    doctor = stage.box.run(f"{settings}; hyprnode doctor --json", check=False)

    assert json.loads(status)["nodeId"] == eu_1
    told = {check["name"]: check["verdict"] for check in json.loads(doctor.output)["checks"]}
    assert doctor.code in (0, 1)
    assert {told[name] for name in ("heartbeat", "findings", "jobs", "clock", "agent", "bash", "journal")} == {"ok"}


def test_a_full_disk_stops_neither_jobs_nor_what_is_heard_of_them(stage):
    state = "/var/lib/hyprnode-eu-2"
    stage.box.run(f"mkdir -p {state}; mount -t tmpfs -o size=64k,mode=0700 state {state}")
    stage.start_agent("eu-2")
    stage.box.run(f"dd if=/dev/zero of={state}/fill bs=1k status=none; true", check=False)
    job = stage.queue("eu-2", "echo begun; until [ -e /run/go-on ]; do sleep 0.1; done; echo done; exit 3")
    stage.printed(job, "begun")
    stage.box.run("systemctl kill --kill-whom=main --signal=KILL hyprnode@eu-2; touch /run/go-on")

    ended = stage.ended(job)
    assert (ended["state"], ended["reason"], ended["exitCode"]) == ("FAILED", "exit", 3)
    assert stage.output(job) == "begun\ndone\n"
    seen = stage.node("eu-2")["lastSeen"]
    wait_until(lambda: stage.node("eu-2")["lastSeen"] > seen)
    assert "No space left on device missing=started" in stage.log("eu-2")
    stage.box.run(f"rm {state}/fill")
    assert stage.ended(stage.queue("eu-2", "true"))["state"] == "SUCCEEDED"
    stage.box.run(f"systemctl disable --quiet --now hyprnode@eu-2; umount -l {state}")


def test_a_job_that_a_shutdown_ends_says_so_to_its_last_word(stage, eu_1):
    script = "trap 'echo tidied' EXIT; echo begun; while :; do sleep 60 & wait; done"  # whichever of both is told first
    job = stage.queue(eu_1, script)
    stage.printed(job, "begun")
    stage.box.reboot()
    stage.net.plug(stage.box.leader)

    ended = stage.ended(job)
    assert (ended["state"], ended["reason"], ended["signal"]) == ("LOST", "reboot", 15)
    assert ended["errorMsg"] == "the host went down while the job ran"
    assert stage.output(job) == "begun\ntidied\n"
