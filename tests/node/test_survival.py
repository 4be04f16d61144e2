"""The agent dies, and nothing is lost."""

import hashlib
import json
import os
import signal
import time

from tests.node.cradle import is_running
from tests.node.far_end import Reply


def test_a_job_outlives_its_agent_and_every_byte_arrives(full_api, start):
    full_api.run("for i in {1..50}; do echo line $i; sleep 0.02; done; exit 42")
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("output"))
    agent.restart()

    assert full_api.ended()["exitCode"] == 42
    assert full_api.output() == "".join(f"line {i}\n" for i in range(1, 51))
    assert len(full_api.asked("accept")) == 1


def test_a_job_that_ended_while_there_was_no_agent_is_told(full_api, start, tmp_path):
    full_api.run(f"echo on; sleep 0.3; echo off; touch {tmp_path}/ended; exit 7")
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("output"))
    agent.kill()
    full_api.wait_for((tmp_path / "ended").exists)
    time.sleep(0.1)
    agent.start()

    assert full_api.ended()["exitCode"] == 7
    assert full_api.output() == "on\noff\n"


def test_sigterm_ends_the_agent_and_not_the_job(full_api, start):
    full_api.run("echo on; sleep 0.6; echo off; exit 4")
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("output"))
    code, seconds = agent.stop()
    assert code == 0
    assert seconds < 2
    agent.start()

    assert full_api.ended()["exitCode"] == 4
    assert full_api.output() == "on\noff\n"


def test_a_job_that_was_taken_but_not_started_is_given_back(full_api, start, tmp_path):
    """The answer to accept never comes, and the agent dies waiting for it."""
    full_api.then("accept", lambda call: [full_api.answer(call), time.sleep(5)] and Reply(500))
    full_api.run(f"touch {tmp_path}/ran")
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.rows["job-1"].run)
    agent.restart()

    ending = full_api.ended()
    assert (ending["reason"], ending["errorMsg"]) == ("agent_lost", "never started")
    assert ending["runId"] == full_api.rows["job-1"].run
    assert not (tmp_path / "ran").exists()


def test_a_job_that_the_api_was_never_told_to_be_taken_is_run_when_it_is_offered_again(full_api, start, tmp_path):
    """The agent dies while accept is on its way, and the API never hears of that run."""
    full_api.then("accept", lambda call: [time.sleep(5)] and Reply(500))
    full_api.run(f"echo ran >> {tmp_path}/runs")
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("accept"))
    agent.restart()

    assert full_api.ended()["exitCode"] == 0
    assert (tmp_path / "runs").read_text() == "ran\n"


def test_a_supervisor_that_died_is_reported(full_api, start, tmp_path):
    full_api.run("echo $PPID; exec sleep 3")
    agent = start(full_api)
    supervisor = int(full_api.wait_for(full_api.output))
    os.kill(supervisor, signal.SIGKILL)

    ending = full_api.ended()
    assert ending["reason"] == "agent_lost"
    assert ending.get("exitCode") is None
    assert agent.process.poll() is None


def test_after_a_restart_of_the_host_the_job_is_given_up(full_api, start, tmp_path):
    full_api.run("echo $PPID; exec sleep 1")
    agent = start(full_api)
    power_cut(full_api, agent, tmp_path)
    agent.start()

    ending = full_api.ended()
    assert (ending["reason"], ending["errorMsg"]) == ("reboot", "the host was restarted while the job ran")


def test_what_ran_is_written_down_also_when_the_power_went_before_its_line_was_on_disk(full_api, start, tmp_path):
    full_api.run("echo $PPID; exec sleep 1", createdBy="ada")
    agent, ledger = start(full_api), tmp_path / "state/ledger.jsonl"
    power_cut(full_api, agent, tmp_path)
    ledger.write_text("")
    agent.start()

    full_api.ended()
    full_api.wait_for(ledger.read_text)
    line = json.loads(ledger.read_text())
    assert (line["what"], line["job"], line["by"], line["reason"]) == ("ended", "job-1", "ada", "reboot")
    assert line["sha256"] == hashlib.sha256(b"echo $PPID; exec sleep 1").hexdigest()


def power_cut(api, agent, home):
    """As if the host had been restarted: nobody of the job is left, nor what was in memory."""
    supervisor = int(api.wait_for(api.output))
    agent.kill()
    os.kill(supervisor, signal.SIGKILL)
    api.wait_for(lambda: not is_running(supervisor))
    journal = home / "state/jobs/job-1.json"
    boot = journal.read_text().partition('"boot":"')[2].partition('"')[0]
    journal.write_text(journal.read_text().replace(boot, "another-boot"))
    for file in (home / "spool/job-1").iterdir():
        file.unlink()


def test_without_its_nursery_the_agent_starts_anew(full_api, start):
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("heartbeat"))
    with open(f"/proc/{agent.process.pid}/task/{agent.process.pid}/children") as children:
        nursery = int(children.read().split()[0])
    os.kill(nursery, signal.SIGKILL)

    assert agent.process.wait(2) == 1
    assert "the nursery died" in agent.log


def test_nothing_of_the_agent_is_left_when_it_is_killed(full_api, start):
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("heartbeat"))
    with open(f"/proc/{agent.process.pid}/task/{agent.process.pid}/children") as children:
        nursery = int(children.read().split()[0])
    agent.kill()

    full_api.wait_for(lambda: not is_running(nursery))


def test_a_state_directory_that_cannot_be_written_costs_only_memory(full_api, start, tmp_path):
    (tmp_path / "state").write_text("not a directory")
    full_api.run("echo ran")
    agent = start(full_api)

    full_api.ended()
    assert full_api.output() == "ran\n"
    assert "the journal is kept in memory only" in agent.log


def test_a_copy_of_the_machine_does_not_speak_for_the_jobs_of_the_first(full_api, start, tmp_path):
    full_api.run("echo on; sleep 1")
    agent = start(full_api)
    full_api.wait_for(lambda: full_api.asked("output"))
    agent.kill()
    journal = tmp_path / "state/jobs/job-1.json"
    machine = journal.read_text().partition('"machine":"')[2].partition('"')[0]
    journal.write_text(journal.read_text().replace(machine, "another"))
    agent.start()

    full_api.wait_for(lambda: "forgetting a job of another machine" in agent.log)
    full_api.wait_for(lambda: len(full_api.asked("pending")) >= 2)
    assert not full_api.asked("complete")
    assert not journal.exists()
